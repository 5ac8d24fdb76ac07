public import Foundation
import GRDB
import RLHFCore

extension FeedbackStore {
  /// Opens the way for `uses` people; `tokenHash` is the hash of what their link holds.
  @discardableResult
  public func createInvitation(
    tokenHash: [UInt8], role: StudioRole, name: String? = nil, uses: Int = 1, expires: Date,
    actor: String, now: Date = Date()
  ) throws -> Invitation {
    guard uses > 0, expires > now else {
      throw RLHFError(
        .invalidData,
        "an invitation for \(uses) people until \(expires) opens nothing; "
          + "expected at least one person and a time to come.")
    }
    let name = try name.map(Self.accountName)
    return try write { db in
      try db.execute(
        sql: """
          INSERT INTO invitations (token, role, name, uses, expires, created)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Data(tokenHash), role.rawValue, name, uses, expires.milliseconds, now.milliseconds,
        ])
      let id = try KeyedHash(db).name("invitation", db.lastInsertedRowID)
      try Self.audit(
        db, actor: actor, action: "invite", target: name ?? role.rawValue,
        details: [
          "invitation": .string(id), "role": .string(role.rawValue), "uses": .integer(uses),
        ], now: now)
      return Invitation(
        id: id, role: role, name: name, uses: uses, expires: expires.milliseconds,
        created: now.milliseconds)
    }
  }

  /// The invitations that can still be accepted.
  public func invitations(now: Date = Date()) throws -> [Invitation] {
    try read { db in
      let key = try KeyedHash(db)
      let rows = try Row.fetchCursor(
        db, sql: "SELECT * FROM invitations WHERE uses > 0 AND expires > ? ORDER BY id",
        arguments: [now.milliseconds])
      return try rows.collect { try Self.invitation($0, key) }
    }
  }

  /// Closes an invitation, by its id.
  public func revokeInvitation(_ id: String, actor: String, now: Date = Date()) throws {
    try write { db in
      let key = try KeyedHash(db)
      let rows = try Int64.fetchAll(db, sql: "SELECT id FROM invitations WHERE uses > 0")
      guard let row = rows.first(where: { key.name("invitation", $0) == id }) else {
        throw RLHFError(.notFound, "there is no invitation with this id.")
      }
      try db.execute(sql: "UPDATE invitations SET uses = 0 WHERE id = ?", arguments: [row])
      try Self.audit(db, actor: actor, action: "revokeInvitation", target: id, now: now)
    }
  }

  /// Makes an account for whoever holds the token of an invitation.
  ///
  /// Throws `forbidden` where there is no such invitation or it has ended, `conflict` where the name is taken.
  public func acceptInvitation(
    tokenHash: [UInt8], name: String, passwordHash: String? = nil, now: Date = Date()
  ) throws -> Account {
    let name = try Self.accountName(name)
    return try write { db in
      guard
        let row = try Row.fetchOne(
          db, sql: "SELECT * FROM invitations WHERE token = ? AND uses > 0 AND expires > ?",
          arguments: [Data(tokenHash), now.milliseconds])
      else {
        throw RLHFError(
          .forbidden, "this invitation has ended or never was; ask for another link.")
      }
      let invitation = try Self.invitation(row, KeyedHash(db))
      if let expected = invitation.name, expected != name {
        throw RLHFError(.forbidden, "this invitation is for somebody of another name.")
      }
      try db.execute(
        sql: "UPDATE invitations SET uses = uses - 1 WHERE id = ?", arguments: [row["id"] as Int64])
      return try Self.addAccount(
        db, name: name, role: invitation.role, passwordHash: passwordHash, actor: name,
        isExpected: invitation.name != nil, now: now)
    }
  }

  /// Makes an account without an invitation, as the command line does for the first owner.
  public func addAccount(
    name: String, role: StudioRole, passwordHash: String? = nil, actor: String, now: Date = Date()
  ) throws -> Account {
    let name = try Self.accountName(name)
    return try write { db in
      try Self.addAccount(
        db, name: name, role: role, passwordHash: passwordHash, actor: actor, isExpected: true,
        now: now)
    }
  }

  /// All accounts, in the order in which they were made.
  public func accounts() throws -> [Account] {
    try read { db in
      let key = try KeyedHash(db)
      return try Row.fetchCursor(db, sql: "\(Self.account) ORDER BY rater").collect {
        try Self.account($0, key)
      }
    }
  }

  /// The account of a name.
  public func account(named name: String) throws -> Account? {
    try read { try Self.account($0, where: "name = ?", [name]) }
  }

  /// The account of a rater.
  public func account(of rater: Int64) throws -> Account? {
    try read { try Self.account($0, where: "rater = ?", [rater]) }
  }

  /// Changes what an account may do; the last active owner stays one.
  public func setRole(
    _ role: StudioRole, of rater: Int64, actor: String, now: Date = Date()
  ) throws {
    try change(rater, "setRole", .string(role.rawValue), actor: actor, now: now) { db in
      try db.execute(
        sql: "UPDATE accounts SET role = ? WHERE rater = ?", arguments: [role.rawValue, rater])
    }
  }

  /// Opens or closes an account; closing it ends its sessions, and the last active owner stays open.
  public func setActive(
    _ isActive: Bool, of rater: Int64, actor: String, now: Date = Date()
  ) throws {
    try change(rater, "setActive", .bool(isActive), actor: actor, now: now) { db in
      try db.execute(
        sql: "UPDATE accounts SET isActive = ? WHERE rater = ?", arguments: [isActive, rater])
      if !isActive {
        try db.execute(sql: "DELETE FROM sessions WHERE rater = ?", arguments: [rater])
      }
    }
  }

  /// Sets what a password is checked against, and ends the sessions of the account.
  public func setPasswordHash(
    _ hash: String?, of rater: Int64, actor: String, now: Date = Date()
  ) throws {
    try change(rater, "setPassword", .null, actor: actor, now: now) { db in
      try db.execute(
        sql: "UPDATE accounts SET password = ? WHERE rater = ?", arguments: [hash, rater])
      try db.execute(sql: "DELETE FROM sessions WHERE rater = ?", arguments: [rater])
    }
  }

  /// What the password of an account is checked against.
  public func passwordHash(of rater: Int64) throws -> String? {
    try read { db in
      try String.fetchOne(
        db, sql: "SELECT password FROM accounts WHERE rater = ?", arguments: [rater])
    }
  }

  private func change(
    _ rater: Int64, _ action: String, _ value: JSONValue, actor: String, now: Date,
    _ body: (Database) throws -> Void
  ) throws {
    try write { db in
      guard let account = try Self.account(db, where: "rater = ?", [rater]) else {
        throw RLHFError(.notFound, "there is no such account.")
      }
      try body(db)
      let owners = try Int.fetchOne(
        db, sql: "SELECT count(*) FROM accounts WHERE role = 'owner' AND isActive")
      if owners == 0, account.role == .owner, account.isActive {
        throw RLHFError(
          .conflict, "this is the last owner; make somebody else an owner first.")
      }
      try Self.audit(
        db, actor: actor, action: action, target: account.name, details: ["value": value], now: now)
    }
  }

  private static func addAccount(
    _ db: Database, name: String, role: StudioRole, passwordHash: String?, actor: String,
    isExpected: Bool, now: Date
  ) throws -> Account {
    let taken = RLHFError(.conflict, "the name '\(name)' is taken; choose another.")
    if let known = try Row.fetchOne(
      db, sql: "SELECT id, kind FROM raters WHERE name = ? COLLATE NOCASE", arguments: [name])
    {
      let hasAccount = try account(db, where: "rater = ?", [known["id"] as Int64]) != nil
      guard isExpected, !hasAccount, known["kind"] as String == RaterKind.person.rawValue else {
        throw taken
      }
    }
    let rater = try StoreWriter(db).rater(name, .person)
    try db.execute(
      sql: """
        INSERT INTO accounts (rater, role, isActive, password, created) VALUES (?, ?, 1, ?, ?)
        """, arguments: [rater, role.rawValue, passwordHash, now.milliseconds])
    try audit(
      db, actor: actor, action: "join", target: name, details: ["role": .string(role.rawValue)],
      now: now)
    guard let account = try account(db, where: "rater = ?", [rater]) else { throw taken }
    return account
  }

  /// A name without space around it, of 1 to 64 characters, none of which steers a terminal or a page.
  private static func accountName(_ name: String) throws -> String {
    let trimmed = name.trimmingCharacters(in: .whitespacesAndNewlines)
    let isClean = trimmed.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
        .paragraphSeparator:
        false
      default: true
      }
    }
    guard (1...64).contains(trimmed.count), trimmed.utf8.count <= 256, isClean else {
      throw RLHFError(
        .invalidData, "a name has 1 to 64 characters that can be seen; choose another.")
    }
    return trimmed
  }

  static let account = """
    SELECT rater, name, role, isActive, password IS NOT NULL AS hasPassword, accounts.created
    FROM accounts JOIN raters ON raters.id = rater
    """

  static func account(
    _ db: Database, where condition: String, _ arguments: StatementArguments
  ) throws -> Account? {
    let statement = try db.cachedStatement(sql: "\(account) WHERE \(condition)")
    guard let row = try Row.fetchOne(statement, arguments: arguments) else { return nil }
    return try account(row, KeyedHash(db))
  }

  static func account(_ row: Row, _ key: KeyedHash) throws -> Account {
    guard let role = StudioRole(rawValue: row["role"]) else {
      throw RLHFError(.invalidData, "the store holds an account of an unknown role.")
    }
    return Account(
      rater: row["rater"], id: key.name("rater", row["rater"]), name: row["name"], role: role,
      isActive: row["isActive"], hasPassword: row["hasPassword"], created: row["created"])
  }

  private static func invitation(_ row: Row, _ key: KeyedHash) throws -> Invitation {
    guard let role = StudioRole(rawValue: row["role"]) else {
      throw RLHFError(.invalidData, "the store holds an invitation of an unknown role.")
    }
    return Invitation(
      id: key.name("invitation", row["id"]), role: role, name: row["name"], uses: row["uses"],
      expires: row["expires"], created: row["created"])
  }
}
