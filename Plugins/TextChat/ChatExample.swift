import LanguageModels
import RLHF

/// A prompt with its reply, in tokens.
struct ChatExample {
  /// The tokens up to where the reply begins.
  var prompt: [Int]
  /// Which of them the assistant wrote, in earlier turns.
  var promptMask: [Bool]
  /// The tokens of the reply, with the one that ends it where it was not cut off.
  var reply: [Int]
}

extension ChatPolicy {
  /// The negative log-likelihood of all that the assistant says in the demonstrated conversations, at temperature 1.
  ///
  /// Conversations are padded on the right; what the person says and what the format writes carries no loss.
  func lossOfAllTurns(
    in demonstrations: [Demonstration<ChatPrompt, ChatReply>], dropout: Seed?
  ) throws -> SupervisedLoss {
    let examples = try demonstrations.map(example)
    let width = max(examples.map { $0.prompt.count + $0.reply.count }.max() ?? 0, 2)
    var tokens: [Int] = []
    var attention: [Bool] = []
    var mask: [Bool] = []
    for example in examples {
      let count = example.prompt.count + example.reply.count
      let missing = width - count
      tokens += example.prompt + example.reply + Array(repeating: padding, count: missing)
      attention += (0..<width).map { $0 < count }
      mask += example.promptMask + Array(repeating: true, count: example.reply.count)
      mask += Array(repeating: false, count: missing)
    }
    let shape = [examples.count, width]
    let ids = Tensor(tokens, shape: shape)
    let losses = Tensor(mask, shape: shape).narrow(dim: 1, start: 1, length: width - 1)
    let hidden = model.hiddenStates(
      ids.narrow(dim: 1, start: 0, length: width - 1),
      attentionMask: Tensor(attention, shape: shape).narrow(dim: 1, start: 0, length: width - 1),
      dropout: dropout.map { RandomGenerator(seed: $0) })
    let statistics = model.tokenStatistics(
      states: hidden, tokens: ids.narrow(dim: 1, start: 1, length: width - 1), mask: losses)
    return SupervisedLoss(
      sum: -statistics.logProbabilities.sum(), count: losses.bools().count { $0 })
  }

  func example(_ demonstration: Demonstration<ChatPrompt, ChatReply>) throws -> ChatExample {
    try format.example(
      demonstration.prompt, demonstration.artifact, promptLimit: configuration.promptLength,
      replyLimit: configuration.replyLength)
  }
}
