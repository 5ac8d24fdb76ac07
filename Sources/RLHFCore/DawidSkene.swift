import Foundation

/// What units truly are, and how reliable each rater is, from ratings alone (Dawid and Skene 1979).
public struct DawidSkene: Sendable {
  /// One rating.
  public struct Rating: Sendable, Hashable {
    /// What was rated.
    public var unit: Int
    /// Who rated.
    public var rater: Int
    /// The category that was said.
    public var category: Int
    /// How much it counts.
    public var weight: Double

    /// Creates a rating.
    public init(unit: Int, rater: Int, category: Int, weight: Double = 1) {
      self.weight = weight
      self.unit = unit
      self.rater = rater
      self.category = category
    }
  }

  /// The probability of each category, by unit.
  public private(set) var posteriors: [[Double]]
  /// How frequent the categories are.
  public private(set) var priors: [Double]
  /// The probability that a rater says a category, by rater and true category.
  public private(set) var confusions: [[[Double]]]
  /// The logarithm of the likelihood of the priors and confusions.
  public private(set) var logLikelihood = -Double.infinity
  /// The number of iterations made.
  public private(set) var iterations = 0

  private let ratings: [Rating]
  private let known: [Int: Int]
  private let smoothing: Double

  /// Starts from the share of votes for each category; ``iterate(_:tolerance:)`` goes on from there.
  ///
  /// - Parameters:
  ///   - ratings: What was said.
  ///   - units: How many units there are.
  ///   - raters: How many raters there are.
  ///   - categories: How many categories there are.
  ///   - known: The units of which the truth is known, with their category: they show who is reliable.
  ///   - smoothing: Ratings that every rater is assumed to have given in each category before the first one, twice as many
  ///     in the right one, so that few ratings do not look like certainty.
  /// - Throws: ``RLHFError`` where a unit, rater or category is unknown.
  public init(
    _ ratings: [Rating], units: Int, raters: Int, categories: Int, known: [Int: Int] = [:],
    smoothing: Double = 0
  ) throws {
    for (unit, category) in known {
      guard (0..<units).contains(unit), (0..<categories).contains(category) else {
        throw RLHFError(
          .invalidData,
          "Unit \(unit) is known to be \(category); expected one of \(units) units and \(categories) categories."
        )
      }
    }
    for rating in ratings {
      guard (0..<units).contains(rating.unit), (0..<raters).contains(rating.rater),
        (0..<categories).contains(rating.category)
      else {
        throw RLHFError(
          .invalidData,
          "Rater \(rating.rater) said \(rating.category) of unit \(rating.unit); expected one of \(raters) raters, \(categories) categories and \(units) units."
        )
      }
    }
    self.ratings = ratings
    self.known = known
    self.smoothing = smoothing
    var votes = [[Double]](
      repeating: Array(repeating: 0, count: categories), count: units)
    for rating in ratings { votes[rating.unit][rating.category] += rating.weight }
    posteriors = votes.map(Self.normalized)
    for (unit, category) in known {
      posteriors[unit] = (0..<categories).map { $0 == category ? 1 : 0 }
    }
    priors = Array(repeating: 1 / Double(categories), count: categories)
    confusions = []
    confusions = Array(
      repeating: Array(
        repeating: Array(repeating: 1 / Double(categories), count: categories), count: categories),
      count: raters)
  }

  /// Makes up to `count` iterations of expectation and maximisation, fewer where the likelihood stands still.
  public mutating func iterate(_ count: Int, tolerance: Double = 0) {
    for _ in 0..<count {
      let before = logLikelihood
      maximise()
      expect()
      iterations += 1
      if tolerance > 0, logLikelihood - before < tolerance { return }
    }
  }

  /// The most probable category of each unit; the lower number where two are equal.
  public var labels: [Int] { posteriors.map(Self.largest) }

  /// The category that most raters said of each unit; the lower number where two are equal.
  public static func majorityVotes(_ ratings: [Rating], units: Int, categories: Int) -> [Int] {
    var votes = [[Double]](repeating: Array(repeating: 0, count: categories), count: units)
    for rating in ratings { votes[rating.unit][rating.category] += 1 }
    return votes.map(largest)
  }

  private mutating func maximise() {
    let categories = priors.count
    for category in 0..<categories {
      priors[category] = Statistics.mean(posteriors.map { $0[category] })
    }
    let empty = (0..<categories).map { truth in
      (0..<categories).map { smoothing * ($0 == truth ? 2 : 1) }
    }
    var counts = Array(repeating: empty, count: confusions.count)
    for rating in ratings {
      for truth in 0..<categories {
        counts[rating.rater][truth][rating.category] +=
          rating.weight * posteriors[rating.unit][truth]
      }
    }
    confusions = counts.map { $0.map(Self.normalized) }
  }

  private mutating func expect() {
    var logs = posteriors.map { _ in priors.map { log($0) } }
    for rating in ratings {
      for truth in priors.indices {
        logs[rating.unit][truth] +=
          rating.weight * log(confusions[rating.rater][truth][rating.category])
      }
    }
    logLikelihood = 0
    for (unit, values) in logs.enumerated() {
      if let category = known[unit] {
        logLikelihood += values[category]
        continue
      }
      let largest = values.max() ?? 0
      let weights = values.map { exp($0 - largest) }
      logLikelihood += largest + log(weights.reduce(0, +))
      posteriors[unit] = Self.normalized(weights)
    }
  }

  /// The weights so that they add up to 1; equal ones where all are 0.
  private static func normalized(_ weights: [Double]) -> [Double] {
    let sum = weights.reduce(0, +)
    return weights.map { sum > 0 ? $0 / sum : 1 / Double(weights.count) }
  }

  private static func largest(_ values: [Double]) -> Int {
    values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
  }
}
