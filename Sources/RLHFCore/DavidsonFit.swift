import Foundation

/// The strengths of items from comparisons with ties (Davidson 1970).
///
/// P(i beats j) is in proportion to πᵢ, P(tie) to ν √(πᵢπⱼ), with π = exp(score). The more often equals tie, the larger ν.
public struct DavidsonFit: Sendable, Hashable {
  /// The results of one pair of items.
  public struct Results: Sendable, Hashable {
    /// The two items.
    public var first: Int
    /// The other item.
    public var second: Int
    /// How often the first one won.
    public var wins: Double
    /// How often the second one won.
    public var losses: Double
    /// How often neither won.
    public var ties: Double

    /// Creates results.
    public init(_ first: Int, _ second: Int, wins: Double, losses: Double, ties: Double) {
      self.first = first
      self.second = second
      self.wins = wins
      self.losses = losses
      self.ties = ties
    }
  }

  /// The logarithms of the items' strengths; their mean is 0.
  public private(set) var scores: [Double]
  /// The standard errors of the scores.
  public private(set) var standardErrors: [Double] = []
  /// ν; 0 where nobody tied.
  public private(set) var tieStrength: Double
  /// The logarithm of the likelihood, without the penalty.
  public private(set) var logLikelihood = 0.0

  /// Fits results by Newton's method; `penalty` is the weight λ of λ/2 Σ score², needed where an item won everything.
  public init(_ results: [Results], count: Int, penalty: Double = 0) throws {
    let choices = results.flatMap { result in
      [
        StrengthFit.Choice([result.first, result.second], weight: result.wins + result.ties / 2),
        StrengthFit.Choice([result.second, result.first], weight: result.losses + result.ties / 2),
      ]
    }
    // The same conditions decide whether there is a maximum; a tie ties its items together both ways.
    let start = try StrengthFit(choices, count: count, penalty: penalty)
    scores = start.scores
    let hasTies = results.contains { $0.ties > 0 }
    guard hasTies else {
      tieStrength = 0
      standardErrors = start.standardErrors
      logLikelihood = start.logLikelihood
      return
    }
    guard results.contains(where: { $0.wins + $0.losses > 0 }) else {
      throw RLHFError(
        .invalidData, "All comparisons are ties; expected at least one preference among them.")
    }
    let model = Likelihood(results: results, count: count, penalty: penalty)
    let parameters = DampedNewton.minimum(
      from: scores + [0], of: model.objective, derivatives: model.derivatives)
    let mean = Statistics.mean(Array(parameters[..<count]))
    scores = parameters[..<count].map { $0 - mean }
    tieStrength = exp(parameters[count])
    logLikelihood = model.logLikelihood(parameters)
    let inverse =
      SymmetricSystem(model.derivatives(parameters).curvature, size: count + 1)?.inverse ?? []
    let shared = 1 / (1 + penalty) / Double(count)
    standardErrors = inverse.indices.dropLast().map {
      max(0, inverse[$0][$0] - shared).squareRoot()
    }
  }

  /// The scores as Elo ratings: 400 points for odds of ten to one, ties apart.
  public func eloRatings(mean: Double = 1000) -> [Double] {
    scores.map { mean + 400 / log(10) * $0 }
  }

  /// The intervals of the scores by the normal distribution.
  public func intervals(confidence: Double = 0.95) -> [Interval] {
    let reach = Statistics.normalQuantile((1 + confidence) / 2)
    return zip(scores, standardErrors).map { score, error in
      Interval(lower: score - reach * error, upper: score + reach * error, confidence: confidence)
    }
  }

  /// The likelihood under the scores and, last, the logarithm of ν.
  private struct Likelihood {
    let results: [Results]
    let count: Int
    let penalty: Double

    /// The logarithms of the three outcomes' proportions, less that of their sum.
    private func outcomes(_ result: Results, _ values: [Double]) -> [Double] {
      let (first, second) = (values[result.first], values[result.second])
      let weights = [first, second, values[count] + (first + second) / 2]
      let largest = weights.max() ?? 0
      let sum = largest + log(weights.reduce(0) { $0 + exp($1 - largest) })
      return weights.map { $0 - sum }
    }

    func logLikelihood(_ values: [Double]) -> Double {
      results.reduce(0) { sum, result in
        let logs = outcomes(result, values)
        return sum + result.wins * logs[0] + result.losses * logs[1] + result.ties * logs[2]
      }
    }

    func objective(_ values: [Double]) -> Double {
      let total = values[..<count].reduce(0, +)
      return -logLikelihood(values) + penalty / 2 * values[..<count].reduce(0) { $0 + $1 * $1 }
        + total * total / (2 * Double(count))
    }

    func derivatives(_ values: [Double]) -> (gradient: [Double], curvature: [Double]) {
      let size = count + 1
      let total = values[..<count].reduce(0, +)
      var gradient = values[..<count].map { penalty * $0 + total / Double(count) } + [0]
      var curvature = [Double](repeating: 0, count: size * size)
      for row in 0..<count {
        for column in 0..<count { curvature[row * size + column] = 1 / Double(count) }
        curvature[row * size + row] += penalty
      }
      // How the three logarithms depend on first score, second score and log ν.
      let slopes: [[Double]] = [[1, 0, 0], [0, 1, 0], [0.5, 0.5, 1]]
      for result in results {
        let shares = outcomes(result, values).map { exp($0) }
        let counts = [result.wins, result.losses, result.ties]
        let trials = counts.reduce(0, +)
        let places = [result.first, result.second, count]
        let means = (0..<3).map { k in (0..<3).reduce(0) { $0 + shares[$1] * slopes[$1][k] } }
        for a in 0..<3 {
          let observed = (0..<3).reduce(0) { $0 + counts[$1] * slopes[$1][a] }
          gradient[places[a]] -= observed - trials * means[a]
          for b in 0..<3 {
            let product = (0..<3).reduce(0) { $0 + shares[$1] * slopes[$1][a] * slopes[$1][b] }
            curvature[places[a] * size + places[b]] += trials * (product - means[a] * means[b])
          }
        }
      }
      return (gradient, curvature)
    }
  }
}
