import RLHFCore
public import Torch

/// The settings of ``AdamW``, apart from the learning rate.
public struct AdamWOptions: Codable, Sendable, Hashable {
  /// The decay of the mean of gradients.
  public var beta1: Double
  /// The decay of the mean of squared gradients.
  public var beta2: Double
  /// What is added to the denominator.
  public var epsilon: Double
  /// How strongly weights are pulled to 0, times the learning rate.
  public var weightDecay: Double
  /// Whether vectors and scalars (biases, normalisation) decay too; matrices always do.
  public var decaysVectors: Bool
  /// Whether the largest mean of squared gradients so far is used (Reddi et al., 2018).
  public var isAMSGrad: Bool

  /// Creates settings; the defaults are PyTorch's, but that vectors do not decay.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01,
    decaysVectors: Bool = false, isAMSGrad: Bool = false
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decaysVectors = decaysVectors
    self.isAMSGrad = isAMSGrad
  }

  /// Checks that every setting is possible.
  public func validate() throws {
    for (name, value) in [("beta1", beta1), ("beta2", beta2)] where !(0..<1).contains(value) {
      throw RLHFError(
        .invalidConfiguration, "\(name) is \(value), expected at least 0 and less than 1.")
    }
    guard epsilon > 0, epsilon.isFinite else {
      throw RLHFError(.invalidConfiguration, "epsilon is \(epsilon), expected more than 0.")
    }
    guard weightDecay >= 0, weightDecay.isFinite else {
      throw RLHFError(
        .invalidConfiguration, "weightDecay is \(weightDecay), expected 0 or more.")
    }
  }
}

/// Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019).
///
///     m ← β₁ m + (1 - β₁) g          v ← β₂ v + (1 - β₂) g²
///     p ← p (1 - η λ) - η m̂ / (√v̂ + ε)      with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ)
///
/// Moments have the type of their parameter: keep trained parameters in float32.
public final class AdamW {
  /// The settings.
  public let options: AdamWOptions

  struct Slot {
    let name: String
    let parameter: Tensor
    var moments: Moments?
  }

  /// What is remembered of a parameter; made at its first gradient.
  struct Moments {
    let first: Tensor
    let second: Tensor
    let largestSecond: Tensor?
    let step: Tensor
  }

  var slots: [Slot]

  /// Creates an optimizer of `parameters`, usually a store's ``ParameterStore/trainable`` ones.
  public init(parameters: [(name: String, tensor: Tensor)], options: AdamWOptions = .init()) {
    self.options = options
    slots = parameters.map { Slot(name: $0.name, parameter: $0.tensor) }
  }

  /// The parameters that are optimised.
  public var parameters: [(name: String, tensor: Tensor)] {
    slots.map { ($0.name, $0.parameter) }
  }

  /// Changes every parameter that has a gradient; the gradients stay.
  public func step(learningRate: Double) {
    update(learningRate, weightDecay: options.weightDecay) { parameter in
      self.options.decaysVectors || parameter.rank > 1
    }
    update(learningRate, weightDecay: 0) { parameter in
      !(self.options.decaysVectors || parameter.rank > 1)
    }
  }

  /// Forgets the gradients of all parameters.
  public func clearGradients() {
    for slot in slots { slot.parameter.gradient = nil }
  }

  private func update(
    _ learningRate: Double, weightDecay: Double, of isChosen: (Tensor) -> Bool
  ) {
    var parameters: [Tensor] = []
    var gradients: [Tensor] = []
    var moments: [Moments] = []
    for index in slots.indices where isChosen(slots[index].parameter) {
      let parameter = slots[index].parameter
      guard let gradient = parameter.gradient else { continue }
      let own = slots[index].moments ?? makeMoments(for: parameter)
      slots[index].moments = own
      parameters.append(parameter)
      gradients.append(gradient)
      moments.append(own)
    }
    guard !parameters.isEmpty else { return }
    OptimizerKernels.fusedAdamW(
      parameters: parameters, gradients: gradients, firstMoments: moments.map(\.first),
      secondMoments: moments.map(\.second),
      maximumSecondMoments: moments.compactMap(\.largestSecond), steps: moments.map(\.step),
      learningRate: learningRate, beta1: options.beta1, beta2: options.beta2,
      weightDecay: weightDecay, epsilon: options.epsilon)
  }

  func makeMoments(for parameter: Tensor) -> Moments {
    func zeros() -> Tensor {
      Tensor.zeros(parameter.shape, dtype: parameter.dtype, device: parameter.device)
    }
    return Moments(
      first: zeros(), second: zeros(), largestSecond: options.isAMSGrad ? zeros() : nil,
      step: Tensor.zeros([], dtype: .float32, device: parameter.device))
  }
}
