public import Torch

/// A table of vectors: integer indices `[…]` to vectors `[…, size]`.
public struct Embedding: Module {
  /// The table, `[count, size]`.
  public let weight: Tensor

  /// Creates the parameter "weight" in `scope`; its first values are standard normal by default, as in PyTorch.
  public init(
    _ count: Int, _ size: Int, initializer: Initializer = .normal(standardDeviation: 1),
    in scope: ParameterScope
  ) {
    weight = scope.parameter("weight", [count, size], initializer)
  }

  /// Applies the layer.
  public func callAsFunction(_ indices: Tensor) -> Tensor {
    Tensor.embedding(weight: weight, indices: indices)
  }
}
