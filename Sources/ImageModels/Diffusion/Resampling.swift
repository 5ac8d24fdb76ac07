import NeuralNetworks
import Torch

/// Halves height and width, in one of the ways that diffusers' down blocks have.
enum Downsampler {
  /// A convolution of stride 2.
  case convolution(DownsamplingConvolution)
  /// A residual block around the means of 2 × 2.
  case residual(ResidualBlock)

  func callAsFunction(_ input: Tensor, _ pass: BlockPass) -> Tensor {
    switch self {
    case .convolution(let layer): layer(input)
    case .residual(let block): block(input, pass)
    }
  }
}

/// A convolution of stride 2: diffusers' `Downsample2D`.
struct DownsamplingConvolution {
  private let layer: Conv2D
  private let padsEnd: Bool

  /// Creates the layer; without padding, a row and a column of zeros follow at the end.
  init(_ channels: Int, padding: Int, in scope: ParameterScope) {
    layer = Conv2D(
      channels, channels, kernelSize: 3, stride: 2, padding: padding, in: scope["conv"])
    padsEnd = padding == 0
  }

  func callAsFunction(_ input: Tensor) -> Tensor {
    layer(padsEnd ? input.padded([0, 1, 0, 1]) : input)
  }
}

/// Doubles height and width, in one of the ways that diffusers' up blocks have.
enum Upsampler {
  /// Every element repeated, then a convolution: `Upsample2D`.
  case convolution(Conv2D)
  /// A residual block around repetition.
  case residual(ResidualBlock)

  /// Creates the convolution for `channels`.
  static func convolution(_ channels: Int, in scope: ParameterScope) -> Upsampler {
    .convolution(Conv2D(channels, channels, kernelSize: 3, padding: 1, in: scope["conv"]))
  }

  /// Applies the layer; `size` is the height and width that come out, where they are not twice the input's.
  func callAsFunction(_ input: Tensor, size: [Int]? = nil, _ pass: BlockPass) -> Tensor {
    switch self {
    case .convolution(let layer):
      layer(input.interpolated(to: size ?? [2 * input.shape[2], 2 * input.shape[3]]))
    case .residual(let block): block(input, pass)
    }
  }
}
