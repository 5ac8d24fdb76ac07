import Foundation

/// How a report on votes is made.
public struct QualityOptions: StageOptions, Hashable {
  /// How often intervals hold the true value.
  public var confidence = 0.95
  /// How many samples the bootstrap draws.
  public var resamples = 200
  /// The same seed gives the same intervals.
  public var seed = Seed(0)
  /// The penalty that holds the scores of a leaderboard where something never lost.
  public var scorePenalty = 0.1
  /// The answers after which a rater may be flagged.
  public var leastAnswers = 10

  /// The defaults.
  public init() {}

  /// Reports impossible settings.
  public func validate(_ check: inout SettingsCheck) {
    check.require(
      confidence > 0 && confidence < 1, "confidence", "a number between 0 and 1", found: confidence)
    check.positive(resamples, "resamples")
    check.positive(scorePenalty, "scorePenalty")
    check.positive(leastAnswers, "leastAnswers")
  }
}

/// What all votes together tell of the criteria, the raters, and what made the items.
public struct QualityReport: Sendable, Hashable, Codable {
  /// A figure, and the range in which it may lie.
  public struct Estimate: Sendable, Hashable, Codable {
    /// The figure.
    public var value: Double
    /// The lower end, where it is known.
    public var low: Double?
    /// The upper end, where it is known.
    public var high: Double?
    /// How many observations it comes from.
    public var count: Int

    /// The estimate, or `nil` where the figure is not a number.
    public init?(_ value: Double, _ interval: Interval? = nil, count: Int) {
      guard value.isFinite else { return nil }
      self.value = value
      low = interval.flatMap { $0.lower.isFinite ? $0.lower : nil }
      high = interval.flatMap { $0.upper.isFinite ? $0.upper : nil }
      self.count = count
    }
  }

  /// How long answers took, in seconds.
  public struct Spread: Sendable, Hashable, Codable {
    /// The time that half of the answers took at most.
    public var median: Double
    /// The time that one answer in ten took at most.
    public var low: Double
    /// The time that nine answers in ten took at most.
    public var high: Double
    /// How many answers there are.
    public var count: Int

    init?(_ seconds: [Double]) {
      guard !seconds.isEmpty else { return nil }
      median = Statistics.quantile(0.5, of: seconds)
      low = Statistics.quantile(0.1, of: seconds)
      high = Statistics.quantile(0.9, of: seconds)
      count = seconds.count
    }
  }

  /// The criteria, in the order of their first votes.
  public var criteria: [CriterionQuality]
  /// The raters, in the order of their first votes.
  public var raters: [RaterQuality]
  /// How long answers took; `nil` where nobody measured.
  public var seconds: Spread?

  /// Summarises votes; those that were superseded must not be among them.
  public init(votes: [VoteRecord], options: QualityOptions = QualityOptions()) throws {
    var check = SettingsCheck(section: "quality")
    options.validate(&check)
    try check.finish(source: "the settings")
    var order: [String] = []
    var byCriterion: [String: [VoteRecord]] = [:]
    for vote in votes {
      if byCriterion[vote.criterion] == nil { order.append(vote.criterion) }
      byCriterion[vote.criterion, default: []].append(vote)
    }
    criteria = order.map {
      CriterionQuality(criterion: $0, votes: byCriterion[$0] ?? [], options: options)
    }
    raters = try RaterQuality.table(votes, options: options)
    seconds = Spread(votes.compactMap(\.seconds))
  }
}
