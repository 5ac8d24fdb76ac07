import NeuralNetworks
import RLHFCore
public import Torch

/// Text vectors by a BERT encoder: its states pooled, and scaled to length 1 where the model says so.
///
/// A directory of sentence-transformers holds one; see ``load(from:)``. It reads token ids; a tokenizer makes them.
public final class SentenceEncoder {
  /// How the states of a text become one vector.
  public enum Pooling: String, Sendable, CaseIterable, Codable {
    /// The mean over real tokens.
    case mean
    /// The state of the first token.
    case cls
    /// The largest of each coordinate over real tokens.
    case max
  }

  /// The encoder.
  public let model: BertModel
  /// How the states become one vector.
  public let pooling: Pooling
  /// Whether vectors are scaled to length 1.
  public let isNormalized: Bool
  /// The largest number of tokens of a text, special tokens included.
  public let maximumLength: Int

  /// Creates an encoder of texts; `maximumLength` is no more than the model's context.
  public init(
    model: BertModel, pooling: Pooling = .mean, isNormalized: Bool = true, maximumLength: Int? = nil
  ) {
    self.model = model
    self.pooling = pooling
    self.isNormalized = isNormalized
    let context = model.configuration.contextLength
    self.maximumLength = max(1, min(maximumLength ?? context, context))
  }

  /// The width of a vector.
  public var size: Int { model.configuration.hiddenSize }

  /// The vectors of texts, `[B, H]`.
  ///
  /// - Parameters:
  ///   - ids: Tokens, int64 `[B, T]`, padded on the right.
  ///   - types: The segment of each token, int64 `[B, T]`; 0 when `nil`.
  ///   - attentionMask: Which tokens are real, Boolean `[B, T]`; all when `nil`.
  ///   - dropout: The source of dropout while training; `nil` evaluates.
  /// - Returns: The vectors, with gradient where it is enabled.
  public func vectors(
    _ ids: Tensor, types: Tensor? = nil, attentionMask: Tensor? = nil,
    dropout: RandomGenerator? = nil
  ) -> Tensor {
    let states = model.hiddenStates(
      ids, types: types, attentionMask: attentionMask, dropout: dropout)
    let pooled = Self.pool(states, by: pooling, mask: attentionMask)
    guard isNormalized else { return pooled }
    return pooled / pooled.norm(dim: 1, keepDim: true).clamped(min: 1e-12)
  }

  /// Pools states `[B, T, H]` over the tokens that `mask` `[B, T]` says are real, to `[B, H]`.
  public static func pool(_ states: Tensor, by pooling: Pooling, mask: Tensor?) -> Tensor {
    switch (pooling, mask) {
    case (.cls, _): return states.select(dim: 1, index: 0)
    case (.mean, nil): return states.mean(dim: 1)
    case (.max, nil): return states.max(dims: [1])
    case (.mean, let mask?):
      let weights = mask.to(states.dtype)
      return (states * weights.unsqueezed(2)).sum(dim: 1)
        / weights.sum(dim: 1, keepDim: true).clamped(min: 1e-9)
    case (.max, let mask?):
      return states.maskedFill(mask.unsqueezed(2).logicalNot(), -1e9).max(dims: [1])
    }
  }

  /// The vectors of texts given as token ids, padded here, `[B, H]`; longer ones must have been cut before.
  public func vectors(of rows: [[Int]], dropout: RandomGenerator? = nil) -> Tensor {
    let length = rows.map(\.count).max() ?? 0
    let padding = model.configuration.paddingToken ?? 0
    let ids = rows.flatMap { $0 + Array(repeating: padding, count: length - $0.count) }
    let mask = rows.flatMap { row in (0..<length).map { $0 < row.count } }
    let shape = [rows.count, length]
    return vectors(
      Tensor(ids, shape: shape),
      attentionMask: mask.contains(false) ? Tensor(mask, shape: shape) : nil, dropout: dropout)
  }
}
