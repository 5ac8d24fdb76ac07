import Foundation
import GRDB
import RLHFCore

/// Giving tasks out.
///
/// Which kind of task comes next, and which one, is drawn by the keyed hash of the rater and the number of tasks that
/// the rater had: nobody outside can foretell it, and the same store deals the same.
extension StudioDesk {
  /// How far down the tasks of the highest priority are looked through for one that the rater did not have.
  private static let depth = 200

  /// The next task for a rater, kept for them.
  func nextTask(
    for rater: Int64, excluding held: [String], kinds: Set<TaskKind>?, rules: AssignmentRules
  ) throws -> Assignment? {
    try sweep(rules)
    let own = try rows(
      """
      SELECT slots.*, tasks.name, tasks.kind FROM slots JOIN tasks ON tasks.id = slots.task
      WHERE rater = ? AND state IN ('held', 'spare') ORDER BY slots.id
      """, [rater])
    for slot in own where !held.contains(slot["name"]) && wants(kinds, slot["kind"]) {
      return try assignment(
        renewed(slot["id"], as: slot["state"], rules), task: task(slot["task"]), rater: rater)
    }
    guard own.count < rules.heldTasks else { return nil }
    return try draw(for: rater, kinds: kinds, rules: rules).map { task, original in
      try assignment(
        take(task, for: rater, again: original, rules: rules), task: task, rater: rater)
    }
  }

  private func wants(_ kinds: Set<TaskKind>?, _ kind: String) -> Bool {
    guard let kinds else { return true }
    return TaskKind(rawValue: kind).map(kinds.contains) ?? false
  }

  /// Chooses a task; with one that is shown again comes the order in which it was shown.
  private func draw(
    for rater: Int64, kinds: Set<TaskKind>?, rules: AssignmentRules
  ) throws -> (task: StudioTask, again: [Int]?)? {
    let hand = try row("SELECT work, gold, repetition FROM hands WHERE rater = ?", [rater])
    let had: [Lane: Int] = [
      .work: hand?["work"] ?? 0, .gold: hand?["gold"] ?? 0,
      .repetition: hand?["repetition"] ?? 0,
    ]
    let number = had.values.reduce(0, +)
    func due(_ lane: Lane, _ share: Double) -> Bool {
      let missing = share * Double(number + 1) - Double(had[lane] ?? 0)
      return key.fraction("\(lane.rawValue)/\(rater)/\(number)") < missing
    }
    let start = key.number("start/\(rater)/\(number)")
    if try isReviewer(rater), let task = try pick(.review, rater, kinds, from: start) {
      return (task, nil)
    }
    if due(.gold, rules.goldShare), let task = try pick(.gold, rater, kinds, from: start) {
      return (task, nil)
    }
    if wants(kinds, TaskKind.pair.rawValue), due(.repetition, rules.repeatShare),
      let again = try pickRepetition(rater, start, gap: rules.repeatGap)
    {
      return again
    }
    guard try hasWork(rater) else { return nil }
    let isUniform = key.fraction("uniform/\(rater)/\(number)") < rules.uniformShare
    if !isUniform, let task = try pickByPriority(rater, kinds) { return (task, nil) }
    return try pick(.work, rater, kinds, from: start).map { ($0, nil) }
  }

  private func isReviewer(_ rater: Int64) throws -> Bool {
    let role: String? = try row(
      "SELECT role FROM accounts WHERE rater = ? AND isActive", [rater])?["role"]
    return role == StudioRole.reviewer.rawValue || role == StudioRole.owner.rawValue
  }

  /// What a rater must not have had before.
  private static let isNew = """
    NOT EXISTS (SELECT 1 FROM slots
      WHERE slots.task = queue.task AND slots.rater = ?1 AND slots.state <> 'lapsed')
    AND (?2 IS NULL OR (SELECT kind FROM tasks WHERE tasks.id = queue.task)
      IN (SELECT value FROM json_each(?2)))
    """

  /// Whether there is a task that the rater did not have.
  private func hasWork(_ rater: Int64) throws -> Bool {
    try row(
      """
      SELECT open > coalesce(covered, 0) AS some
      FROM lanes LEFT JOIN tallies ON rater = ? WHERE lane = 'work'
      """, [rater])?["some"] ?? false
  }

  private func pickByPriority(_ rater: Int64, _ kinds: Set<TaskKind>?) throws -> StudioTask? {
    let found = try row(
      """
      SELECT task FROM (
        SELECT task, priority, ticket FROM queue WHERE lane = 'work' AND free > 0
        ORDER BY priority DESC, ticket LIMIT \(Self.depth)) AS queue
      WHERE \(Self.isNew) LIMIT 1
      """, [rater, list(kinds)])
    return try found.map { try task($0["task"] as Int64) }
  }

  /// The first task from `start` on in an order that has nothing to do with the tasks, round and round.
  private func pick(
    _ lane: Lane, _ rater: Int64, _ kinds: Set<TaskKind>?, from start: Int64
  ) throws -> StudioTask? {
    let isForeign =
      switch lane {
      case .review:
        """
        AND NOT EXISTS (SELECT 1 FROM tasks JOIN answers ON answers.id = tasks.subject
          WHERE tasks.id = queue.task AND answers.rater = ?1)
        """
      // Who answered the task that it is made of knows it.
      case .gold:
        """
        AND NOT EXISTS (SELECT 1 FROM items AS mine
          JOIN items AS other ON other.artifact = mine.artifact AND other.task <> mine.task
          JOIN answers ON answers.task = other.task AND answers.rater = ?1
          WHERE mine.task = queue.task GROUP BY other.task
          HAVING count(DISTINCT mine.position) =
            (SELECT count(*) FROM items WHERE task = queue.task))
        """
      default: ""
      }
    for range in ["ticket >= ?3", "ticket < ?3"] {
      let found = try row(
        """
        SELECT task FROM queue WHERE lane = '\(lane.rawValue)' AND free > 0 AND \(range)
          AND \(Self.isNew) \(isForeign) ORDER BY ticket LIMIT 1
        """, [rater, list(kinds), start])
      if let found { return try task(found["task"] as Int64) }
    }
    return nil
  }

  /// A pair that the rater answered a while ago and did not see again.
  private func pickRepetition(
    _ rater: Int64, _ start: Int64, gap: Int
  ) throws -> (task: StudioTask, again: [Int]?)? {
    let last = try row(
      "SELECT id FROM answers WHERE rater = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
      [rater, gap])
    guard let last else { return nil }
    let candidates = try rows(
      """
      SELECT slots.task, slots.shown FROM answers
      JOIN slots ON slots.id = answers.slot
      JOIN tasks ON tasks.id = answers.task
      WHERE answers.rater = ?1 AND answers.kind = 'pair' AND slots.lane = 'work' AND answers.id <= ?2
        AND NOT EXISTS (SELECT 1 FROM answers AS later WHERE later.supersedes = answers.id)
        AND NOT EXISTS (SELECT 1 FROM tasks AS again JOIN slots AS seen ON seen.task = again.id
          WHERE again.repeatOf = tasks.id AND seen.rater = ?1 AND seen.state <> 'lapsed')
      ORDER BY answers.id DESC LIMIT 50
      """, [rater, last["id"] as Int64])
    guard !candidates.isEmpty else { return nil }
    let chosen = candidates[Int(start % Int64(candidates.count))]
    let shown: [Int] = try read(chosen["shown"])
    return (try repetition(of: task(chosen["task"] as Int64)), shown)
  }

  private func list(_ kinds: Set<TaskKind>?) throws -> String? {
    try kinds.map { try written($0.map(\.rawValue).sorted()) }
  }
}
