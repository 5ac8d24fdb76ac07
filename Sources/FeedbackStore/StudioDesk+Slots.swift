import Foundation
import GRDB
import RLHFCore

/// Slots: who has which task, in which order its items are shown, and until when.
extension StudioDesk {
  /// Gives back what was kept for too long.
  ///
  /// A clock that was set back leaves no lease that lasts longer than a new one.
  func sweep(_ rules: AssignmentRules) throws {
    let latest = now + Int64(rules.leaseSeconds * 1000)
    let isKept = "state IN ('held', 'spare')"
    try execute("UPDATE slots SET state = 'lapsed' WHERE \(isKept) AND expires <= ?", [now])
    try execute("UPDATE slots SET expires = ?1 WHERE \(isKept) AND expires > ?1", [latest])
  }

  /// Keeps a task for a rater; `again` is the order in which they saw the items before.
  func take(
    _ task: StudioTask, for rater: Int64, again: [Int]?, rules: AssignmentRules
  ) throws -> Row {
    let (turn, order) = try again.map { (0, Array($0.reversed())) } ?? sides(of: task, for: rater)
    let lane: String = try row("SELECT lane FROM queue WHERE task = ?", [task.row])?["lane"] ?? ""
    try execute(
      """
      INSERT INTO hands (rater, work, gold, repetition)
      VALUES (?1, ?2 = 'work', ?2 = 'gold', ?2 = 'repetition')
      ON CONFLICT (rater) DO UPDATE SET work = work + excluded.work, gold = gold + excluded.gold,
        repetition = repetition + excluded.repetition
      """, [rater, lane])
    let id = try (row("SELECT max(id) AS last FROM slots", [])?["last"] ?? Int64(0)) + 1
    try execute(
      """
      INSERT INTO slots (id, lease, task, rater, lane, turn, shown, state, expires, created)
      VALUES (?, ?, ?, ?, ?, ?, ?, 'held', ?, ?)
      """,
      [
        id, key.name("lease", id), task.row, rater, lane, turn,
        try written(order), now + Int64(rules.leaseSeconds * 1000), now,
      ])
    return try slot(id)
  }

  /// The order of the items for the next rater of a task.
  ///
  /// The first rater sees them in an order drawn by keyed hash or turned on from it, and everybody after in the turn
  /// that was seen least: of two raters of a pair each sees another side first.
  private func sides(of task: StudioTask, for rater: Int64) throws -> (turn: Int, order: [Int]) {
    let count = task.draft.items.count
    guard count > 1 else { return (0, Array(0..<count)) }
    let base = (0..<count).sorted {
      key.number("side/\(task.row)/\($0)") < key.number("side/\(task.row)/\($1)")
    }
    var seen = [(live: Int, all: Int)](repeating: (0, 0), count: count)
    for row in try rows(
      """
      SELECT turn, sum(state <> 'lapsed') AS live, count(*) AS number FROM slots
      WHERE task = ? GROUP BY turn
      """, [task.row])
    { seen[row["turn"]] = (row["live"], row["number"]) }
    let least = seen.min { ($0.live, $0.all) < ($1.live, $1.all) }
    let turns = seen.indices.filter { seen[$0].live == least?.live && seen[$0].all == least?.all }
    let turn = turns[Int(key.number("turn/\(task.row)/\(rater)") % Int64(turns.count))]
    return (turn, (0..<count).map { base[($0 + turn) % count] })
  }

  func slot(_ id: Int64) throws -> Row {
    guard let slot = try row("SELECT * FROM slots WHERE id = ?", [id]) else {
      throw RLHFError(.notFound, "there is no such lease.")
    }
    return slot
  }

  /// The slot of a lease that was given to a rater.
  func slot(lease: String, rater: Int64) throws -> Row? {
    try row("SELECT * FROM slots WHERE lease = ? AND rater = ?", [lease, rater])
  }

  /// Moves a slot into another state.
  func set(_ state: String, slot: Int64) throws {
    try execute("UPDATE slots SET state = ? WHERE id = ?", [state, slot])
  }

  /// Keeps a slot for its rater from now on: `held` in one of the task's places, `spare` beyond them.
  func renewed(_ slot: Int64, as state: String, _ rules: AssignmentRules) throws -> Row {
    try execute(
      "UPDATE slots SET state = ?, expires = ? WHERE id = ?",
      [state, now + Int64(rules.leaseSeconds * 1000), slot])
    return try self.slot(slot)
  }

  /// Whether a slot is kept for its rater, as long as the lease lasts.
  static func isKept(_ slot: Row) -> Bool { slot["state"] == "held" || slot["state"] == "spare" }

  /// Whether another rater can have the task now.
  func hasRoom(_ task: Int64) throws -> Bool {
    try row("SELECT free > 0 AS room FROM queue WHERE task = ?", [task])?["room"] ?? false
  }

  /// Keeps a task longer, or takes it back where nobody else has it.
  func renew(_ lease: String, rater: Int64, rules: AssignmentRules) throws -> Date? {
    guard let slot = try slot(lease: lease, rater: rater) else { return nil }
    if Self.isKept(slot) {
      return Date(milliseconds: try renewed(slot["id"], as: slot["state"], rules)["expires"])
    }
    guard slot["state"] == "lapsed", try hasRoom(slot["task"]),
      try live(slot["task"], rater) == nil
    else { return nil }
    return Date(milliseconds: try renewed(slot["id"], as: "held", rules)["expires"])
  }

  /// How many tasks a rater answered, and how many there are for them now.
  func progress(of rater: Int64) throws -> (answered: Int, available: Int) {
    let row = try row(
      """
      SELECT coalesce(answered, 0), open - coalesce(covered, 0) + coalesce(kept, 0)
      FROM lanes LEFT JOIN tallies ON rater = ? WHERE lane = 'work'
      """, [rater])
    return row.map { ($0[0], $0[1]) } ?? (0, 0)
  }

  /// The slot of a task that a rater has or had, unless it lapsed.
  func live(_ task: Int64, _ rater: Int64) throws -> Row? {
    try row(
      "SELECT * FROM slots WHERE task = ? AND rater = ? AND state <> 'lapsed'", [task, rater])
  }

  /// Gives a task back.
  func release(_ lease: String, rater: Int64) throws {
    guard let slot = try slot(lease: lease, rater: rater), Self.isKept(slot) else { return }
    try set("lapsed", slot: slot["id"])
  }

  /// What a rater sees under a slot.
  func assignment(_ slot: Row, task: StudioTask, rater: Int64) throws -> Assignment {
    let order: [Int] = try read(slot["shown"])
    let draft = try row(
      "SELECT content FROM drafts WHERE task = ? AND rater = ?", [task.row, rater])
    let reviewed = try task.draft.subject.flatMap {
      try row("SELECT content FROM answers WHERE name = ?", [$0])?["content"] as String?
    }
    return Assignment(
      task: task.id, kind: task.draft.kind, criteria: task.draft.criteria,
      labels: task.draft.labels, question: task.draft.question, lease: slot["lease"],
      expires: Date(milliseconds: slot["expires"]), order: order,
      prompt: try FeedbackStore.presentation(of: "prompt", task.draft.prompt, db),
      items: try task.draft.items.map {
        try FeedbackStore.presentation(of: "artifact", $0, db)
      },
      draft: try draft.map { try JSONValue(parsing: $0["content"] as String) },
      previous: try reviewed.map { try (read($0) as StudioAnswer).presented(order: order) })
  }

  /// Keeps what a rater has begun of a task that was given to them.
  func save(_ content: JSONValue, task name: String, rater: Int64) throws {
    guard let task = try row("SELECT id FROM tasks WHERE name = ?", [name])?["id"] as Int64?,
      try row("SELECT 1 FROM slots WHERE task = ? AND +rater = ?", [task, rater]) != nil
    else { throw RLHFError(.notFound, "this task was not given to you.") }
    if content.isNull {
      try execute("DELETE FROM drafts WHERE task = ? AND rater = ?", [task, rater])
      return
    }
    let text = content.description
    guard text.utf8.count <= 1 << 18 else {
      throw RLHFError(
        .invalidData, "the draft has \(text.utf8.count) bytes; expected at most \(1 << 18).")
    }
    try execute(
      """
      INSERT INTO drafts (task, rater, content, saved) VALUES (?, ?, ?, ?)
      ON CONFLICT (task, rater) DO UPDATE SET content = excluded.content, saved = excluded.saved
      """, [task, rater, text, now])
  }
}
