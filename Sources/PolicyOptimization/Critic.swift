public import NeuralNetworks
public import RLHFCore
public import Torch

/// The value function: one hidden layer over the features of a policy, a value per action.
///
/// The last layer starts at zero, so that a new critic expects nothing.
public final class Critic {
  /// The named parameters.
  public let parameters: ParameterStore
  private let hidden: Linear
  private let output: Linear

  /// Creates a critic for features of width `featureSize`.
  public init(featureSize: Int, hiddenSize: Int, seed: Seed) {
    parameters = ParameterStore(seed: seed)
    hidden = Linear(featureSize, hiddenSize, in: parameters["hidden"])
    output = Linear(hiddenSize, 1, initializer: .zeros, in: parameters["output"])
  }

  /// The values `[B, T]` of the states with `features` `[B, T, H]`.
  public func callAsFunction(_ features: Tensor) -> Tensor {
    output(hidden(features).tanh()).squeezed(-1)
  }
}
