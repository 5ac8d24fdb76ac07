import GRDB
import RLHFCore

/// Tasks that nobody wants to answer.
extension StudioDesk {
  /// What is taken from the places of a task that is retired: more than it can have, so that none is left.
  private static let places = 1 << 41

  /// Retires a task that `limit` raters skipped, and gives it out again where one of them undid that.
  ///
  /// Who has it before them may still answer it.
  func retire(_ task: StudioTask, after limit: Int) throws {
    let (lane, skips) = try skips(of: task)
    // Every rater meets a check once, whoever skips it.
    guard lane == Lane.work.rawValue || lane == Lane.review.rawValue else { return }
    let isRetired = try row("SELECT 1 FROM retired WHERE task = ?", [task.row]) != nil
    guard isRetired != (skips >= limit) else { return }
    if isRetired {
      try execute("DELETE FROM retired WHERE task = ?", [task.row])
    } else {
      try execute("INSERT INTO retired (task, created) VALUES (?, ?)", [task.row, now])
    }
    try execute(
      "UPDATE queue SET free = free + ? WHERE task = ?",
      [isRetired ? Self.places : -Self.places, task.row])
  }

  private func skips(of task: StudioTask) throws -> (lane: String, skips: Int) {
    let found = try row(
      """
      SELECT lane, (SELECT count(*) FROM slots WHERE slots.task = queue.task AND state = 'skipped')
        AS skips FROM queue WHERE task = ?
      """, [task.row])
    return (found?["lane"] ?? "", found?["skips"] ?? 0)
  }
}
