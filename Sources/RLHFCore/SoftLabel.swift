import Foundation

/// What is known of a rate after some votes, as a beta distribution: a label that says how sure it is.
public struct SoftLabel: Sendable, Hashable, Codable {
  /// The votes for, and what was assumed before.
  public var alpha: Double
  /// The votes against, and what was assumed before.
  public var beta: Double

  /// The label after `hits` votes for and `misses` against, from the prior `Beta(alpha, beta)`; votes may be parts of one.
  public init(hits: Double, misses: Double, alpha: Double = 1, beta: Double = 1) {
    precondition(
      min(hits, misses) >= 0 && min(alpha, beta) > 0,
      "SoftLabel: \(hits) and \(misses) votes with Beta(\(alpha), \(beta)); wanted none below 0")
    self.alpha = alpha + hits
    self.beta = beta + misses
  }

  /// The mean: the probability of the next vote.
  public var mean: Double { alpha / (alpha + beta) }

  /// The probability that the rate is above `threshold`.
  public func probability(above threshold: Double) -> Double {
    1 - Statistics.regularizedBeta(threshold, alpha, beta)
  }

  /// The log-odds of the mean: how much better the better one is, for losses with a margin.
  public var margin: Double { log(alpha / beta) }
}

extension Statistics {
  /// How much a vote on a pair is expected to tell, in nats, if the difference of the scores is normal with `mean` and
  /// `deviation`: `H(E p) - E H(p)` with `p = σ(difference)`, by 61 nodes of Gauss and Hermite.
  ///
  /// Which pair to ask for next is that which tells most; mixed with random pairs, since the extremes are neglected.
  public static func expectedInformation(mean: Double, deviation: Double) -> Double {
    func entropy(_ p: Double) -> Double {
      p <= 0 || p >= 1 ? 0 : -p * log(p) - (1 - p) * log1p(-p)
    }
    var (chance, uncertain) = (0.0, 0.0)
    for (node, weight) in hermiteRule {
      let p = sigmoid(mean + 2.0.squareRoot() * deviation * node)
      chance += weight * p
      uncertain += weight * entropy(p)
    }
    return max(0, entropy(chance) - uncertain)
  }

  /// The nodes and weights, divided by √π, of the quadrature of Gauss and Hermite with 61 nodes.
  private static let hermiteRule: [(node: Double, weight: Double)] = {
    let count = 61
    /// The orthonormal Hermite function polynomials of degrees `count` and one less.
    func polynomials(_ x: Double) -> (Double, Double) {
      var (before, value) = (0.0, pow(Double.pi, -0.25))
      for degree in 0..<count {
        let next =
          x * (2 / Double(degree + 1)).squareRoot() * value
          - (Double(degree) / Double(degree + 1)).squareRoot() * before
        (before, value) = (value, next)
      }
      return (value, before)
    }
    // Signs change once between neighbours on a grid finer than the nodes are apart.
    var rule: [(Double, Double)] = []
    let width = 2 * (2 * Double(count) + 1).squareRoot()
    let steps = 4000
    var left = -width / 2
    for index in 1...steps {
      let right = -width / 2 + width * Double(index) / Double(steps)
      if (polynomials(left).0 < 0) != (polynomials(right).0 < 0) {
        var (low, high) = (left, right)
        let isRising = polynomials(low).0 < 0
        for _ in 0..<80 {
          let middle = (low + high) / 2
          if (polynomials(middle).0 < 0) == isRising { low = middle } else { high = middle }
        }
        let node = (low + high) / 2
        let slope = (2 * Double(count)).squareRoot() * polynomials(node).1
        rule.append((node, 2 / (slope * slope)))
      }
      left = right
    }
    let total = rule.reduce(0) { $0 + $1.1 }
    return rule.map { ($0.0, $0.1 / total) }
  }()
}
