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

/// Counts, times, and how many checks each rater passed.
struct StandardStatistics: DashboardStatistics {
  func figures(of votes: [VoteRow], criteria: [StudioCriterion]) throws -> DashboardFigures {
    var figures = DashboardFigures()
    figures.seconds = Self.seconds(votes.map(\.answer.seconds))
    for (rater, rows) in Dictionary(grouping: votes, by: \.answer.rater) {
      figures.raters[rater] = Self.rater(rows)
    }
    return figures
  }

  /// Median, tenths and a histogram of times.
  static func seconds(_ values: [Double]) -> JSONValue {
    let values = values.filter { $0 > 0 && $0.isFinite }
    guard !values.isEmpty else { return .null }
    let edges: [Double] = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, .infinity]
    let histogram = zip(edges, edges.dropFirst()).map { from, to -> JSONValue in
      [
        "from": .number(from), "to": to.isFinite ? .number(to) : .null,
        "count": .integer(values.count { $0 >= from && $0 < to }),
      ]
    }
    return [
      "median": .number(Statistics.quantile(0.5, of: values)),
      "low": .number(Statistics.quantile(0.1, of: values)),
      "high": .number(Statistics.quantile(0.9, of: values)), "histogram": .array(histogram),
    ]
  }

  private static func rater(_ rows: [VoteRow]) -> [String: JSONValue] {
    let gold = rows.filter { $0.gold != nil && $0.answer.answer?.isSkip == false }
    let passed = gold.count { $0.answer.answer?.content == $0.gold?.content }
    let seconds = rows.map(\.answer.seconds).filter { $0 > 0 }
    return [
      "gold": ["passed": .integer(passed), "of": .integer(gold.count)],
      "seconds": seconds.isEmpty ? .null : .number(Statistics.quantile(0.5, of: seconds)),
      "lastSeen": rows.map(\.answer.created).max().map {
        .string(Timestamp.text(milliseconds: $0))
      } ?? .null,
    ]
  }
}
