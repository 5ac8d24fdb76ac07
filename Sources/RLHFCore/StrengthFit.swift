import Foundation

/// How strong items are, on one scale, by who was preferred to whom.
///
/// A ranking is read after Plackett (1975) and Luce (1959): the first is chosen among all of them with a probability in
/// proportion to exp(strength), the second among those left, and so on. A comparison is a ranking of two: the model of
/// Bradley and Terry (1952).
public struct StrengthFit: Sendable, Hashable {
  /// The logarithms of the items' strengths; their mean is 0.
  public var scores: [Double]
  /// The standard errors of the scores, from the curvature of the likelihood.
  public var standardErrors: [Double]
  /// The logarithm of the likelihood, without the penalty.
  public var logLikelihood: Double
  /// The covariances of the scores, row by row, from the same curvature.
  public private(set) var covariances: [[Double]]

  /// An order in which items were preferred, the best first, and how much it counts.
  public struct Choice: Sendable, Hashable {
    /// The items, by number.
    public var items: [Int]
    /// The weight.
    public var weight: Double

    /// Creates a choice.
    public init(_ items: [Int], weight: Double = 1) {
      self.items = items
      self.weight = weight
    }
  }

  /// Fits comparisons; a tie counts as half a win for both.
  public init(
    comparisons: [(winner: Int, loser: Int)], ties: [(Int, Int)] = [], count: Int,
    penalty: Double = 0
  ) throws {
    let wins = comparisons.map { Choice([$0.winner, $0.loser]) }
    let halves = ties.flatMap {
      [Choice([$0.0, $0.1], weight: 0.5), Choice([$0.1, $0.0], weight: 0.5)]
    }
    try self.init(wins + halves, count: count, penalty: penalty)
  }

  /// Fits rankings by Newton's method.
  ///
  /// - Parameters:
  ///   - choices: The rankings, each of two items or more.
  ///   - count: The number of items.
  ///   - penalty: The weight λ of λ/2 Σ score², which is added to the negative log-likelihood. Without it, no item may
  ///     win, or lose, against all others at all times.
  /// - Throws: ``RLHFError`` where an item is unknown or the likelihood has no maximum.
  public init(_ choices: [Choice], count: Int, penalty: Double = 0) throws {
    try Self.check(choices, count: count, penalty: penalty)
    let likelihood = RankingLikelihood(choices: choices, count: count, penalty: penalty)
    let scores = DampedNewton.minimum(
      from: [Double](repeating: 0, count: count), of: likelihood.objective,
      derivatives: likelihood.derivatives)
    let mean = Statistics.mean(scores)
    self.scores = scores.map { $0 - mean }
    logLikelihood = likelihood.logLikelihood(scores)
    // The curvature is 1 along the direction in which all scores move together, and the penalty more; what that
    // direction adds to every covariance is taken out again.
    let shared = 1 / (1 + penalty) / Double(count)
    let inverse =
      SymmetricSystem(likelihood.derivatives(scores).curvature, size: count)?.inverse ?? []
    covariances = inverse.map { row in row.map { $0 - shared } }
    let variances = inverse.indices.map { inverse[$0][$0] - shared }
    standardErrors = variances.map { max(0, $0).squareRoot() }
  }

  /// The standard error of the difference between two scores.
  public func standardError(of first: Int, minus second: Int) -> Double {
    let variance =
      covariances[first][first] + covariances[second][second] - 2 * covariances[first][second]
    return max(0, variance).squareRoot()
  }

  /// The intervals of the scores by the normal distribution.
  public func intervals(confidence: Double = 0.95) -> [Interval] {
    let reach = Statistics.normalQuantile((1 + confidence) / 2)
    return zip(scores, standardErrors).map { score, error in
      Interval(lower: score - reach * error, upper: score + reach * error, confidence: confidence)
    }
  }

  private static func check(_ choices: [Choice], count: Int, penalty: Double) throws {
    for choice in choices {
      guard choice.items.count > 1, Set(choice.items).count == choice.items.count,
        choice.items.allSatisfy({ (0..<count).contains($0) })
      else {
        throw RLHFError(
          .invalidData,
          "A ranking has the items \(choice.items); expected two or more different ones of 0 to \(count - 1)."
        )
      }
      guard choice.weight >= 0, choice.weight.isFinite else {
        throw RLHFError(
          .invalidData,
          "A ranking has the weight \(choice.weight); expected a number of at least 0.")
      }
    }
    guard penalty == 0 else { return }
    // The maximum is finite where everyone lost, directly or not, to everyone else (Ford 1957).
    var beats = [Set<Int>](repeating: [], count: count)
    var losesTo = beats
    for choice in choices where choice.weight > 0 {
      for (place, better) in choice.items.enumerated() {
        for worse in choice.items.dropFirst(place + 1) {
          beats[better].insert(worse)
          losesTo[worse].insert(better)
        }
      }
    }
    for graph in [beats, losesTo] {
      var reached: Set<Int> = count > 0 ? [0] : []
      var open = Array(reached)
      while let item = open.popLast() {
        for next in graph[item] where reached.insert(next).inserted { open.append(next) }
      }
      guard let apart = (0..<count).first(where: { !reached.contains($0) }) else { continue }
      throw RLHFError(
        .invalidData,
        "Items 0 and \(apart) cannot be put on one scale: one of them never lost, directly or through others, to the other. Use a penalty above 0, or collect more comparisons."
      )
    }
  }

  /// The scores as Elo ratings: 400 points for odds of ten to one.
  public func eloRatings(mean: Double = 1000) -> [Double] {
    scores.map { mean + 400 / log(10) * $0 }
  }
}

/// The likelihood of rankings under scores.
struct RankingLikelihood {
  let choices: [StrengthFit.Choice]
  let count: Int
  let penalty: Double

  func logLikelihood(_ scores: [Double]) -> Double {
    choices.reduce(0) { sum, choice in
      let own = choice.items.map { scores[$0] }
      let places = own.indices.dropLast()
      return sum + choice.weight * places.reduce(0) { $0 + own[$1] - logSum(own[$1...]) }
    }
  }

  /// What is minimised; the mean of the scores is held at 0.
  func objective(_ scores: [Double]) -> Double {
    let total = scores.reduce(0, +)
    return -logLikelihood(scores) + penalty / 2 * scores.reduce(0) { $0 + $1 * $1 }
      + total * total / (2 * Double(count))
  }

  func derivatives(_ scores: [Double]) -> (gradient: [Double], curvature: [Double]) {
    let total = scores.reduce(0, +)
    var gradient = scores.map { penalty * $0 + total / Double(count) }
    var curvature = [Double](repeating: 1 / Double(count), count: count * count)
    for index in 0..<count { curvature[index * count + index] += penalty }
    for choice in choices {
      let own = choice.items.map { scores[$0] }
      for place in own.indices.dropLast() {
        let left = choice.items[place...]
        let shared = logSum(own[place...])
        let shares = own[place...].map { exp($0 - shared) }
        gradient[choice.items[place]] -= choice.weight
        for (item, share) in zip(left, shares) {
          gradient[item] += choice.weight * share
          curvature[item * count + item] += choice.weight * share
          for (other, part) in zip(left, shares) {
            curvature[item * count + other] -= choice.weight * share * part
          }
        }
      }
    }
    return (gradient, curvature)
  }

  private func logSum(_ values: ArraySlice<Double>) -> Double {
    let largest = values.max() ?? 0
    return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
  }
}
