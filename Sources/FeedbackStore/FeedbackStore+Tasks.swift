public import Foundation
import GRDB
import RLHFCore

extension FeedbackStore {
  /// Puts tasks into the queue, in order; all of them or none.
  ///
  /// A review needs its subject only, and takes the rest from there.
  @discardableResult
  public func addTasks(_ drafts: [TaskDraft], now: Date = Date()) throws -> [StudioTask] {
    try write { db in
      let desk = try StudioDesk(db, now: now)
      return try drafts.map(desk.add)
    }
  }

  /// Puts every comparison into the queue that nobody judged by `criterion` and that is not there; returns how many.
  ///
  /// Those that were not presented yet (``unpresentedArtifacts(forUnjudged:)``) stay out.
  @discardableResult
  public func addPairTasks(
    forUnjudged criterion: String, overlap: Int = 1, now: Date = Date()
  ) throws -> Int {
    try write { db in
      let desk = try StudioDesk(db, now: now)
      let comparisons = try desk.rows(
        """
        SELECT prompt, first, second, origin, round FROM comparisons
        WHERE \(Self.isUnjudged)
          AND EXISTS (SELECT 1 FROM presentations WHERE presentations.prompt = comparisons.prompt)
          AND EXISTS (SELECT 1 FROM presentations WHERE artifact = first)
          AND EXISTS (SELECT 1 FROM presentations WHERE artifact = second)
          AND NOT EXISTS (
            SELECT 1 FROM items AS a JOIN items AS b ON b.task = a.task JOIN tasks ON tasks.id = a.task
            WHERE a.artifact = first AND a.position = 0 AND b.artifact = second AND b.position = 1
              AND tasks.kind = 'pair' AND tasks.round = comparisons.round
              AND tasks.criteria = json_array(?1))
        ORDER BY id
        """, [criterion])
      for row in comparisons {
        _ = try desk.add(
          TaskDraft(
            kind: .pair, criteria: [criterion], prompt: row["prompt"],
            items: [row["first"], row["second"]], overlap: overlap, origin: row["origin"],
            round: row["round"]))
      }
      return comparisons.count
    }
  }

  /// Sets how soon tasks are given out, by their rows: higher values sooner; 0 to begin with.
  public func setPriorities(_ priorities: [Int64: Double]) throws {
    try write { db in
      for (task, value) in priorities {
        guard value.isFinite else {
          throw RLHFError(.invalidData, "the priority of task \(task) is \(value).")
        }
        try db.cachedStatement(sql: "UPDATE queue SET priority = ? WHERE task = ?")
          .execute(arguments: [value, task])
      }
    }
  }

  /// A task, by its public id.
  public func task(_ id: String) throws -> StudioTask? {
    try read { db in try StudioDesk(db, now: Date()).task(named: id) }
  }

  /// The tasks that still want answers, in the order in which they were added.
  public func openTasks(kind: TaskKind, criterion: String? = nil) throws -> [StudioTask] {
    try read { db in
      let desk = try StudioDesk(db, now: Date())
      return try desk.rows(
        """
        \(StudioDesk.tasks) JOIN queue ON queue.task = tasks.id
        WHERE lane = 'work' AND free > 0 AND tasks.kind = ?1
          AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(tasks.criteria) WHERE value = ?2))
        ORDER BY tasks.id
        """, [kind.rawValue, criterion]
      ).map(desk.task)
    }
  }
}
