public import NeuralNetworks
public import RLHFCore
public import Torch

/// CLIP: an image and a text tower whose embeddings point the same way where they mean the same (Radford et al., 2021).
///
/// Owned by one training session and not `Sendable`.
public final class CLIPModel {
  /// The image tower.
  public let vision: CLIPVisionModel
  /// The text tower.
  public let text: CLIPTextModel
  /// The store that holds the parameters of both.
  public let parameters: ParameterStore
  /// The logarithm of what cosines are multiplied with.
  public let logitScale: Tensor
  /// The tensors of the files that were loaded which no part of the model has a use for.
  public internal(set) var unknownNames: [String] = []

  /// Creates a model whose weights are drawn by `seed`.
  public convenience init(
    vision: CLIPVisionConfiguration, text: CLIPTextConfiguration, seed: Seed = 0
  ) throws {
    try self.init(vision: vision, text: text, in: ParameterStore(seed: seed).root)
  }

  /// Creates a model whose parameters are made in `scope`.
  public init(
    vision: CLIPVisionConfiguration, text: CLIPTextConfiguration, in scope: ParameterScope
  ) throws {
    guard vision.projectionSize == text.projectionSize else {
      throw RLHFError(
        .invalidConfiguration,
        "CLIP's towers project to \(vision.projectionSize) and \(text.projectionSize) numbers, expected the same projection_dim."
      )
    }
    parameters = scope.store
    self.text = try CLIPTextModel(text, in: scope)
    self.vision = try CLIPVisionModel(vision, in: scope)
    // ln(1 / 0.07), where training starts.
    logitScale = scope.parameter("logit_scale", [], .constant(2.6592))
  }

  /// Embeddings of images `[B, C, size, size]`, of length 1, `[B, D]`.
  public func imageEmbeddings(_ images: Tensor) -> Tensor {
    Self.normalized(vision(images).embeddings)
  }

  /// Embeddings of texts, of length 1, `[B, D]`; see ``CLIPTextModel/callAsFunction(_:attentionMask:)``.
  public func textEmbeddings(_ ids: Tensor, attentionMask: Tensor? = nil) -> Tensor {
    Self.normalized(text(ids, attentionMask: attentionMask).embeddings)
  }

  /// How well each image fits each text, `[images, texts]`: scaled cosines of embeddings of length 1.
  public func logitsPerImage(images: Tensor, texts: Tensor) -> Tensor {
    images.matmul(texts.transposed()) * logitScale.exp()
  }

  private static func normalized(_ vectors: Tensor) -> Tensor {
    vectors / vectors.norm(dim: -1, keepDim: true)
  }
}
