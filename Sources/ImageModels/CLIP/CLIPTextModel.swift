public import NeuralNetworks
public import RLHFCore
public import Torch

/// CLIP's text tower (Radford et al., 2021), by the names and shapes of Hugging Face's `CLIPTextModelWithProjection`.
///
/// A transformer in which a token sees itself and those before it; the end of the text stands for the whole. Owned by
/// one training session and not `Sendable`.
public final class CLIPTextModel {
  /// What the tower makes of texts.
  public struct Output {
    /// The normalised states of the last layer, `[B, T, H]`: what conditions an image generator.
    public let lastHiddenState: Tensor
    /// The state of the end of each text, `[B, H]`.
    public let pooled: Tensor
    /// The text in the space that it shares with images, `[B, D]`; the pooled state where there is no projection.
    public let embeddings: Tensor
  }

  /// The tower's shape.
  public let configuration: CLIPTextConfiguration
  /// The store that holds the parameters.
  public let parameters: ParameterStore
  /// The tensors of the files that were loaded which no part of the model has a use for.
  public internal(set) var unknownNames: [String] = []

  private let tokens: Embedding
  private let positions: Embedding
  private let encoder: CLIPEncoder
  private let norm: LayerNorm
  private let projection: Linear?

  /// Creates a tower whose weights are drawn by `seed`.
  public convenience init(_ configuration: CLIPTextConfiguration, seed: Seed = 0) throws {
    try self.init(configuration, in: ParameterStore(seed: seed).root)
  }

  /// Creates a tower whose parameters are made in `scope`.
  public init(
    _ configuration: CLIPTextConfiguration, hasProjection: Bool = true, in scope: ParameterScope
  ) throws {
    try configuration.validate()
    self.configuration = configuration
    parameters = scope.store
    let (size, tower) = (configuration.encoder.hiddenSize, scope["text_model"])
    let embeddings = tower["embeddings"]
    let normal = Initializer.normal(standardDeviation: 0.02)
    tokens = Embedding(
      configuration.vocabularySize, size, initializer: normal, in: embeddings["token_embedding"])
    positions = Embedding(
      configuration.contextLength, size, initializer: normal, in: embeddings["position_embedding"])
    encoder = CLIPEncoder(configuration.encoder, in: tower["encoder"])
    norm = LayerNorm(
      size, epsilon: configuration.encoder.normEpsilon, in: tower["final_layer_norm"])
    projection =
      hasProjection
      ? Linear(size, configuration.projectionSize, bias: false, in: scope["text_projection"]) : nil
  }

  /// Reads texts.
  ///
  /// - Parameters:
  ///   - ids: Tokens, int64 `[B, T]`, each row with an end token; at most the context's length.
  ///   - attentionMask: Which tokens are real, Boolean `[B, T]`; all when `nil`.
  /// - Returns: States and embeddings, with gradient where it is enabled.
  public func callAsFunction(_ ids: Tensor, attentionMask: Tensor? = nil) -> Output {
    precondition(
      ids.rank == 2 && ids.shape[1] <= configuration.contextLength,
      "CLIPTextModel wants tokens [B, T], at most \(configuration.contextLength), not \(ids.shape)")
    precondition(
      attentionMask.map { $0.shape == ids.shape && $0.dtype == .bool } ?? true,
      "CLIPTextModel wants a Boolean mask \(ids.shape)")
    let length = ids.shape[1]
    let input = tokens(ids) + positions.weight[0..<length].unsqueezed(0)
    let states = encoder(input, mask: mask(length, attentionMask, on: ids.device))
    let state = norm(states[states.count - 1])
    let size = configuration.encoder.hiddenSize
    let places = ends(ids).reshaped([-1, 1, 1]).expanded([ids.shape[0], 1, size])
    let pooled = state.gather(dim: 1, indices: places).squeezed(1)
    return Output(
      lastHiddenState: state, pooled: pooled, embeddings: projection.map { $0(pooled) } ?? pooled)
  }

  /// What may be seen: itself, and what is real and came before.
  private func mask(_ length: Int, _ attentionMask: Tensor?, on device: Device) -> Tensor {
    let earlier = Tensor.ones([length, length], dtype: .bool, device: device).tril()
    guard let attentionMask else { return earlier }
    let itself = Tensor.eye(length, device: device).to(.bool)
    let real = attentionMask.unsqueezed(1).unsqueezed(1)
    return earlier.logicalAnd(real).logicalOr(itself)
  }

  /// Where each text ends, int64 `[B]`.
  private func ends(_ ids: Tensor) -> Tensor {
    // As transformers does it: files from before 2023 name 2 as the end token, which is the largest one instead.
    configuration.endToken == 2
      ? ids.argmax(dim: -1) : (ids .== Double(configuration.endToken)).to(.int64).argmax(dim: -1)
  }
}
