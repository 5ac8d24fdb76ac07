import Foundation
import GRDB
import RLHFCore

/// Keeping answers.
extension StudioDesk {
  /// Keeps a submission, once.
  func submit(
    _ submission: Submission, rater: Int64, rules: AssignmentRules,
    makeArtifact: SubmissionWriter.ArtifactMaker
  ) throws -> SubmissionOutcome {
    let name = try identifier(submission.id)
    let digest = try ContentHash(
      of: JSONValue.object([
        "answer": JSONValue(encoding: submission.answer), "behaviour": submission.behaviour,
        "supersedes": submission.supersedes.map { .string($0.lowercased()) } ?? .null,
        "task": .string(submission.task),
      ]).canonicalBytes())
    if let outcome = try replay(name, digest, rater) { return outcome }
    guard let slot = try slot(lease: submission.lease, rater: rater) else {
      throw RLHFError(.notFound, "this lease was not given to you; take the task anew.")
    }
    let task = try task(slot["task"] as Int64)
    guard task.id == submission.task else {
      throw RLHFError(.notFound, "this lease is for another task; take the task anew.")
    }
    guard case .object = submission.behaviour,
      submission.behaviour.description.utf8.count <= 1 << 16
    else {
      throw RLHFError(.invalidData, "the behaviour is not an object of at most \(1 << 16) bytes.")
    }
    let subject = try subject(of: task)
    try submission.answer.validate(
      for: task.draft, scales: scales(task.draft.criteria), reviewed: subject?.task.draft)
    let order: [Int] = try read(slot["shown"])
    let head = try head(task.row, rater)
    try check(head, amendedBy: submission.supersedes)
    let entry = Entry(
      name: name, digest: digest, task: task, rater: rater, slot: slot["id"],
      lease: slot["lease"], order: order, answer: submission.answer.canonical(order: order),
      behaviour: submission.behaviour,
      isSurplus: try occupy(slot, of: task, isSkip: submission.answer.isSkip, rules) == "surplus",
      previous: head,
      started: submission.startedAt.milliseconds, submitted: submission.submittedAt.milliseconds)
    try insert(entry)
    try teach(entry, subject, makeArtifact)
    try execute("DELETE FROM drafts WHERE task = ? AND rater = ?", [task.row, rater])
    return .stored(try stored(name))
  }

  /// Withdraws a rater's own answer; the task is theirs again.
  func withdraw(
    answer: String, as id: String, rater: Int64, rules: AssignmentRules,
    makeArtifact: SubmissionWriter.ArtifactMaker
  ) throws -> SubmissionOutcome {
    let name = try identifier(id)
    let digest = ContentHash(
      of: JSONValue.object(["withdraws": .string(answer.lowercased())]).canonicalBytes())
    if let outcome = try replay(name, digest, rater) { return outcome }
    guard
      let row = try row(
        "SELECT task, slot FROM answers WHERE name = ? AND rater = ?", [answer.lowercased(), rater])
    else { throw RLHFError(.notFound, "this is not an answer of yours.") }
    let task = try task(row["task"] as Int64)
    let head = try head(task.row, rater)
    guard let head, head.name == answer.lowercased(), head.answer != nil else {
      throw RLHFError(.conflict, "this answer was amended or withdrawn already.")
    }
    let slot = try slot(row["slot"] as Int64)
    let entry = Entry(
      name: name, digest: digest, task: task, rater: rater, slot: slot["id"], lease: slot["lease"],
      order: try read(slot["shown"]), answer: nil, behaviour: .object([:]), isSurplus: false,
      previous: head, started: now, submitted: now)
    try insert(entry)
    try teach(entry, subject(of: task), makeArtifact)
    if let live = try live(task.row, rater) {
      let state: String = live["state"]
      let slot = try renewed(live["id"], as: state == "answered" ? "held" : "spare", rules)
      if state == "skipped" { try retire(task, after: rules.skipLimit) }
      if slot["state"] == "spare", try hasRoom(task.row) { try set("held", slot: slot["id"]) }
    }
    return .stored(try stored(name))
  }

  /// The latest answer of a rater to a task.
  private func head(_ task: Int64, _ rater: Int64) throws -> Head? {
    // The plus keeps SQLite from looking through all that the rater ever answered.
    let row = try row(
      """
      SELECT id, name, kind, content FROM answers WHERE task = ? AND +rater = ?
        AND NOT EXISTS (SELECT 1 FROM answers AS later WHERE later.supersedes = answers.id)
      """, [task, rater])
    return try row.map {
      Head(
        row: $0["id"], name: $0["name"],
        answer: $0["kind"] == "withdrawal" ? nil : try read($0["content"]))
    }
  }

  private func check(_ head: Head?, amendedBy amended: String?) throws {
    if let amended {
      guard let head, head.name == amended.lowercased(), head.answer != nil else {
        throw RLHFError(
          .conflict, "the answer that this one amends was amended or withdrawn meanwhile.")
      }
    } else if head?.answer != nil {
      throw RLHFError(.conflict, "you answered this task already; amend that answer instead.")
    }
  }

  /// Uses up a slot, and returns its state: one that has no place of the task counts where there is still room.
  ///
  /// Who skips leaves the place to others, and does not get the task again.
  private func occupy(
    _ slot: Row, of task: StudioTask, isSkip: Bool, _ rules: AssignmentRules
  ) throws -> String {
    let (id, before): (Int64, String) = (slot["id"], slot["state"])
    if before == "lapsed", let other = try live(task.row, slot["rater"]) {
      guard Self.isKept(other) else { return try occupy(other, of: task, isSkip: isSkip, rules) }
      try set("lapsed", slot: other["id"])
    }
    if before == "skipped", !isSkip {
      try set("spare", slot: id)
      try retire(task, after: rules.skipLimit)
    }
    let state: String
    switch before {
    case _ where isSkip: state = "skipped"
    case "held": state = "answered"
    case "answered", "surplus": state = before
    default: state = try hasRoom(task.row) ? "answered" : "surplus"
    }
    try set(state, slot: id)
    if isSkip { try retire(task, after: rules.skipLimit) }
    return state
  }

  private func identifier(_ id: String) throws -> String {
    guard let uuid = UUID(uuidString: id) else {
      throw RLHFError(.invalidData, "the id of an answer is no UUID; make one for each answer.")
    }
    return uuid.uuidString.lowercased()
  }

  private func replay(
    _ name: String, _ digest: ContentHash, _ rater: Int64
  ) throws -> SubmissionOutcome? {
    guard let known = try row("SELECT rater, digest FROM answers WHERE name = ?", [name]) else {
      return nil
    }
    guard known["rater"] == rater, known["digest"] as Data == Data(digest.bytes) else {
      return .conflict
    }
    return .replayed(try stored(name))
  }

  /// What is put into the log.
  struct Entry {
    var name: String
    var digest: ContentHash
    var task: StudioTask
    var rater: Int64
    var slot: Int64
    var lease: String
    var order: [Int]
    var answer: StudioAnswer?
    var behaviour: JSONValue
    var isSurplus: Bool
    var previous: Head?
    var started: Int64
    var submitted: Int64
  }

  /// The latest answer of a rater to a task; a withdrawal has no answer.
  struct Head {
    var row: Int64
    var name: String
    var answer: StudioAnswer?
  }
}
