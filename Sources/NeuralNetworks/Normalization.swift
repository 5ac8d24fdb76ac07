public import Torch

/// Layer normalisation over the last dimension (Ba et al., 2016): mean 0, variance 1, then scale and shift.
public struct LayerNorm: Module {
  /// The scale, `[size]`.
  public let weight: Tensor
  /// The shift, `[size]`.
  public let bias: Tensor
  /// What is added to the variance.
  public let epsilon: Double

  /// Creates the parameters "weight" (1) and "bias" (0) in `scope`.
  public init(_ size: Int, epsilon: Double = 1e-5, in scope: ParameterScope) {
    weight = scope.parameter("weight", [size], .ones)
    bias = scope.parameter("bias", [size], .zeros)
    self.epsilon = epsilon
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.layerNorm(weight: weight, bias: bias, epsilon: epsilon)
  }
}

/// Root-mean-square normalisation over the last dimension (Zhang and Sennrich 2019), then a scale.
public struct RMSNorm: Module {
  /// The scale, `[size]`.
  public let weight: Tensor
  /// What is added to the mean square.
  public let epsilon: Double

  /// Creates the parameter "weight" (1) in `scope`.
  public init(_ size: Int, epsilon: Double = 1e-6, in scope: ParameterScope) {
    weight = scope.parameter("weight", [size], .ones)
    self.epsilon = epsilon
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.rmsNorm(weight: weight, epsilon: epsilon)
  }
}

/// Group normalisation of `[batch, channels, …]` (Wu and He, 2018): each group of channels of each row has mean 0 and
/// variance 1, then every channel its scale and shift.
public struct GroupNorm: Module {
  /// The scale, `[channels]`.
  public let weight: Tensor
  /// The shift, `[channels]`.
  public let bias: Tensor
  /// The number of groups.
  public let groupCount: Int
  /// What is added to the variance.
  public let epsilon: Double

  /// Creates the parameters "weight" (1) and "bias" (0) in `scope`; `groups` must divide `channels`.
  public init(_ channels: Int, groups: Int, epsilon: Double = 1e-5, in scope: ParameterScope) {
    precondition(
      groups > 0 && channels % groups == 0,
      "\(groups) groups do not divide the normalisation's \(channels) channels")
    weight = scope.parameter("weight", [channels], .ones)
    bias = scope.parameter("bias", [channels], .zeros)
    groupCount = groups
    self.epsilon = epsilon
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.groupNorm(groups: groupCount, weight: weight, bias: bias, epsilon: epsilon)
  }
}
