import RLHF

/// A small convolutional network over images: two convolutions at each level, each with group normalisation and SiLU,
/// halved between levels; then the mean and the largest value of each channel.
///
/// The largest values see a flaw wherever it is, which the means average away.
struct ImageNetwork {
  /// The width of the features.
  let featureSize: Int
  private let levels: [[(convolution: Conv2D, norm: GroupNorm)]]

  /// Creates a network of RGB images.
  init(channels: [Int], in scope: ParameterScope) {
    var input = 3
    levels = channels.enumerated().map { level, width in
      (0..<2).map { layer in
        let place = scope["level.\(level).\(layer)"]
        defer { input = width }
        return (
          Conv2D(input, width, kernelSize: 3, padding: 1, in: place["convolution"]),
          GroupNorm(width, groups: ImageRewardConfiguration.groups, in: place["norm"])
        )
      }
    }
    featureSize = 2 * (channels.last ?? 0)
  }

  /// The features `[B, 2 C]` of images `[B, 3, H, W]`.
  func callAsFunction(_ images: Tensor) -> Tensor {
    var state = images
    for (index, level) in levels.enumerated() {
      // What is too small to halve stays as it is.
      if index > 0, min(state.shape[2], state.shape[3]) > 1 { state = state.avgPool2d(2) }
      for (convolution, norm) in level { state = norm(convolution(state)).silu() }
    }
    return Tensor.concatenate([state.mean(dims: [2, 3]), state.max(dims: [2, 3])], dim: 1)
  }
}
