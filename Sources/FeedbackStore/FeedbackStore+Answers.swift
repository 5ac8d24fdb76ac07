import Foundation
import GRDB
import Presentation
import RLHFCore

extension FeedbackStore {
  /// Answers, the newest first.
  public func answers(_ filter: AnswerFilter = AnswerFilter()) throws -> [VoteRow] {
    try read { db in
      try VoteReader(db).rows(filter.conditions, order: "DESC", limit: filter.limit)
    }
  }

  /// An answer, by its id.
  public func answer(_ id: String) throws -> VoteRow? {
    try read { db in
      try VoteReader(db).rows(
        [("answers.name = ?", id.lowercased().databaseValue)], order: "DESC", limit: 1
      ).first
    }
  }

  /// Every answer that stands, skips included, in the order in which they were given.
  public func votes() throws -> [VoteRow] {
    var filter = AnswerFilter()
    filter.limit = .max
    return try read { db in
      try VoteReader(db).rows(filter.conditions, order: "ASC", limit: filter.limit)
    }
  }

  /// The log of answers, a line of canonical JSON each, in order; each holds the hash of the one before.
  public func answerLog() throws -> [String] {
    try read { try String.fetchAll($0, sql: "SELECT line FROM answers ORDER BY id") }
  }

  /// Whether each line of the log of answers follows from the one before and says what the answer says.
  public func isAnswerLogIntact() throws -> Bool {
    let columns = [
      "name": "vote", "kind": "kind", "content": "answer", "shown": "order",
      "behaviour": "behaviour", "created": "storedAt",
    ]
    return try read { try HashChain.firstBreak(in: "answers", columns: columns, $0) == nil }
  }
}

extension AnswerFilter {
  fileprivate var conditions: [(sql: String, value: DatabaseValue)] {
    var conditions: [(String, DatabaseValue)] = []
    func add(_ sql: String, _ value: (any DatabaseValueConvertible)?) {
      if let value { conditions.append((sql, value.databaseValue)) }
    }
    add("answers.rater = ?", rater)
    add("tasks.name = ?", task)
    add("tasks.kind = ?", kind?.rawValue)
    add("EXISTS (SELECT 1 FROM json_each(tasks.criteria) WHERE value = ?)", criterion)
    add(
      """
      EXISTS (SELECT 1 FROM items JOIN artifacts ON artifacts.id = items.artifact
        WHERE items.task = tasks.id AND artifacts.origin = ?)
      """, origin)
    add("\(StudioDesk.isCheck) = ?", isGold)
    add("(tasks.repeatOf IS NOT NULL) = ?", isRepetition)
    add("(answers.kind = 'skip') = ?", isSkip)
    add("answers.created >= ?", from)
    add("answers.created < ?", to)
    add("answers.id < ?", before)
    if !includesSuperseded {
      add(
        """
        (answers.kind <> 'withdrawal' AND NOT EXISTS (
          SELECT 1 FROM answers AS later WHERE later.supersedes = answers.id)) = ?
        """, true)
    }
    return conditions
  }
}

/// Reads answers with their tasks, each task once.
private final class VoteReader {
  private let desk: StudioDesk
  private let db: Database
  private var tasks: [Int64: StudioTask] = [:]
  private var artifacts: [Int64: (origin: String, length: Int)] = [:]

  init(_ db: Database) throws {
    self.db = db
    desk = try StudioDesk(db, now: Date())
  }

  func rows(
    _ conditions: [(sql: String, value: DatabaseValue)], order: String, limit: Int
  ) throws -> [VoteRow] {
    let condition = conditions.isEmpty ? "1" : conditions.map(\.sql).joined(separator: " AND ")
    let rows = try Row.fetchCursor(
      db,
      sql: "\(StudioDesk.answers) WHERE \(condition) ORDER BY answers.id \(order) LIMIT ?",
      arguments: StatementArguments(conditions.map(\.value) + [max(0, limit).databaseValue]))
    return try rows.collect { row in
      let task = try self.task(row["taskRow"])
      let items = try task.draft.items.map { try self.artifact($0) }
      return VoteRow(
        answer: try self.desk.stored(row), taskRow: task.row, criteria: task.draft.criteria,
        gold: task.draft.gold, artifacts: task.draft.items, origins: items.map(\.origin),
        lengths: items.map(\.length), round: task.draft.round)
    }
  }

  private func task(_ row: Int64) throws -> StudioTask {
    if let task = tasks[row] { return task }
    let task = try desk.task(row)
    tasks[row] = task
    return task
  }

  private func artifact(_ row: Int64) throws -> (origin: String, length: Int) {
    if let known = artifacts[row] { return known }
    let origin: String? = try desk.row("SELECT origin FROM artifacts WHERE id = ?", [row])?[
      "origin"]
    let words = try FeedbackStore.presentation(of: "artifact", row, db).compactMap(\.words)
    let found = (origin ?? "", words.reduce(0) { $0 + $1.count })
    artifacts[row] = found
    return found
  }
}
