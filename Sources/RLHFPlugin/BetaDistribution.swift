import Foundation
public import RLHFCore
public import Torch

/// Independent Beta distributions of values between 0 and 1: density x^(a-1) (1-x)^(b-1) / B(a, b).
public struct BetaDistribution {
  /// The concentrations a towards 1.
  public var alpha: Tensor
  /// The concentrations b towards 0.
  public var beta: Tensor

  /// Creates distributions; concentrations are above 0.
  public init(alpha: Tensor, beta: Tensor) {
    precondition(
      alpha.shape == beta.shape,
      "BetaDistribution: concentrations \(alpha.shape) and \(beta.shape) differ")
    self.alpha = alpha
    self.beta = beta
  }

  /// Draws one value per element, each from two gamma variates.
  ///
  /// Values stay off 0 and 1, where log-densities are not finite.
  public func sample(seed: Seed) -> Tensor {
    var generator = seed.generator
    let values = zip(alpha.doubles(), beta.doubles()).map { a, b in
      let (first, second) = (Self.gamma(a, &generator), Self.gamma(b, &generator))
      return Float(min(max(first / (first + second), 1e-6), 1 - 1e-6))
    }
    return Tensor(values, shape: alpha.shape).to(alpha.dtype)
  }

  /// The log-densities of `values`, element by element.
  public func logProbabilities(of values: Tensor) -> Tensor {
    (alpha - 1) * values.log() + (beta - 1) * (-values).log1p() - logNormaliser
  }

  /// The entropies, element by element: log B(a, b) - (a-1) ψ(a) - (b-1) ψ(b) + (a+b-2) ψ(a+b).
  public var entropies: Tensor {
    let sum = alpha + beta
    return logNormaliser - (alpha - 1) * alpha.digamma() - (beta - 1) * beta.digamma()
      + (sum - 2) * sum.digamma()
  }

  /// log B(a, b).
  private var logNormaliser: Tensor {
    alpha.logGamma() + beta.logGamma() - (alpha + beta).logGamma()
  }

  /// A gamma variate of the given shape (Marsaglia and Tsang 2000); below 1, one of shape + 1 is brought down.
  private static func gamma(_ shape: Double, _ generator: inout SeededGenerator) -> Double {
    guard shape >= 1 else {
      let power = pow(1 - generator.uniform(), 1 / shape)
      return max(gamma(shape + 1, &generator) * power, Double.leastNormalMagnitude)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      // A standard normal variate by Box and Muller.
      let radius = (-2 * log(1 - generator.uniform())).squareRoot()
      let x = radius * cos(2 * Double.pi * generator.uniform())
      let v = pow(1 + c * x, 3)
      guard v > 0 else { continue }
      if log(1 - generator.uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }
}
