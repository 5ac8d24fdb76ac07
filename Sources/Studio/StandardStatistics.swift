import FeedbackStore
import RLHFCore

/// The figures of the dashboard: the report of the core on all answers that stand, in the page's form.
struct StandardStatistics: DashboardStatistics {
  func figures(of votes: [VoteRow], criteria: [StudioCriterion]) throws -> DashboardFigures {
    let report = try QualityReport(votes: votes.flatMap(\.records))
    var figures = DashboardFigures()
    for criterion in report.criteria {
      figures.criteria[criterion.criterion] = Self.json(criterion)
    }
    figures.seconds = Self.seconds(votes.map(\.answer.seconds))
    let seen = Dictionary(grouping: votes, by: \.answer.rater)
      .mapValues { $0.map(\.answer.created).max() }
    for rater in report.raters {
      guard let row = Int64(rater.id) else { continue }
      figures.raters[row] = Self.json(rater, lastSeen: seen[row] ?? nil)
    }
    return figures
  }

  private static func json(_ quality: CriterionQuality) -> [String: JSONValue] {
    let fields: [String: JSONValue] = [
      "agreement": [
        "raw": json(quality.agreement), "alpha": json(quality.alpha),
        "kappa": json(quality.kappa), "level": .string(quality.level),
        "kappaMisleads": .bool(quality.hasKappaParadox),
      ],
      "ceiling": quality.ceiling.map { ceiling in
        guard ceiling.agreement.isFinite else { return .null }
        return [
          "value": .number(ceiling.accuracy.upper), "low": .number(ceiling.accuracy.lower),
          "high": .number(ceiling.accuracy.upper),
        ]
      } ?? .null,
      "leaderboard": .array(
        quality.leaderboard.map { standing in
          [
            "name": .string(standing.source), "origin": .string(standing.source),
            "score": .number(standing.score), "low": .number(standing.low),
            "high": .number(standing.high), "comparisons": .integer(standing.comparisons),
            "wins": .integer(standing.wins), "ties": .integer(standing.ties),
          ]
        }),
      "position": quality.side.map { side in
        let interval = side.interval()
        return [
          "first": [
            "value": .number(side.firstShare), "low": .number(interval.lower),
            "high": .number(interval.upper), "n": .integer(side.choices),
          ],
          "bias": side.bias.map(JSONValue.number) ?? .null, "p": .number(side.significance),
        ]
      } ?? .null,
      "length": quality.length.map {
        [
          "longer": json($0.longer),
          "coefficient": $0.coefficient.map { .number($0.value) } ?? .null,
        ]
      } ?? .null,
    ]
    return fields.filter { $0.value != .null }
  }

  private static func json(_ rater: RaterQuality, lastSeen: Int64?) -> [String: JSONValue] {
    [
      "reliability": json(rater.reliability), "agreement": json(rater.agreement),
      "gold": ["passed": .integer(rater.goldRight), "of": .integer(rater.gold)],
      "consistency": ["same": .integer(rater.sameAgain), "of": .integer(rater.repeated)],
      "seconds": rater.medianSeconds.map(JSONValue.number) ?? .null,
      "firstShare": rater.firstShare.map { .number($0.value) } ?? .null,
      "skipped": .integer(rater.skipped),
      "flags": .array(rater.flags.map { .string($0.rawValue) }),
      "lastSeen": lastSeen.map { .string(Timestamp.text(milliseconds: $0)) } ?? .null,
    ]
  }

  /// A figure with its interval where there is one; `null` of nothing.
  private static func json(_ estimate: QualityReport.Estimate?) -> JSONValue {
    guard let estimate else { return .null }
    var fields: [String: JSONValue] = [
      "value": .number(estimate.value), "n": .integer(estimate.count),
    ]
    fields["low"] = estimate.low.map(JSONValue.number)
    fields["high"] = estimate.high.map(JSONValue.number)
    return .object(fields)
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
}
