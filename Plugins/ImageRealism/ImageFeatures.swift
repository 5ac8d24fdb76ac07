import ImageModels
import Media
import RLHF

/// Fixed features of images for distances between sets: nothing in them was trained, so no policy was trained to please
/// them.
///
/// Of 4 × 4 cells, the means of the colours and the sizes of the luminance's differences across, down, and of its
/// Laplacian: 96 numbers.
enum ImageFeatures {
  /// The number of features.
  static let count = 6 * 16

  /// The features `[B, 96]` of images `[B, 3, H, W]` from -1 to 1.
  static func features(of images: Tensor) -> Tensor {
    withoutGradient {
      let weights = Tensor([0.299, 0.587, 0.114] as [Float], shape: [1, 3, 1, 1])
      let light = (images * weights).sum(dim: 1, keepDim: true)
      let (height, width) = (light.shape[2], light.shape[3])
      let across =
        light.narrow(dim: 3, start: 1, length: width - 1)
        - light.narrow(dim: 3, start: 0, length: width - 1)
      let down =
        light.narrow(dim: 2, start: 1, length: height - 1)
        - light.narrow(dim: 2, start: 0, length: height - 1)
      let kernel = Tensor(
        [0, 1, 0, 1, -4, 1, 0, 1, 0] as [Float], shape: [1, 1, 3, 3])
      let laplacian = light.conv2d(weight: kernel)
      let parts = [images, across.abs() * 4, down.abs() * 4, laplacian.abs() * 2].map { part in
        part.adaptiveAvgPool2d(height: 4, width: 4).reshaped([images.shape[0], -1])
      }
      return Tensor.concatenate(parts, dim: 1)
    }
  }
}
