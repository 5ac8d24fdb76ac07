import Foundation

/// Strengths of items together with what else sways a choice, such as the side or the length: the model of Bradley and
/// Terry with covariates, P(first) = σ(sᵢ - sⱼ + Σ coefficient · feature).
public struct CovariateFit: Sendable, Hashable {
  /// One comparison.
  public struct Vote: Sendable, Hashable {
    /// The first item; the same as the second one where only the features differ.
    public var first: Int
    /// The second item.
    public var second: Int
    /// 1 where the first one won, 0 where it lost, 0.5 for a tie.
    public var outcome: Double
    /// What else speaks for the first one, by covariate.
    public var features: [Double]
    /// How much it counts.
    public var weight: Double

    /// Creates a vote.
    public init(
      _ first: Int, _ second: Int, outcome: Double, features: [Double] = [], weight: Double = 1
    ) {
      self.weight = weight
      self.first = first
      self.second = second
      self.outcome = outcome
      self.features = features
    }
  }

  /// The scores of the items; their mean is 0.
  public private(set) var scores: [Double]
  /// The standard errors of the scores.
  public private(set) var standardErrors: [Double]
  /// The coefficients of the covariates: log-odds per unit.
  public private(set) var coefficients: [Double]
  /// The standard errors of the coefficients.
  public private(set) var coefficientErrors: [Double]
  /// The negative log-likelihood with the penalty.
  public private(set) var objective: Double

  /// Fits votes by Newton's method.
  ///
  /// - Parameters:
  ///   - votes: The comparisons, all with the same number of features.
  ///   - count: The number of items.
  ///   - penalty: The weight λ of λ/2 (Σ score² + Σ coefficient²), above 0 where something wins at all times.
  /// - Throws: ``RLHFError`` where an item is unknown or an effect has no bounds.
  public init(_ votes: [Vote], count: Int, penalty: Double) throws {
    let features = votes.first?.features.count ?? 0
    for vote in votes {
      guard (0..<count).contains(vote.first), (0..<count).contains(vote.second),
        vote.features.count == features, vote.features.allSatisfy(\.isFinite),
        (0...1).contains(vote.outcome), vote.weight >= 0, vote.weight.isFinite
      else {
        throw RLHFError(
          .invalidData,
          "A comparison of items \(vote.first) and \(vote.second) has the outcome \(vote.outcome) and \(vote.features.count) features; expected items 0 to \(count - 1), an outcome from 0 to 1, \(features) finite features and a weight of at least 0."
        )
      }
    }
    let size = count + features
    var values = [Double](repeating: 0, count: size)
    var value = Self.objective(votes, values, count, penalty)
    for _ in 0..<200 {
      let (gradient, curvature) = Self.derivatives(votes, values, count, penalty)
      guard let step = SymmetricSystem(curvature, size: size)?.solve(gradient) else {
        throw RLHFError(
          .invalidData,
          "\(votes.count) comparisons do not determine \(size) effects. Use a penalty above 0, or collect more comparisons."
        )
      }
      var length = 1.0
      var next = zip(values, step).map { $0 - $1 }
      while Self.objective(votes, next, count, penalty) > value + 1e-12 * abs(value), length > 1e-6
      {
        length /= 2
        next = zip(values, step).map { $0 - length * $1 }
      }
      values = next
      value = Self.objective(votes, values, count, penalty)
      if (step.map(abs).max() ?? 0) * length < 1e-11 { break }
      guard values.allSatisfy({ abs($0) < 30 }) else {
        throw RLHFError(
          .invalidData,
          "Something wins at all times, so that its effect has no bounds. Use a penalty above 0, or collect more comparisons."
        )
      }
    }
    scores = Array(values[..<count])
    coefficients = Array(values[count...])
    objective = value
    let inverse =
      SymmetricSystem(Self.derivatives(votes, values, count, penalty).curvature, size: size)?
      .inverse ?? []
    let shared = 1 / (1 + penalty) / Double(max(count, 1))
    standardErrors = (0..<count).map { max(0, inverse[$0][$0] - shared).squareRoot() }
    coefficientErrors = (count..<size).map { max(0, inverse[$0][$0]).squareRoot() }
  }

  /// The features less their mean, divided by their standard deviation (that of a population), as public arenas control style.
  public static func standardized(_ features: [Double]) -> [Double] {
    let center = Statistics.mean(features)
    let variance = Statistics.mean(features.map { ($0 - center) * ($0 - center) })
    return features.map { variance > 0 ? ($0 - center) / variance.squareRoot() : $0 - center }
  }

  private static func logit(_ vote: Vote, _ values: [Double], _ count: Int) -> Double {
    vote.features.indices.reduce(values[vote.first] - values[vote.second]) {
      $0 + values[count + $1] * vote.features[$1]
    }
  }

  private static func objective(
    _ votes: [Vote], _ values: [Double], _ count: Int, _ penalty: Double
  ) -> Double {
    let total = values[..<count].reduce(0, +)
    let loss = votes.reduce(0.0) { sum, vote in
      let logit = logit(vote, values, count)
      return sum
        + vote.weight * (max(logit, 0) + log1p(exp(-abs(logit))) - vote.outcome * logit)
    }
    return loss + penalty / 2 * values.reduce(0) { $0 + $1 * $1 }
      + (count > 0 ? total * total / (2 * Double(count)) : 0)
  }

  private static func derivatives(
    _ votes: [Vote], _ values: [Double], _ count: Int, _ penalty: Double
  ) -> (gradient: [Double], curvature: [Double]) {
    let size = values.count
    let total = values[..<count].reduce(0, +)
    var gradient = values.indices.map {
      penalty * values[$0] + ($0 < count ? total / Double(count) : 0)
    }
    var curvature = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0..<count where row < count {
        curvature[row * size + column] = 1 / Double(count)
      }
      curvature[row * size + row] += penalty
    }
    for vote in votes {
      let p = Statistics.sigmoid(logit(vote, values, count))
      var slopes = vote.features.indices.map { (count + $0, vote.features[$0]) }
      if vote.first != vote.second { slopes += [(vote.first, 1), (vote.second, -1)] }
      for (a, left) in slopes {
        gradient[a] += vote.weight * (p - vote.outcome) * left
        for (b, right) in slopes {
          curvature[a * size + b] += vote.weight * p * (1 - p) * left * right
        }
      }
    }
    return (gradient, curvature)
  }
}
