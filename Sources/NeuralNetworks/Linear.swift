public import Torch

/// An affine map of the last dimension: `[…, in]` to `[…, out]`, y = x Wᵀ + b.
public struct Linear: Module {
  /// The matrix W, `[out, in]`.
  public let weight: Tensor
  /// The vector b, `[out]`.
  public let bias: Tensor?
  private let site: AdapterSite

  /// Creates the parameters "weight" and, unless `bias` is false, "bias" in `scope`.
  ///
  /// - Parameters:
  ///   - inputSize: The extent of the input's last dimension.
  ///   - outputSize: The extent of the output's last dimension.
  ///   - bias: Whether a vector is added.
  ///   - initializer: The weight's first values; uniform in `±1/√in` by default, as in PyTorch.
  ///   - biasInitializer: The bias's first values; uniform in `±1/√in` by default, as in PyTorch.
  ///   - scope: Where the parameters are made.
  public init(
    _ inputSize: Int, _ outputSize: Int, bias: Bool = true,
    initializer: Initializer = .kaimingUniform, biasInitializer: Initializer? = nil,
    in scope: ParameterScope
  ) {
    weight = scope.parameter("weight", [outputSize, inputSize], initializer)
    let bound = 1 / Double(max(inputSize, 1)).squareRoot()
    self.bias =
      bias
      ? scope.parameter("bias", [outputSize], biasInitializer ?? .uniform(bound: bound)) : nil
    site = scope.adapterSite(weight: weight)
  }

  /// Applies the layer, with the adapters that are in force.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    site.adapted(input.linear(weight: weight, bias: bias), from: input)
  }
}

/// A linear map whose weight is stored as `[in, out]`, as GPT-2's files have it ("Conv1D").
public struct TransposedLinear: Module {
  /// The matrix, `[in, out]`.
  public let weight: Tensor
  /// The vector that is added, `[out]`.
  public let bias: Tensor
  private let site: AdapterSite

  /// Creates the parameters "weight" and "bias" in `scope`.
  public init(
    _ inputSize: Int, _ outputSize: Int, initializer: Initializer, in scope: ParameterScope
  ) {
    weight = scope.parameter("weight", [inputSize, outputSize], initializer)
    bias = scope.parameter("bias", [outputSize], .zeros)
    site = scope.adapterSite(weight: weight, isTransposed: true)
  }

  /// Applies the layer, with the adapters that are in force.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    site.adapted(input.linear(weight: weight.transposed(0, 1), bias: bias), from: input)
  }
}
