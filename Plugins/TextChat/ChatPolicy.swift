import LanguageModels
public import RLHF
import Templates
import Tokenizers

/// A language model as a policy: an action is a token of the reply.
///
/// Prompts are padded on the left and replies on the right, so that all replies of a batch begin in one column.
public final class ChatPolicy: Policy {
  let model: CausalLanguageModel
  let tokenizer: TextTokenizer
  let format: ChatFormat
  /// The adapters that are trained in place of the model.
  var adapters: PolicyAdapters?
  /// The named parameters, those of adapters among them.
  public let parameters: ParameterStore
  let configuration: TextChatConfiguration
  let padding: Int

  init(
    model: CausalLanguageModel, tokenizer: TextTokenizer, configuration: TextChatConfiguration,
    adapters: PolicyAdapters? = nil, template: ChatTemplate? = nil
  ) throws {
    self.model = model
    self.adapters = adapters
    parameters =
      adapters.map { ParameterStore(joining: [model.parameters, $0.set.parameters]) }
      ?? model.parameters
    self.tokenizer = tokenizer
    self.configuration = configuration
    format = try ChatFormat(
      tokenizer: tokenizer,
      endToken: model.configuration.endTokens.first ?? tokenizer.endOfSequenceID,
      template: template)
    padding = tokenizer.id(of: "<|pad|>") ?? format.stopTokens[0]
    guard model.contextLength >= configuration.promptLength + configuration.replyLength else {
      throw RLHFError(
        .invalidConfiguration,
        "The model has a context of \(model.contextLength) tokens; domain.promptLength and domain.replyLength ask for \(configuration.promptLength + configuration.replyLength). Lower them."
      )
    }
  }

  /// The width H of the features.
  public var featureSize: Int { model.hiddenSize }

  /// Samples one trajectory per prompt.
  public func sample(_ prompts: [ChatPrompt], seed: Seed) throws -> Rollout {
    try rollout(
      prompts: encode(prompts),
      replies: generate(prompts, seed: seed).map { ($0.tokens, $0.isStopped) })
  }

  /// The replies as text, each with whether it came to an end.
  func generate(
    _ prompts: [ChatPrompt], seed: Seed, options: SamplingOptions? = nil,
    onToken: ((_ row: Int, _ token: Int) throws -> Void)? = nil
  ) throws -> [GeneratedSequence] {
    try model.generate(
      encode(prompts), options: options ?? samplingOptions, seed: seed, onToken: onToken)
  }

  /// How training samples: at the configured temperature, from the whole distribution.
  var samplingOptions: SamplingOptions {
    var options = SamplingOptions()
    options.temperature = configuration.temperature
    options.maximumNewTokens = configuration.replyLength
    options.stopTokens = format.stopTokens
    return options
  }

  /// Log-probabilities, and what else is requested, of the actions of `rollout`.
  public func evaluate(
    _ rollout: Rollout, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation {
    evaluate(rollout, request, temperature: configuration.temperature)
  }

  /// The negative log-likelihood of the demonstrated replies, at temperature 1 whatever replies are sampled at: a
  /// temperature below 1 sharpens what was learnt (Ziegler and others 2019).
  public func supervisedLoss(
    of demonstrations: [Demonstration<ChatPrompt, ChatReply>], seed: Seed, isTraining: Bool
  ) throws -> SupervisedLoss {
    if configuration.lossTurns == .every {
      return try lossOfAllTurns(in: demonstrations, dropout: isTraining ? seed : nil)
    }
    let rollout = try rollout(of: demonstrations)
    let evaluation = evaluate(
      rollout, EvaluationRequest(dropout: isTraining ? seed : nil), temperature: 1)
    return SupervisedLoss(
      sum: -evaluation.logProbabilities.sum(), count: rollout.lengths().reduce(0, +))
  }

  /// What the model says of the actions of `rollout` at a temperature of the caller's.
  func evaluate(
    _ rollout: Rollout, _ request: EvaluationRequest, temperature: Double
  ) -> PolicyEvaluation {
    let batch = TrimmedBatch(rollout)
    let width = batch.tokens.shape[1] - 1
    let hidden = model.hiddenStates(
      batch.tokens.narrow(dim: 1, start: 0, length: width),
      attentionMask: batch.attention.narrow(dim: 1, start: 0, length: width),
      dropout: request.dropout.map { RandomGenerator(seed: $0) })
    // The state at a position predicts the token behind it.
    let states = hidden.narrow(
      dim: 1, start: batch.promptLength - 1, length: batch.replyLength)
    let replies = batch.tokens.narrow(
      dim: 1, start: batch.promptLength, length: batch.replyLength)
    let statistics = model.tokenStatistics(
      states: states, tokens: replies, mask: batch.mask, temperature: temperature,
      wantsEntropies: request.wantsEntropies)
    return PolicyEvaluation(
      logProbabilities: batch.padded(statistics.logProbabilities),
      entropies: statistics.entropies.map(batch.padded),
      features: request.wantsFeatures ? batch.padded(states) : nil)
  }

  /// Runs `body` with the adapters of the reference in place of the trained ones.
  public func withReference<Result>(_ body: () throws -> Result) rethrows -> Result? {
    try adapters?.withReference(body)
  }

  /// What a person perceives of each trajectory.
  public func artifacts(of rollout: Rollout) throws -> [ChatReply] {
    replies(of: rollout).map { format.decode($0) }
  }

  /// The trajectories that lead to the demonstrated artifacts.
  public func rollout(
    of demonstrations: [Demonstration<ChatPrompt, ChatReply>]
  ) throws -> Rollout {
    let examples = try demonstrations.map(example)
    return rollout(
      prompts: examples.map(\.prompt),
      replies: examples.map { example in
        (example.reply, example.reply.last.map(format.stopTokens.contains) ?? false)
      })
  }

  private func encode(_ prompts: [ChatPrompt]) throws -> [[Int]] {
    try prompts.map { try format.encode($0, limit: configuration.promptLength) }
  }

  private func replies(of rollout: Rollout) -> [[Int]] {
    guard let tokens = rollout.actions[TrimmedBatch.tokensName] else {
      preconditionFailure("ChatPolicy: the rollout has no '\(TrimmedBatch.tokensName)'")
    }
    let width = tokens.shape[1]
    let start = width - rollout.length
    let ids = tokens.ints()
    return zip(0..<rollout.count, rollout.lengths()).map { row, length in
      Array(ids[row * width + start..<row * width + start + length])
    }
  }

  private func rollout(prompts: [[Int]], replies: [(tokens: [Int], isComplete: Bool)]) -> Rollout {
    let promptLength = prompts.map(\.count).max() ?? 0
    let replyLength = max(replies.map(\.tokens.count).max() ?? 0, 1)
    var tokens: [Int] = []
    var attention: [Bool] = []
    var mask: [Bool] = []
    for (prompt, reply) in zip(prompts, replies) {
      let (before, after) = (promptLength - prompt.count, replyLength - reply.tokens.count)
      tokens += Array(repeating: padding, count: before) + prompt + reply.tokens
      tokens += Array(repeating: padding, count: after)
      let isReply =
        Array(repeating: true, count: reply.tokens.count) + Array(repeating: false, count: after)
      attention += Array(repeating: false, count: before)
      attention += Array(repeating: true, count: prompt.count) + isReply
      mask += isReply
    }
    let shape = [prompts.count, promptLength + replyLength]
    return Rollout(
      actions: [
        TrimmedBatch.tokensName: Tensor(tokens, shape: shape),
        TrimmedBatch.attentionName: Tensor(attention, shape: shape),
      ],
      mask: Tensor(mask, shape: [prompts.count, replyLength]),
      isComplete: replies.map(\.isComplete))
  }
}

/// The columns of a rollout that any of its rows uses: rows chosen from a large rollout are often shorter.
private struct TrimmedBatch {
  static let tokensName = "tokens"
  static let attentionName = "attention"

  /// Tokens `[B, P + T]` without unused columns.
  let tokens: Tensor
  /// Which of them are real, Boolean `[B, P + T]`.
  let attention: Tensor
  /// Which reply tokens are real, Boolean `[B, T]`.
  let mask: Tensor
  /// The columns of prompts P that are left.
  let promptLength: Int
  /// The columns of replies T that are left.
  let replyLength: Int
  private let fullLength: Int

  init(_ rollout: Rollout) {
    guard let tokens = rollout.actions[Self.tokensName],
      let attention = rollout.actions[Self.attentionName]
    else {
      preconditionFailure(
        "ChatPolicy: the rollout has no '\(Self.tokensName)' and '\(Self.attentionName)'")
    }
    fullLength = rollout.length
    let prompts = tokens.shape[1] - fullLength
    let used = attention.narrow(dim: 1, start: 0, length: prompts).to(.int64).sum(dim: 1).ints()
    promptLength = used.max() ?? prompts
    replyLength = max(rollout.lengths().max() ?? fullLength, 1)
    let (start, length) = (prompts - promptLength, promptLength + replyLength)
    self.tokens = tokens.narrow(dim: 1, start: start, length: length)
    self.attention = attention.narrow(dim: 1, start: start, length: length)
    mask = rollout.mask.narrow(dim: 1, start: 0, length: replyLength)
  }

  /// `[B, T, …]` with the columns that were left out put back as zeros.
  func padded(_ tensor: Tensor) -> Tensor {
    let missing = fullLength - replyLength
    guard missing > 0 else { return tensor }
    var shape = tensor.shape
    shape[1] = missing
    return Tensor.concatenate(
      [tensor, Tensor.zeros(shape, dtype: tensor.dtype, device: tensor.device)], dim: 1)
  }
}
