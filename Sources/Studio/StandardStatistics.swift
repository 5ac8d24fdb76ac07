import FeedbackStore
import RLHFCore

/// The figures of the dashboard from the statistics of the core, over all answers that stand.
///
/// Gold tasks and repetitions count for their rater alone.
struct StandardStatistics: DashboardStatistics {
  func figures(of votes: [VoteRow], criteria: [StudioCriterion]) throws -> DashboardFigures {
    var figures = DashboardFigures()
    let work = votes.filter { !$0.answer.isGold && $0.answer.repeatOf == nil }
    for criterion in criteria {
      let rows = work.filter { $0.criteria.contains(criterion.id) }
      figures.criteria[criterion.id] = try CriterionFigures(rows, criterion.id).json
    }
    figures.seconds = Self.seconds(votes.map(\.answer.seconds))
    let byRater = Dictionary(grouping: votes, by: \.answer.rater)
    for (rater, rows) in byRater { figures.raters[rater] = RaterFigures(rows).json }
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

  /// A share with its Wilson interval; `null` of nothing.
  static func share(_ hits: Int, of count: Int) -> JSONValue {
    guard count > 0 else { return .null }
    let interval = Statistics.wilsonInterval(successes: hits, trials: count)
    return [
      "value": .number(Double(hits) / Double(count)), "low": .number(interval.lower),
      "high": .number(interval.upper), "n": .integer(count),
    ]
  }
}

/// What the votes on pairs, by one criterion, say.
private struct CriterionFigures {
  /// A vote on a pair: which side in canonical order, and whether that was shown first.
  private struct Choice {
    let row: VoteRow
    let verdict: Verdict

    /// The canonical index of the preferred item.
    var preferred: Int? { verdict == .first ? 0 : verdict == .second ? 1 : nil }
    var prefersFirstShown: Bool? { preferred.map { row.answer.order.first == $0 } }
    var prefersLonger: Bool? {
      guard let preferred, row.lengths.count == 2, row.lengths[0] != row.lengths[1] else {
        return nil
      }
      return row.lengths[preferred] > row.lengths[1 - preferred]
    }
  }

  private let rows: [VoteRow]
  private let choices: [Choice]
  private let criterion: String

  init(_ rows: [VoteRow], _ criterion: String) {
    self.rows = rows
    self.criterion = criterion
    choices = rows.compactMap { row in
      guard case .pair(let verdict) = row.answer.answer?.content else { return nil }
      return Choice(row: row, verdict: verdict)
    }
  }

  var json: [String: JSONValue] {
    get throws {
      let agreement = try agreement()
      return [
        "agreement": agreement, "ceiling": agreement["raw"] ?? .null,
        "leaderboard": .array(try leaderboard()), "position": position, "length": length,
      ]
    }
  }

  /// Raw agreement, Krippendorff's alpha and Fleiss' kappa over the tasks that two raters answered or more.
  ///
  /// Votes on pairs are categories; where there are none, ratings are an order of values.
  private func agreement() throws -> JSONValue {
    let ratings = rows.compactMap { row -> (VoteRow, Double)? in
      guard case .rating(let values) = row.answer.answer?.content, let value = values[criterion]
      else { return nil }
      return (row, value)
    }
    let (isPair, values) =
      choices.isEmpty
      ? (false, ratings) : (true, choices.map { ($0.row, Double($0.preferred ?? 2)) })
    let levels = Array(Set(values.map(\.1))).sorted()
    let byTask = Dictionary(grouping: values) { $0.0.answer.task }.values.filter { $0.count > 1 }
    guard !byTask.isEmpty else { return ["raw": .null, "alpha": .null, "kappa": .null] }
    let raters = Array(Set(values.map(\.0.answer.rater))).sorted()
    let table = raters.map { rater in
      byTask.map { answers in
        answers.first { $0.0.answer.rater == rater }.flatMap { levels.firstIndex(of: $0.1) }
      }
    }
    let found = try RaterAgreement(table, categories: max(2, levels.count))
    func figure(_ value: Double) -> JSONValue {
      value.isFinite ? ["value": .number(value), "n": .integer(byTask.count)] : .null
    }
    return [
      "raw": figure(found.percentAgreement),
      "alpha": figure(found.krippendorffAlpha(isPair ? .nominal : .ordinal)),
      "kappa": figure(found.fleissKappa), "level": isPair ? "nominal" : "ordinal",
    ]
  }

  /// Bradley–Terry over where items come from, on the scale of Elo with mean 1000; a light penalty keeps it finite.
  private func leaderboard() throws -> [JSONValue] {
    let played = choices.filter { choice in
      choice.row.origins.count == 2 && choice.row.origins[0] != choice.row.origins[1]
        && choice.verdict != .skip
    }
    let names = Array(Set(played.flatMap(\.row.origins))).sorted()
    guard names.count > 1 else { return [] }
    func sides(_ choice: Choice) -> [Int] {
      choice.row.origins.compactMap { names.firstIndex(of: $0) }
    }
    var (wins, ties): ([(winner: Int, loser: Int)], [(Int, Int)]) = ([], [])
    for choice in played {
      let sides = sides(choice)
      if let preferred = choice.preferred {
        wins.append((sides[preferred], sides[1 - preferred]))
      } else {
        ties.append((sides[0], sides[1]))
      }
    }
    let fit = try StrengthFit(comparisons: wins, ties: ties, count: names.count, penalty: 0.1)
    let scale = 400 / 2.302585092994046
    let reach = scale * Statistics.normalQuantile(0.975)
    return names.indices.sorted { fit.scores[$0] > fit.scores[$1] }.map { index -> JSONValue in
      let score = 1000 + scale * fit.scores[index]
      let half = reach * fit.standardErrors[index]
      return [
        "name": .string(names[index]), "origin": .string(names[index]),
        "score": .number(score), "low": .number(score - half), "high": .number(score + half),
        "comparisons": .integer(played.count { sides($0).contains(index) }),
        "wins": .integer(wins.count { $0.winner == index }),
      ]
    }
  }

  /// How often the item shown first was preferred.
  private var position: JSONValue {
    let shown = choices.compactMap(\.prefersFirstShown)
    guard !shown.isEmpty else { return .null }
    let first = shown.count { $0 }
    return [
      "first": StandardStatistics.share(first, of: shown.count),
      "p": .number(Statistics.signTest(wins: first, losses: shown.count - first)),
    ]
  }

  /// How often the longer item was preferred.
  private var length: JSONValue {
    let longer = choices.compactMap(\.prefersLonger)
    guard !longer.isEmpty else { return .null }
    return ["longer": StandardStatistics.share(longer.count { $0 }, of: longer.count)]
  }
}

/// What the answers of one rater say of the rater.
private struct RaterFigures {
  let rows: [VoteRow]

  init(_ rows: [VoteRow]) {
    self.rows = rows
  }

  var json: [String: JSONValue] {
    let gold = rows.filter { $0.gold != nil && $0.answer.answer?.isSkip == false }
    let passed = gold.count { $0.answer.answer?.content == $0.gold?.content }
    let seconds = rows.map(\.answer.seconds).filter { $0 > 0 }
    return [
      "gold": ["passed": .integer(passed), "of": .integer(gold.count)],
      "consistency": consistency,
      "seconds": seconds.isEmpty ? .null : .number(Statistics.quantile(0.5, of: seconds)),
      "firstShare": firstShare.map(JSONValue.number) ?? .null,
      "lastSeen": rows.map(\.answer.created).max().map {
        .string(Timestamp.text(milliseconds: $0))
      } ?? .null,
    ]
  }

  /// How often the rater said the same when a task came again with its sides swapped.
  private var consistency: JSONValue {
    let known = Dictionary(
      rows.map { ($0.answer.task, $0.answer.answer?.content) }, uniquingKeysWith: { $1 })
    let pairs = rows.compactMap { row -> Bool? in
      guard let task = row.answer.repeatOf, let first = known[task], let first,
        let second = row.answer.answer?.content, row.answer.answer?.isSkip == false
      else { return nil }
      return first == second
    }
    return ["same": .integer(pairs.count { $0 }), "of": .integer(pairs.count)]
  }

  private var firstShare: Double? {
    let shown = rows.compactMap { row -> Bool? in
      guard case .pair(let verdict) = row.answer.answer?.content,
        verdict == .first || verdict == .second
      else { return nil }
      return row.answer.order.first == (verdict == .first ? 0 : 1)
    }
    return shown.isEmpty ? nil : Double(shown.count { $0 }) / Double(shown.count)
  }
}
