public import NeuralNetworks
public import RLHFCore
public import Torch

/// CLIP's image tower (Radford et al., 2021), by the names and shapes of Hugging Face's `CLIPVisionModelWithProjection`.
///
/// A vision transformer: a vector for each patch and one for the whole, which every layer lets see each other. Owned by
/// one training session and not `Sendable`.
public final class CLIPVisionModel {
  /// What the tower makes of images.
  public struct Output {
    /// The states before the first layer and after each, `[B, 1 + patches, H]`.
    public let hiddenStates: [Tensor]
    /// The normalised state of the whole image, `[B, H]`.
    public let pooled: Tensor
    /// The image in the space that it shares with texts, `[B, D]`; the pooled state where there is no projection.
    public let embeddings: Tensor

    /// The states after the last layer, `[B, 1 + patches, H]`.
    public var lastHiddenState: Tensor { hiddenStates[hiddenStates.count - 1] }
  }

  /// The tower's shape.
  public let configuration: CLIPVisionConfiguration
  /// The store that holds the parameters.
  public let parameters: ParameterStore
  /// The tensors of the files that were loaded which no part of the model has a use for.
  public internal(set) var unknownNames: [String] = []

  private let whole: Tensor
  private let patches: Conv2D
  private let positions: Embedding
  private let inputNorm: LayerNorm
  private let encoder: CLIPEncoder
  private let outputNorm: LayerNorm
  private let projection: Linear?

  /// Creates a tower whose weights are drawn by `seed`.
  public convenience init(_ configuration: CLIPVisionConfiguration, seed: Seed = 0) throws {
    try self.init(configuration, in: ParameterStore(seed: seed).root)
  }

  /// Creates a tower whose parameters are made in `scope`.
  public init(
    _ configuration: CLIPVisionConfiguration, hasProjection: Bool = true, in scope: ParameterScope
  ) throws {
    try configuration.validate()
    self.configuration = configuration
    parameters = scope.store
    let (size, tower) = (configuration.encoder.hiddenSize, scope["vision_model"])
    let epsilon = configuration.encoder.normEpsilon
    let normal = Initializer.normal(standardDeviation: 0.02)
    let embeddings = tower["embeddings"]
    whole = embeddings.parameter("class_embedding", [size], normal)
    patches = Conv2D(
      configuration.channelCount, size, kernelSize: configuration.patchSize,
      stride: configuration.patchSize, bias: false, in: embeddings["patch_embedding"])
    positions = Embedding(
      configuration.patchCount + 1, size, initializer: normal, in: embeddings["position_embedding"])
    // The name is misspelt in all files.
    inputNorm = LayerNorm(size, epsilon: epsilon, in: tower["pre_layrnorm"])
    encoder = CLIPEncoder(configuration.encoder, in: tower["encoder"])
    outputNorm = LayerNorm(size, epsilon: epsilon, in: tower["post_layernorm"])
    projection =
      hasProjection
      ? Linear(size, configuration.projectionSize, bias: false, in: scope["visual_projection"])
      : nil
  }

  /// Looks at images `[B, C, size, size]`, normalised as ``ImagePreprocessing`` does.
  public func callAsFunction(_ images: Tensor) -> Output {
    let (size, channels) = (configuration.imageSize, configuration.channelCount)
    precondition(
      images.rank == 4 && Array(images.shape.dropFirst()) == [channels, size, size],
      "CLIPVisionModel wants images [B, \(channels), \(size), \(size)], not \(images.shape)")
    let batch = images.shape[0]
    // [B, H, rows, columns] to a vector for each patch.
    let vectors = patches(images).flattened(from: 2).transposed(1, 2)
    let first = whole.reshaped([1, 1, -1]).expanded([batch, 1, configuration.encoder.hiddenSize])
    let input = Tensor.concatenate([first, vectors], dim: 1) + positions.weight.unsqueezed(0)
    let states = encoder(inputNorm(input))
    let pooled = outputNorm(states[states.count - 1].select(dim: 1, index: 0))
    return Output(
      hiddenStates: states, pooled: pooled, embeddings: projection.map { $0(pooled) } ?? pooled)
  }
}
