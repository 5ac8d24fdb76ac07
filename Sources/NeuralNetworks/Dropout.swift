public import Torch

/// Sets elements to 0 with a probability and scales the others up, while training (Srivastava et al., 2014).
public struct Dropout: Sendable, Hashable {
  /// The probability of an element to become 0.
  public var probability: Double

  /// Creates the layer; it has no parameters.
  public init(_ probability: Double) {
    self.probability = probability
  }

  /// Draws from `generator`; without one the model is being evaluated, and the input is returned.
  public func callAsFunction(_ input: Tensor, generator: RandomGenerator?) -> Tensor {
    guard let generator, probability > 0 else { return input }
    return input.dropout(probability, generator: generator)
  }
}
