public import NeuralNetworks
public import RLHFCore
public import Torch

/// A BERT encoder (Devlin et al., 2019), by the names and shapes of Hugging Face's `BertModel` without its pooler.
///
/// Every token sees every other; normalisation follows each residual addition. Owned by one training session and not
/// `Sendable`.
public final class BertModel {
  /// The encoder's shape.
  public let configuration: BertConfiguration
  /// The store that holds the parameters.
  public let parameters: ParameterStore

  let prefix: String
  private let tokens: Embedding
  private let positions: Embedding
  private let segments: Embedding
  private let norm: LayerNorm
  private let layers: [Layer]
  private let embeddingDropout: Dropout

  /// Creates an encoder whose weights are drawn by `seed`.
  public convenience init(_ configuration: BertConfiguration, seed: Seed = 0) throws {
    try self.init(configuration, in: ParameterStore(seed: seed).root)
  }

  /// Creates an encoder whose parameters are made in `scope`.
  public init(_ configuration: BertConfiguration, in scope: ParameterScope) throws {
    try configuration.validate()
    self.configuration = configuration
    parameters = scope.store
    prefix = scope.path.isEmpty ? "" : "\(scope.path)."
    let normal = Initializer.normal(standardDeviation: configuration.initializerRange)
    let (size, embeddings) = (configuration.hiddenSize, scope["embeddings"])
    tokens = Embedding(
      configuration.vocabularySize, size, initializer: normal, in: embeddings["word_embeddings"])
    positions = Embedding(
      configuration.contextLength, size, initializer: normal, in: embeddings["position_embeddings"])
    segments = Embedding(
      configuration.typeCount, size, initializer: normal, in: embeddings["token_type_embeddings"])
    norm = LayerNorm(size, epsilon: configuration.normEpsilon, in: embeddings["LayerNorm"])
    layers = (0..<configuration.layerCount).map {
      Layer(configuration, in: scope["encoder.layer"][$0])
    }
    embeddingDropout = Dropout(configuration.dropout)
  }

  /// The hidden states of the last layer, `[B, T, H]`; those at padding mean nothing.
  ///
  /// - Parameters:
  ///   - ids: Tokens, int64 `[B, T]`, padded on the right; at most the context's length.
  ///   - types: The segment of each token, int64 `[B, T]`; 0 when `nil`.
  ///   - attentionMask: Which tokens are real, Boolean `[B, T]`; all when `nil`. Every row needs one.
  ///   - dropout: The source of dropout while training; `nil` evaluates.
  /// - Returns: The states, with gradient where it is enabled.
  public func hiddenStates(
    _ ids: Tensor, types: Tensor? = nil, attentionMask: Tensor? = nil,
    dropout: RandomGenerator? = nil
  ) -> Tensor {
    let all = layerStates(ids, types: types, attentionMask: attentionMask, dropout: dropout)
    return all[all.count - 1]
  }

  /// The hidden states of the embedding and after each layer, each `[B, T, H]`; see
  /// ``hiddenStates(_:types:attentionMask:dropout:)``.
  public func layerStates(
    _ ids: Tensor, types: Tensor? = nil, attentionMask: Tensor? = nil,
    dropout: RandomGenerator? = nil
  ) -> [Tensor] {
    precondition(
      ids.rank == 2 && ids.shape[1] <= configuration.contextLength,
      "BertModel wants tokens [B, T], at most \(configuration.contextLength), not \(ids.shape)")
    precondition(
      attentionMask.map { $0.shape == ids.shape && $0.dtype == .bool } ?? true,
      "BertModel wants a Boolean mask \(ids.shape)")
    let places = Tensor.arange(0, ids.shape[1], device: ids.device)
    let kinds = types ?? Tensor.zeros(ids.shape, dtype: .int64, device: ids.device)
    let embedded = norm(tokens(ids) + segments(kinds) + positions(places).unsqueezed(0))
    let mask = attentionMask?.unsqueezed(1).unsqueezed(1)
    var states = [embeddingDropout(embedded, generator: dropout)]
    for layer in layers { states.append(layer(states[states.count - 1], mask, dropout)) }
    return states
  }

  private struct Layer {
    let headCount: Int
    let query: Linear
    let key: Linear
    let value: Linear
    let attentionOutput: Linear
    let attentionNorm: LayerNorm
    let expand: Linear
    let contract: Linear
    let norm: LayerNorm
    let activation: Activation
    let dropout: Dropout
    let attentionDropout: Dropout

    init(_ configuration: BertConfiguration, in scope: ParameterScope) {
      headCount = configuration.headCount
      let (size, inner) = (configuration.hiddenSize, configuration.intermediateSize)
      let epsilon = configuration.normEpsilon
      func linear(_ input: Int, _ output: Int, _ name: String) -> Linear {
        Linear(
          input, output, initializer: .normal(standardDeviation: configuration.initializerRange),
          biasInitializer: .zeros, in: scope[name])
      }
      query = linear(size, size, "attention.self.query")
      key = linear(size, size, "attention.self.key")
      value = linear(size, size, "attention.self.value")
      attentionOutput = linear(size, size, "attention.output.dense")
      attentionNorm = LayerNorm(size, epsilon: epsilon, in: scope["attention.output.LayerNorm"])
      expand = linear(size, inner, "intermediate.dense")
      contract = linear(inner, size, "output.dense")
      norm = LayerNorm(size, epsilon: epsilon, in: scope["output.LayerNorm"])
      activation = configuration.activation
      dropout = Dropout(configuration.dropout)
      attentionDropout = Dropout(configuration.attentionDropout)
    }

    func callAsFunction(
      _ input: Tensor, _ mask: Tensor?, _ generator: RandomGenerator?
    ) -> Tensor {
      let attended = attentionOutput(attend(input, mask, generator))
      let state = attentionNorm(input + dropout(attended, generator: generator))
      let inner = contract(activation(expand(state)))
      return norm(state + dropout(inner, generator: generator))
    }

    private func attend(
      _ input: Tensor, _ mask: Tensor?, _ generator: RandomGenerator?
    ) -> Tensor {
      let (batch, count, size) = (input.shape[0], input.shape[1], input.shape[2])
      func heads(_ projected: Tensor) -> Tensor {
        projected.reshaped([batch, count, headCount, size / headCount]).transposed(1, 2)
      }
      let (queries, keys, values) = (heads(query(input)), heads(key(input)), heads(value(input)))
      let scale = 1 / (Double(size) / Double(headCount)).squareRoot()
      let attended: Tensor
      if let generator, attentionDropout.probability > 0 {
        var scores = queries.matmul(keys.transposed(2, 3)) * scale
        if let mask { scores = scores.maskedFill(mask.logicalNot(), -.infinity) }
        attended = attentionDropout(scores.softmax(dim: -1), generator: generator).matmul(values)
      } else {
        attended = Tensor.scaledDotProductAttention(
          query: queries, key: keys, value: values, mask: mask, isCausal: false, scale: scale)
      }
      return attended.transposed(1, 2).reshaped([batch, count, size])
    }
  }
}
