public import Foundation
import GRDB
public import RLHFCore

extension FeedbackStore {
  /// Writes down that somebody did something.
  public func audit(
    actor: String, action: String, target: String, details: JSONValue = .object([:]),
    now: Date = Date()
  ) throws {
    try write { db in
      try Self.audit(
        db, actor: actor, action: action, target: target, details: details, now: now)
    }
  }

  /// The entries before `sequence`, the newest first.
  public func auditTrail(before sequence: Int64? = nil, limit: Int = 100) throws -> [AuditEntry] {
    try read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT id, at, actor, action, target, details FROM audit
          WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2
          """, arguments: [sequence, limit])
      return try rows.collect { row in
        AuditEntry(
          sequence: row["id"], at: row["at"], actor: row["actor"], action: row["action"],
          target: row["target"], details: try JSONValue(parsing: row["details"] as String))
      }
    }
  }

  /// Whether each entry of the trail follows from the one before.
  public func isAuditTrailIntact() throws -> Bool {
    let columns = Dictionary(
      uniqueKeysWithValues: ["at", "actor", "action", "target", "details"].map { ($0, $0) })
    return try read { try HashChain.firstBreak(in: "audit", columns: columns, $0) == nil }
  }

  static func audit(
    _ db: Database, actor: String, action: String, target: String,
    details: JSONValue = .object([:]),
    now: Date
  ) throws {
    let at = now.milliseconds
    let (line, hash) = try HashChain.next(
      [
        "schema": "audit.v1", "at": .integer(Int(at)), "actor": .string(actor),
        "action": .string(action), "target": .string(target), "details": details,
      ], in: "audit", db)
    try db.execute(
      sql: """
        INSERT INTO audit (at, actor, action, target, details, line, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """, arguments: [at, actor, action, target, details.description, line, hash])
  }
}
