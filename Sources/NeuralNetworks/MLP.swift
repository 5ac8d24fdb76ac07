public import Torch

/// A multi-layer perceptron: linear layers with an activation between them.
public struct MLP: Module {
  /// The linear layers, in order, named "0", "1", ….
  public let layers: [Linear]
  /// What is applied after every layer but the last.
  public let activation: Activation

  /// Creates one linear layer between each two neighbours of `sizes`.
  public init(_ sizes: [Int], activation: Activation = .gelu, in scope: ParameterScope) {
    precondition(sizes.count >= 2, "an MLP needs an input and an output size, not \(sizes)")
    layers = zip(sizes, sizes.dropFirst()).enumerated().map { index, pair in
      Linear(pair.0, pair.1, in: scope[index])
    }
    self.activation = activation
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    var value = input
    for (index, layer) in layers.enumerated() {
      value = layer(value)
      if index < layers.count - 1 { value = activation(value) }
    }
    return value
  }
}
