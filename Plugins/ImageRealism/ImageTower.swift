import Foundation
import ImageModels
import RLHF

/// A pretrained CLIP vision tower as an encoder of images; its embeddings have length 1.
final class ImageTower {
  /// The tower's parameters.
  var parameters: ParameterStore { model.parameters }
  /// The width of the embeddings.
  let featureSize: Int
  /// Whether training changes the tower.
  let isTrained: Bool

  private let model: CLIPVisionModel
  private let preprocessing: ImagePreprocessing
  /// The embeddings of images that were seen, of a tower that stays as it is.
  private var known: [ImageArtifact: Tensor] = [:]

  /// The number of embeddings that are remembered.
  private static let rememberedCount = 50_000

  /// Reads the tower in a directory by Hugging Face, and how images are prepared for it.
  init(_ directory: URL, isTrained: Bool) throws {
    model = try CLIPVisionModel.load(from: directory)
    preprocessing = try ImagePreprocessing.load(from: directory)
    self.isTrained = isTrained
    let (channels, side) = (model.configuration.channelCount, model.configuration.imageSize)
    featureSize = withoutGradient { [model] in
      model(Tensor.zeros([1, channels, side, side])).embeddings.shape[1]
    }
    model.parameters.setTrainable(isTrained)
  }

  /// The embeddings of images, `[B, D]`; of a tower that is trained, some images are mirrored by the seed `flips`.
  func features(of artifacts: [ImageArtifact], flips: Seed?) throws -> Tensor {
    guard !isTrained else {
      let images = preprocessing(try artifacts.map { try $0.image() })
      return embeddings(of: flips.map { ImagePixels.flipped(images, seed: $0) } ?? images)
    }
    if known.count + artifacts.count > Self.rememberedCount { known.removeAll() }
    let missing = Set(artifacts).subtracting(known.keys)
    let new = artifacts.filter { missing.contains($0) }
    if !new.isEmpty {
      let images = preprocessing(try new.map { try $0.image() })
      let found = withoutGradient { embeddings(of: images) }
      for (row, artifact) in new.enumerated() { known[artifact] = found[row] }
    }
    return Tensor.stack(artifacts.compactMap { known[$0] }, dim: 0)
  }

  private func embeddings(of images: Tensor) -> Tensor {
    let embeddings = model(images).embeddings
    return embeddings / embeddings.norm(dim: 1, keepDim: true).clamped(min: 1e-12)
  }
}
