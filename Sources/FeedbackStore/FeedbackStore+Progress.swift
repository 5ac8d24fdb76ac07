import Foundation
import GRDB
import RLHFCore

extension FeedbackStore {
  /// How far the work is.
  public func studioProgress() throws -> StudioProgress {
    try read { db in
      var progress = StudioProgress()
      let tasks = """
        FROM queue JOIN tasks ON tasks.id = queue.task LEFT JOIN retired ON retired.task = tasks.id
        WHERE lane IN ('work', 'review')
        """
      let kinds = try Row.fetchAll(
        db,
        sql: """
          SELECT tasks.kind, count(*) AS tasks,
            sum(free <= 0 AND retired.task IS NULL AND NOT EXISTS (
              SELECT 1 FROM slots WHERE slots.task = tasks.id AND state = 'held')) AS answered,
            sum(free > 0) AS open, count(retired.task) AS retired
          \(tasks) GROUP BY tasks.kind ORDER BY tasks.kind
          """)
      let answers = """
        FROM answers JOIN tasks ON tasks.id = answers.task JOIN raters ON raters.id = answers.rater
        WHERE \(Self.standingAnswer)
        """
      let given = try Row.fetchAll(
        db, sql: "SELECT tasks.kind, count(*) AS answers \(answers) GROUP BY tasks.kind")
      let byKind = Dictionary(
        given.map { ($0["kind"] as String, $0["answers"] as Int) }, uniquingKeysWith: +)
      for row in kinds {
        progress.kinds.append(
          .init(
            name: row["kind"], tasks: row["tasks"], answered: row["answered"],
            answers: byKind[row["kind"]] ?? 0))
        progress.tasks += row["tasks"] as Int
        progress.answered += row["answered"] as Int
        progress.open += row["open"] as Int
        progress.retired += row["retired"] as Int
      }
      if let row = try Row.fetchOne(
        db,
        sql: """
          SELECT count(*), coalesce(sum(answers.kind = 'skip'), 0), coalesce(sum(isSurplus), 0)
          \(answers)
          """)
      {
        (progress.answers, progress.skipped, progress.surplus) = (row[0], row[1], row[2])
      }
      progress.raters = try shares(
        db, "SELECT raters.name, count(*) \(answers) GROUP BY raters.id ORDER BY raters.name")
      progress.days = try shares(
        db,
        """
        SELECT date(answers.created / 1000, 'unixepoch'), count(*) \(answers)
        GROUP BY 1 ORDER BY 1
        """)
      return progress
    }
  }

  private func shares(_ db: Database, _ sql: String) throws -> [StudioProgress.Share] {
    try Row.fetchAll(db, sql: sql).map { .init(name: $0[0], answers: $0[1]) }
  }

  static let standingAnswer = """
    answers.kind <> 'withdrawal'
      AND NOT EXISTS (SELECT 1 FROM answers AS later WHERE later.supersedes = answers.id)
    """

  /// The tasks on which raters differ, those most at odds first.
  ///
  /// The share of pairs of raters who said something else, skips left out.
  public func disagreements(criterion: String? = nil, limit: Int = 100) throws -> [Disagreement] {
    let votes = try votes().filter { vote in
      !vote.answer.isGold && vote.answer.repeatOf == nil
        && (criterion.map(vote.criteria.contains) ?? true)
    }
    var said: [Int64: [StudioAnswer]] = [:]
    for vote in votes {
      guard let answer = vote.answer.answer, !answer.isSkip, answer.outcome != nil else { continue }
      said[vote.taskRow, default: []].append(answer)
    }
    var found: [(task: Int64, answers: [StudioAnswer], counts: [String: Int], share: Double)] = []
    for (task, answers) in said where answers.count > 1 {
      let counts = Dictionary(answers.compactMap(\.outcome).map { ($0, 1) }, uniquingKeysWith: +)
      let same = counts.values.reduce(0) { $0 + $1 * ($1 - 1) }
      let share = 1 - Double(same) / Double(answers.count * (answers.count - 1))
      if share > 0 { found.append((task, answers, counts, share)) }
    }
    found.sort { ($1.share, $1.answers.count, $0.task) < ($0.share, $0.answers.count, $1.task) }
    return try read { db in
      let desk = try StudioDesk(db, now: Date())
      return try found.prefix(limit).map {
        Disagreement(
          task: try desk.task($0.task), answers: $0.answers, counts: $0.counts,
          disagreement: $0.share)
      }
    }
  }
}

extension StudioAnswer {
  /// What two raters either both said or not; `nil` of free text.
  public var outcome: String? {
    switch content {
    case .pair(let verdict): verdict.rawValue
    case .ranking(let ranks): ranks.map(String.init).joined(separator: " ")
    case .rating(let ratings):
      ratings.sorted { $0.key < $1.key }.map { "\($0.key) \(JSONValue.number($0.value))" }
        .joined(separator: ", ")
    case .labels(let labels): labels.sorted().joined(separator: ", ")
    case .realOrGenerated(let choice): choice.rawValue
    case .review(let decision, _, _): decision.rawValue
    case .skip: "skip"
    case .comment, .demonstration: nil
    }
  }
}
