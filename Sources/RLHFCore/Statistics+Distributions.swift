import Foundation

extension Statistics {
  /// The quantile of the standard normal distribution: the `x` with `P(X <= x) = probability`.
  ///
  /// Newton's method from 0. The distribution function is concave to the right of 0, so the steps approach
  /// the root from one side and cannot overshoot.
  public static func normalQuantile(_ probability: Double) -> Double {
    guard probability > 0, probability < 1 else {
      return probability == 0 ? -.infinity : probability == 1 ? .infinity : .nan
    }
    guard probability >= 0.5 else { return -normalQuantile(1 - probability) }
    var x = 0.0
    for _ in 0..<200 {
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      let step = (1 - probability - erfc(x / 2.0.squareRoot()) / 2) / density
      x -= step
      if abs(step) <= 1e-15 * max(1, x) { break }
    }
    return x
  }

  /// The regularised incomplete beta function `I_x(a, b)`: the distribution function of the beta distribution.
  static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The continued fraction converges fast below the mean; above it, use the symmetry.
    guard x <= (a + 1) / (a + b + 2) else { return 1 - regularizedBeta(1 - x, b, a) }
    let logFront =
      lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x) - log(a)
    return exp(logFront) * betaContinuedFraction(x, a, b)
  }

  /// The quantile of the beta distribution, by bisection.
  static func betaQuantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while true {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { return middle }
      if regularizedBeta(middle, a, b) < probability { low = middle } else { high = middle }
    }
  }

  /// The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8) by Lentz's method.
  private static func betaContinuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var numerator = 1.0
    var denominator = 1 / away(1 - (a + b) * x / (a + 1))
    var fraction = denominator
    for m in stride(from: 1.0, through: 10_000, by: 1) {
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      denominator = 1 / away(1 + even * denominator)
      numerator = away(1 + even / numerator)
      fraction *= denominator * numerator
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      denominator = 1 / away(1 + odd * denominator)
      numerator = away(1 + odd / numerator)
      let change = denominator * numerator
      fraction *= change
      if abs(change - 1) < 1e-16 { break }
    }
    return fraction
  }
}
