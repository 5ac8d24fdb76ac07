public import FeedbackStore
public import RLHFCore

/// What the votes say, in the forms of the dashboard.
public struct DashboardFigures: Sendable, Hashable {
  /// The figures of each criterion, by its id: agreement, leaderboard, biases.
  public var criteria: [String: [String: JSONValue]]
  /// The figures of each rater, by its row: reliability, gold, consistency.
  public var raters: [Int64: [String: JSONValue]]
  /// How long answers take.
  public var seconds: JSONValue

  /// Creates figures.
  public init(
    criteria: [String: [String: JSONValue]] = [:], raters: [Int64: [String: JSONValue]] = [:],
    seconds: JSONValue = .null
  ) {
    self.criteria = criteria
    self.raters = raters
    self.seconds = seconds
  }
}

/// Computes the figures of the dashboard.
public protocol DashboardStatistics: Sendable {
  /// The figures of all answers that stand.
  func figures(of votes: [VoteRow], criteria: [StudioCriterion]) throws -> DashboardFigures
}
