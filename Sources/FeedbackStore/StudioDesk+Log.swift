import Foundation
import GRDB
import RLHFCore

/// The log of answers: lines of canonical JSON, each with the hash of the one before.
extension StudioDesk {
  /// Adds an entry to the log.
  func insert(_ entry: Entry) throws {
    let content = try entry.answer.map { try JSONValue(encoding: $0) } ?? .null
    let (line, hash) = try HashChain.next(fields(of: entry, content), in: "answers", db)
    try execute(
      """
      INSERT INTO answers (name, task, rater, slot, kind, content, shown, behaviour, digest,
        isSurplus, started, submitted, created, supersedes, line, hash)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        entry.name, entry.task.row, entry.rater, entry.slot, entry.answer?.kind ?? "withdrawal",
        content.description, try written(entry.order), entry.behaviour.description,
        Data(entry.digest.bytes), entry.isSurplus, entry.started, entry.submitted, now,
        entry.previous?.row, line, hash,
      ])
  }

  private func fields(of entry: Entry, _ content: JSONValue) throws -> [String: JSONValue] {
    let draft = entry.task.draft
    func hash(_ table: String, _ id: Int64) throws -> JSONValue {
      let bytes: Data? = try row("SELECT hash FROM \(table) WHERE id = ?", [id])?["hash"]
      return .string("sha256:\(ContentHash(digest: Array(bytes ?? Data())))")
    }
    var fields: [String: JSONValue] = [
      "schema": "vote.v1",
      "vote": .string(entry.name),
      "task": .string(entry.task.id),
      "annotator": .string(key.name("rater", entry.rater)),
      "lease": .string(entry.lease),
      "kind": .string(entry.answer?.kind ?? "withdrawal"),
      "answer": content,
      "criteria": .array(draft.criteria.map { .string($0) }),
      "prompt": try hash("prompts", draft.prompt),
      "items": .array(try draft.items.map { try hash("artifacts", $0) }),
      "order": .array(entry.order.map { .integer($0) }),
      "behaviour": entry.behaviour,
      "openedAt": .integer(Int(entry.started)),
      "submittedAt": .integer(Int(entry.submitted)),
      "storedAt": .integer(Int(now)),
      "surplus": .bool(entry.isSurplus),
    ]
    if let previous = entry.previous { fields["supersedes"] = .string(previous.name) }
    return fields
  }

  /// The answer under a name.
  func stored(_ name: String) throws -> StoredAnswer {
    guard let row = try row("\(Self.answers) WHERE answers.name = ?", [name]) else {
      throw RLHFError(.notFound, "there is no such answer.")
    }
    return try stored(row)
  }

  /// Whether a task measures the rater.
  static let isCheck = "(tasks.gold IS NOT NULL AND tasks.kind <> 'realOrGenerated')"

  static let answers = """
    SELECT answers.id, answers.name, answers.task AS taskRow, answers.rater, answers.kind AS answerKind,
      answers.content, answers.shown, answers.behaviour, answers.isSurplus, answers.started,
      answers.submitted, answers.created,
      tasks.name AS taskName, tasks.kind, \(isCheck) AS isGold,
      raters.name AS raterName, slots.lease, earlier.name AS supersededName,
      original.name AS originalName,
      EXISTS (SELECT 1 FROM answers AS later WHERE later.supersedes = answers.id) AS isSuperseded
    FROM answers
    JOIN tasks ON tasks.id = answers.task
    JOIN raters ON raters.id = answers.rater
    JOIN slots ON slots.id = answers.slot
    LEFT JOIN answers AS earlier ON earlier.id = answers.supersedes
    LEFT JOIN tasks AS original ON original.id = tasks.repeatOf
    """

  func stored(_ row: Row) throws -> StoredAnswer {
    guard let kind = TaskKind(rawValue: row["kind"]) else {
      throw RLHFError(.invalidData, "the store holds a task of an unknown kind.")
    }
    let (started, submitted): (Int64, Int64) = (row["started"], row["submitted"])
    return StoredAnswer(
      sequence: row["id"], id: row["name"], task: row["taskName"], kind: kind, rater: row["rater"],
      raterName: row["raterName"], lease: row["lease"],
      answer: row["answerKind"] == "withdrawal" ? nil : try read(row["content"]),
      order: try read(row["shown"]), behaviour: try JSONValue(parsing: row["behaviour"] as String),
      supersedes: row["supersededName"], isSuperseded: row["isSuperseded"],
      isSurplus: row["isSurplus"], isGold: row["isGold"], repeatOf: row["originalName"],
      seconds: max(0, Double(submitted - started) / 1000), created: row["created"])
  }
}
