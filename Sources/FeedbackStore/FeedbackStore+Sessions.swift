public import Foundation
import GRDB
import RLHFCore

/// Sessions are kept by the hash of their token: whoever reads the file opens none.
extension FeedbackStore {
  /// Opens a session of an active account.
  public func openSession(
    tokenHash: [UInt8], csrfHash: [UInt8], rater: Int64, expires: Date, now: Date = Date()
  ) throws {
    try write { db in
      guard let account = try Self.account(db, where: "rater = ?", [rater]), account.isActive else {
        throw RLHFError(.forbidden, "this account is closed.")
      }
      try db.execute(sql: "DELETE FROM sessions WHERE expires <= ?", arguments: [now.milliseconds])
      try db.execute(
        sql: """
          INSERT INTO sessions (token, csrf, rater, created, seen, expires)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Data(tokenHash), Data(csrfHash), rater, now.milliseconds, now.milliseconds,
          expires.milliseconds,
        ])
    }
  }

  /// The session of a token, where it has not ended and its account is active.
  public func session(tokenHash: [UInt8], now: Date = Date()) throws -> Session? {
    try read { db in
      let statement = try db.cachedStatement(
        sql: "SELECT * FROM sessions WHERE token = ? AND expires > ?")
      guard
        let row = try Row.fetchOne(
          statement, arguments: [Data(tokenHash), now.milliseconds]),
        let account = try Self.account(db, where: "rater = ?", [row["rater"] as Int64]),
        account.isActive
      else { return nil }
      return Session(
        account: account, csrfHash: Array(row["csrf"] as Data), created: row["created"],
        seen: row["seen"], expires: row["expires"])
    }
  }

  /// Notes that a session was used, and moves its end.
  public func touchSession(tokenHash: [UInt8], expires: Date, now: Date = Date()) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE sessions SET seen = ?, expires = ? WHERE token = ?",
        arguments: [now.milliseconds, expires.milliseconds, Data(tokenHash)])
    }
  }

  /// Ends a session.
  public func closeSession(tokenHash: [UInt8]) throws {
    try write { db in
      try db.execute(sql: "DELETE FROM sessions WHERE token = ?", arguments: [Data(tokenHash)])
    }
  }

  /// Ends all sessions of a rater.
  public func closeSessions(of rater: Int64) throws {
    try write { db in
      try db.execute(sql: "DELETE FROM sessions WHERE rater = ?", arguments: [rater])
    }
  }
}
