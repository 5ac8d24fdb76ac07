public import NeuralNetworks
public import RLHFCore
public import Torch

/// A decoder-only transformer that predicts the next token.
///
/// Parameters have the names and shapes of Hugging Face's files. A model is owned by one training session and is not
/// `Sendable`.
public final class CausalLanguageModel {
  /// The model's shape.
  public let configuration: LanguageModelConfiguration
  /// The named parameters.
  public let parameters: ParameterStore

  let decoder: any TransformerDecoder
  private let outputWeight: Tensor
  private let outputSite: AdapterSite

  /// Creates a model whose weights are drawn by `seed`.
  public convenience init(
    _ configuration: LanguageModelConfiguration, seed: Seed = 0, dtype: DType = .float32,
    device: Device = .cpu
  ) throws {
    try self.init(
      configuration, in: ParameterStore(dtype: dtype, device: device, seed: seed))
  }

  /// Creates a model whose parameters are made in `store`.
  public init(_ configuration: LanguageModelConfiguration, in store: ParameterStore) throws {
    try configuration.validate()
    guard configuration.labelCount == nil else {
      throw RLHFError(
        .incompatibleModel,
        "A \(configuration.family.classifierArchitecture) predicts no tokens, expected a "
          + "\(configuration.family.causalArchitecture). Use it as a reward model.")
    }
    self.configuration = configuration
    parameters = store
    decoder = configuration.family.entry.decoder.init(configuration, in: store.root)
    outputWeight =
      configuration.tiesEmbeddings
      ? decoder.tokenWeight
      : store["lm_head"].parameter(
        "weight", [configuration.vocabularySize, configuration.hiddenSize],
        .normal(standardDeviation: configuration.initializerRange))
    outputSite = store["lm_head"].adapterSite(
      weight: outputWeight, role: configuration.tiesEmbeddings ? .tiedOutput : .output)
  }

  /// The width of the hidden states.
  public var hiddenSize: Int { configuration.hiddenSize }
  /// The number of tokens.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The largest number of positions.
  public var contextLength: Int { configuration.contextLength }

  /// A second model with equal weights of its own, without adapters.
  public func copy() throws -> CausalLanguageModel {
    let store = ParameterStore(
      dtype: parameters.dtype, device: parameters.device, skipsInitialization: true)
    let model = try CausalLanguageModel(configuration, in: store)
    try store.copyValues(from: parameters)
    return model
  }

  /// An empty cache for `capacity` positions of this model.
  public func makeCache(capacity: Int) -> KeyValueCache {
    KeyValueCache(layers: configuration.layerCount, capacity: capacity)
  }

  /// The hidden states after the final normalisation, `[B, T, H]`; ``logits(_:)`` reads them.
  ///
  /// Positions are counted over real tokens from 0, so padding on either side changes nothing. The states at padding
  /// mean nothing. Batches without padding on the left take the fastest way.
  ///
  /// - Parameters:
  ///   - ids: Tokens, int64 `[B, T]`, behind those that `cache` holds.
  ///   - attentionMask: Which tokens are real, Boolean `[B, T]`; all when `nil`. With a filled cache, all are.
  ///   - cache: Keys and values of the tokens before; those of `ids` are added. Only without gradients.
  ///   - dropout: The source of dropout while training; `nil` evaluates.
  /// - Returns: The hidden states, `[B, T, H]`, with gradient where it is enabled.
  public func hiddenStates(
    _ ids: Tensor, attentionMask: Tensor? = nil, cache: KeyValueCache? = nil,
    dropout: RandomGenerator? = nil
  ) -> Tensor {
    parameters.withAdapterDropout(dropout) {
      decoder.states(
        ids, attentionMask: attentionMask, cache: cache, dropout: dropout,
        window: configuration.slidingWindow)
    }
  }

  /// The unnormalised log-probabilities of the token that follows each hidden state, `[…, H]` to `[…, V]`.
  public func logits(_ hidden: Tensor) -> Tensor {
    outputSite.adapted(hidden.linear(weight: outputWeight, bias: nil), from: hidden)
  }
}
