public import Torch

/// Convolution of sequences: `[batch, in, length]` to `[batch, out, length']`.
public struct Conv1D: Module {
  /// The kernels, `[out, in / groups, width]`.
  public let weight: Tensor
  /// What is added to each output channel, `[out]`.
  public let bias: Tensor?
  private let stride: Int
  private let padding: Int
  private let dilation: Int
  private let groups: Int

  /// Creates the parameters "weight" and, unless `bias` is false, "bias" in `scope`.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, groups: Int = 1, bias: Bool = true, in scope: ParameterScope
  ) {
    let shape = [outputChannels, inputChannels / groups, kernelSize]
    weight = scope.parameter("weight", shape, .kaimingUniform)
    self.bias = convolutionBias(bias, shape, in: scope)
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.conv1d(
      weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation,
      groups: groups)
  }
}

/// Convolution of images: `[batch, in, height, width]` to `[batch, out, height', width']`.
public struct Conv2D: Module {
  /// The kernels, `[out, in / groups, height, width]`.
  public let weight: Tensor
  /// What is added to each output channel, `[out]`.
  public let bias: Tensor?
  private let stride: Int
  private let padding: Int
  private let dilation: Int
  private let groups: Int

  /// Creates the parameters "weight" and, unless `bias` is false, "bias" in `scope`.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, groups: Int = 1, bias: Bool = true, in scope: ParameterScope
  ) {
    let shape = [outputChannels, inputChannels / groups, kernelSize, kernelSize]
    weight = scope.parameter("weight", shape, .kaimingUniform)
    self.bias = convolutionBias(bias, shape, in: scope)
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.conv2d(
      weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation,
      groups: groups)
  }
}

private func convolutionBias(_ hasBias: Bool, _ shape: [Int], in scope: ParameterScope) -> Tensor? {
  guard hasBias else { return nil }
  let fanIn = shape.dropFirst().reduce(1, *)
  return scope.parameter(
    "bias", [shape[0]], .uniform(bound: 1 / Double(max(fanIn, 1)).squareRoot()))
}
