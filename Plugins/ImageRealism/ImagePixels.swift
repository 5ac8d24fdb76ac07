import ImageModels
import Media
import RLHF

/// The pixels of artifacts as tensors, decoded once.
final class ImagePixels {
  /// The width and height that images are brought to.
  let size: Int
  private var known: [ImageArtifact: Tensor] = [:]

  /// The number of images that are remembered.
  private static let rememberedCount = 20_000

  init(size: Int) {
    self.size = size
  }

  /// The images as `[B, 3, size, size]` from -1 to 1; an error says which cannot be read.
  func callAsFunction(_ artifacts: [ImageArtifact]) throws -> Tensor {
    guard !artifacts.isEmpty else { return Tensor.zeros([0, 3, size, size]) }
    return try Tensor.concatenate(artifacts.map(pixels), dim: 0)
  }

  private func pixels(_ artifact: ImageArtifact) throws -> Tensor {
    if let pixels = known[artifact] { return pixels }
    let pixels = Tensor(images: [try artifact.square(size)])
    if known.count >= Self.rememberedCount { known.removeAll(keepingCapacity: true) }
    known[artifact] = pixels
    return pixels
  }

  /// Mirrors each row of `[B, C, H, W]` with probability ½.
  static func flipped(_ images: Tensor, seed: Seed) -> Tensor {
    var generator = seed.generator
    let rows = images.shape[0]
    let flags = Tensor((0..<rows).map { _ in generator.uniform() < 0.5 }, shape: [rows, 1, 1, 1])
    return Tensor.select(where: flags.to(images.device), images.flipped(3), images)
  }
}
