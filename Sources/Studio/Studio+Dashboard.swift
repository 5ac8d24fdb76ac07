import FeedbackStore
import RLHFCore

extension Studio {
  /// Every figure of the dashboard.
  func dashboard() throws -> JSONValue {
    let (votes, criteria) = (try store.votes(), try store.criteria())
    let figures = try statistics.figures(of: votes, criteria: criteria)
    let progress = try store.studioProgress()
    let accuracy = runs.rewardAccuracy()
    // A reward model with one criterion has no figures by criterion.
    let isSingle = accuracy.count == 1
    return [
      "title": .string(try settings().title),
      "progress": Self.json(progress),
      "criteria": .array(
        criteria.map { criterion in
          let answers = votes.count { $0.criteria.contains(criterion.id) }
          var known: [String: JSONValue] = [
            "id": .string(criterion.id), "title": .string(criterion.title),
            "answers": .integer(answers),
          ]
          known["rewardModel"] =
            accuracy[criterion.id] ?? (isSingle && answers > 0 ? accuracy["all"] : nil)
          return .object(known.merging(figures.criteria[criterion.id] ?? [:]) { first, _ in first })
        }),
      "seconds": figures.seconds,
      "raters": .array(try raterRows(votes, figures)),
      "formats": formats.json,
    ]
  }

  private func raterRows(_ votes: [VoteRow], _ figures: DashboardFigures) throws -> [JSONValue] {
    let counts = Dictionary(grouping: votes, by: \.answer.rater).mapValues(\.count)
    return try store.accounts().map { account in
      let known: [String: JSONValue] = [
        "id": .string(account.id), "name": .string(account.name),
        "role": .string(account.role.rawValue), "active": .bool(account.isActive),
        "answers": .integer(counts[account.rater] ?? 0),
      ]
      return .object(known.merging(figures.raters[account.rater] ?? [:]) { first, _ in first })
    }
  }

  private static func json(_ progress: StudioProgress) -> JSONValue {
    [
      "tasks": .integer(progress.tasks), "answered": .integer(progress.answered),
      "open": .integer(progress.open), "retired": .integer(progress.retired),
      "answers": .integer(progress.answers),
      "skipped": .integer(progress.skipped), "surplus": .integer(progress.surplus),
      "raters": .integer(progress.raters.count),
      "kinds": .array(
        progress.kinds.map { share in
          [
            "kind": .string(share.name), "tasks": .integer(share.tasks),
            "answered": .integer(share.answered), "answers": .integer(share.answers),
          ]
        }),
      "days": .array(
        progress.days.map { ["day": .string($0.name), "answers": .integer($0.answers)] }),
    ]
  }
}
