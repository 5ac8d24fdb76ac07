import Foundation
public import Torch

/// Independent normal distributions, one for each element of the mean.
public struct NormalDistribution {
  /// The means.
  public var mean: Tensor
  /// The logarithms of the standard deviations, of a shape that fits the means.
  public var logDeviation: Tensor

  /// Creates distributions.
  public init(mean: Tensor, logDeviation: Tensor) {
    self.mean = mean
    self.logDeviation = logDeviation
  }

  /// ½ log 2π, the logarithm of the standard normal density's inverse height.
  static let halfLogTau = 0.5 * log(2 * Double.pi)

  /// Draws, from standard normal `noise` of the means' shape.
  public func sample(noise: Tensor) -> Tensor { mean + noise * logDeviation.exp() }

  /// The log-densities of `values`, element by element.
  public func logProbabilities(of values: Tensor) -> Tensor {
    let standardised = (values - mean) / logDeviation.exp()
    return -standardised.square() * 0.5 - logDeviation - Self.halfLogTau
  }

  /// The entropies, element by element: ½ log(2πe) + log σ.
  public var entropies: Tensor {
    Tensor.zeros(mean.shape, dtype: mean.dtype, device: mean.device) + logDeviation
      + (0.5 + Self.halfLogTau)
  }
}

/// Normal distributions squashed to values between -1 and 1 by tanh, as those of soft actor-critic.
public struct TanhNormalDistribution {
  /// The distributions before squashing.
  public var normal: NormalDistribution

  /// Creates distributions.
  public init(mean: Tensor, logDeviation: Tensor) {
    normal = NormalDistribution(mean: mean, logDeviation: logDeviation)
  }

  /// Draws, from standard normal `noise`: the values, and what they were before squashing.
  public func sample(noise: Tensor) -> (values: Tensor, unsquashed: Tensor) {
    let unsquashed = normal.sample(noise: noise)
    return (unsquashed.tanh(), unsquashed)
  }

  /// The log-densities of tanh(u), element by element, given u: log N(u) - log(1 - tanh² u).
  ///
  /// Keep u with an action: from a value that was rounded to ±1 it cannot be had back.
  public func logProbabilities(ofUnsquashed u: Tensor) -> Tensor {
    // log(1 - tanh² u) without the rounding of 1 - tanh² u: 2 (log 2 - u - softplus(-2u)).
    let logSlope = (log(2.0) - u - (-2 * u).softplus()) * 2
    return normal.logProbabilities(of: u) - logSlope
  }
}

/// Normal distributions restricted to an interval, and scaled up so that they still add up to 1.
///
/// Means further than about eight standard deviations outside the interval are beyond its numbers.
public struct TruncatedNormalDistribution {
  /// The distributions before truncation.
  public var normal: NormalDistribution
  /// The lowest value.
  public var lower: Double
  /// The highest value.
  public var upper: Double

  /// Creates distributions.
  public init(mean: Tensor, logDeviation: Tensor, lower: Double, upper: Double) {
    precondition(
      lower < upper, "TruncatedNormalDistribution: lower \(lower) must be below upper \(upper)")
    normal = NormalDistribution(mean: mean, logDeviation: logDeviation)
    self.lower = lower
    self.upper = upper
  }

  /// Draws by inverting the cumulative distribution, from `uniforms` between 0 and 1.
  public func sample(uniforms: Tensor) -> Tensor {
    let (low, high) = (cumulative(bound(lower)), cumulative(bound(upper)))
    let standardised =
      ((low + (high - low) * uniforms.to(.float64)) * 2 - 1).erfInverse() * 2.0.squareRoot()
    let values = normal.mean + standardised.to(normal.mean.dtype) * normal.logDeviation.exp()
    return values.clamped(min: lower, max: upper)
  }

  /// The log-densities of `values`, which lie in the interval, element by element.
  public func logProbabilities(of values: Tensor) -> Tensor {
    normal.logProbabilities(of: values) - mass.log().to(values.dtype)
  }

  /// The entropies, element by element: log(√(2πe) σ Z) + (α φ(α) - β φ(β)) / 2Z for bounds α and β in standard
  /// deviations from the mean and the mass Z between them.
  public var entropies: Tensor {
    func weighted(_ bound: Tensor) -> Tensor {
      bound * (-bound.square() * 0.5 - NormalDistribution.halfLogTau).exp()
    }
    let mass = mass
    let edges = (weighted(bound(lower)) - weighted(bound(upper))) / (mass * 2)
    return normal.entropies + (mass.log() + edges).to(normal.mean.dtype)
  }

  /// The probability of the interval before truncation, in float64.
  private var mass: Tensor { cumulative(bound(upper)) - cumulative(bound(lower)) }

  private func bound(_ value: Double) -> Tensor {
    (value - normal.mean.to(.float64)) / normal.logDeviation.to(.float64).exp()
  }

  private func cumulative(_ standardised: Tensor) -> Tensor {
    ((standardised * (1 / 2.0.squareRoot())).erf() + 1) * 0.5
  }
}
