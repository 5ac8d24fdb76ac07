import Foundation
import GRDB
import RLHFCore

/// A task that is given to nobody any more, because raters skipped it.
public struct RetiredTask: Sendable, Hashable {
  /// The task.
  public var task: StudioTask
  /// How many raters skipped it.
  public var skips: Int
  /// What they said why, in the order in which they skipped; those who said nothing left out.
  public var reasons: [String]
  /// When it was retired, in milliseconds since 1970.
  public var retired: Int64
}

extension FeedbackStore {
  /// The tasks that were retired because `AssignmentRules.skipLimit` raters skipped them, the latest first.
  public func retiredTasks(limit: Int = 100, offset: Int = 0) throws -> [RetiredTask] {
    try read { db in
      let desk = try StudioDesk(db, now: Date())
      let rows = try desk.rows(
        "SELECT task, created FROM retired ORDER BY created DESC, task DESC LIMIT ? OFFSET ?",
        [limit, offset])
      return try rows.map { row in
        let reasons = try desk.rows(
          """
          SELECT json_extract(content, '$.reason') AS reason FROM answers
          WHERE task = ? AND answers.kind = 'skip' AND \(Self.standingAnswer) ORDER BY answers.id
          """, [row["task"]])
        return RetiredTask(
          task: try desk.task(row["task"] as Int64), skips: reasons.count,
          reasons: reasons.compactMap { $0["reason"] }, retired: row["created"])
      }
    }
  }
}
