public import Foundation
import LanguageModels
import RLHF
import Tokenizers

/// A pretrained encoder of sentences with its tokenizer.
public struct PretrainedSentences {
  let encoder: SentenceEncoder
  let tokenizer: TextTokenizer
  /// The token that starts a text.
  let start: Int
  /// The token that ends each segment.
  let end: Int

  /// Reads a directory of sentence-transformers.
  public init(from directory: URL) throws {
    encoder = try SentenceEncoder.load(from: directory)
    tokenizer = try TextTokenizer.load(directory)
    let size = encoder.model.configuration.vocabularySize
    guard tokenizer.vocabularySize <= size else {
      throw RLHFError(
        .incompatibleModel,
        "\(directory.path): the tokenizer has \(tokenizer.vocabularySize) tokens, the encoder \(size). They do not belong together."
      )
    }
    let use = "domain.reward.encoder"
    start = try tokenizer.requiredID(of: .classification, for: use)
    end = try tokenizer.requiredID(of: .separator, for: use)
  }

  static func load(_ path: String) throws -> PretrainedSentences {
    try PretrainedSentences(from: URL(filePath: path))
  }
}

/// What a pretrained encoder of sentences makes of a conversation and a reply, read together as two segments.
///
/// The states of the upper layers are averaged over the reply. Kept as it is, the encoder reads each sample once.
final class RewardSentences {
  private let pretrained: PretrainedSentences
  private let model: BertModel
  private let isTuned: Bool
  private let promptTokens: Int
  private let head: Linear
  private let dropout: Dropout
  private var known: [Sample<ChatPrompt, ChatReply>: [Float]] = [:]

  /// The number of samples whose features are remembered.
  private static let rememberedCount = 40_000
  /// The number of upper layers whose states are read.
  private static let layerCount = 3
  // Sets how fast this part learns, compared with the others.
  private static let scale = 0.15
  // Tuning wants a learning rate some thirty times smaller.
  private static let tunedScale = 4.5

  init(
    _ pretrained: PretrainedSentences, _ configuration: ChatRewardConfiguration,
    in scope: ParameterScope
  ) throws {
    self.pretrained = pretrained
    isTuned = configuration.tunesEncoder
    promptTokens = configuration.encoderPromptTokens
    dropout = Dropout(configuration.dropout)
    let original = pretrained.encoder.model
    if isTuned {
      model = try BertModel(original.configuration, in: scope["encoder"])
      model.copyValues(from: original)
    } else {
      model = original
      original.parameters.setTrainable(false)
    }
    // From 0: at first the other parts decide.
    head = Linear(
      Self.layerCount(of: model) * model.configuration.hiddenSize, configuration.encoderSize,
      bias: false, initializer: .zeros, in: scope["head"])
  }

  /// The features of each sample, `[B, encoderSize]`.
  func callAsFunction(
    _ samples: [Sample<ChatPrompt, ChatReply>], dropout seed: Seed?
  ) -> Tensor {
    let generator = seed.map { RandomGenerator(seed: $0.derived("sentences")) }
    let states =
      isTuned ? compute(samples, dropout: generator) : remembered(samples)
    return head(dropout(states, generator: generator))
  }

  /// Writes the encoder and its tokenizer into `directory`.
  func save(to directory: URL) throws {
    let encoder = pretrained.encoder
    try SentenceEncoder(
      model: model, pooling: encoder.pooling, isNormalized: encoder.isNormalized,
      maximumLength: encoder.maximumLength
    ).save(to: directory)
    try pretrained.tokenizer.save(to: directory)
  }

  private static func layerCount(of model: BertModel) -> Int {
    min(layerCount, model.configuration.layerCount)
  }

  private func remembered(_ samples: [Sample<ChatPrompt, ChatReply>]) -> Tensor {
    if known.count >= Self.rememberedCount { known.removeAll(keepingCapacity: true) }
    for sample in samples where known[sample] == nil {
      // One at a time: not even the last bits depend on what else is in a batch, nor on what is remembered.
      known[sample] = withoutGradient { compute([sample], dropout: nil).floats() }
    }
    let size = Self.layerCount(of: model) * model.configuration.hiddenSize
    return Tensor(samples.flatMap { known[$0] ?? [] }, shape: [samples.count, size])
  }

  /// The mean states of the replies, each layer's scaled to mean 0 and variance 1, `[B, layers · H]`.
  private func compute(
    _ samples: [Sample<ChatPrompt, ChatReply>], dropout generator: RandomGenerator?
  ) -> Tensor {
    let rows = samples.map(tokens)
    let length = rows.map { $0.prompt.count + $0.reply.count }.max() ?? 0
    let shape = [rows.count, length]
    func padded<Value>(_ value: Value, _ prompt: Value, _ reply: Value) -> [Value] {
      rows.flatMap { row in
        row.prompt.map { _ in prompt } + row.reply.map { _ in reply }
          + Array(repeating: value, count: length - row.prompt.count - row.reply.count)
      }
    }
    let padding = model.configuration.paddingToken ?? 0
    let ids = rows.flatMap { row in
      row.prompt + row.reply
        + Array(repeating: padding, count: length - row.prompt.count - row.reply.count)
    }
    let segment = model.configuration.typeCount > 1 ? 1 : 0
    let isReply = Tensor(padded(false, false, true), shape: shape)
    let states = model.layerStates(
      Tensor(ids, shape: shape), types: Tensor(padded(0, 0, segment), shape: shape),
      attentionMask: Tensor(padded(false, true, true), shape: shape), dropout: generator)
    let upper = states.suffix(Self.layerCount(of: model)).map { state in
      SentenceEncoder.pool(state, by: .mean, mask: isReply)
        .layerNorm(weight: nil, bias: nil, epsilon: 1e-6)
    }
    return Tensor.concatenate(upper, dim: 1) * (isTuned ? Self.tunedScale : Self.scale)
  }

  /// The tokens of the two segments: the end of the conversation, and the beginning of the reply.
  private func tokens(
    of sample: Sample<ChatPrompt, ChatReply>
  ) -> (prompt: [Int], reply: [Int]) {
    let limit = pretrained.encoder.maximumLength
    let text = sample.prompt.messages.map(\.content).joined(separator: " ")
    // A long conversation leaves half of the room to the reply.
    let room = max(0, min(promptTokens, (limit - 3) / 2))
    let prompt =
      [pretrained.start] + pretrained.tokenizer.encode(text).suffix(room) + [pretrained.end]
    let reply = pretrained.tokenizer.encode(sample.artifact.text)
      .prefix(max(0, limit - prompt.count - 1))
    return (prompt, reply + [pretrained.end])
  }
}
