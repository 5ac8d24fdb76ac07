import Foundation
import GRDB
import RLHFCore

/// A prompt or an artifact as the store keeps it.
struct Payload {
  let json: String
  let hash: ContentHash

  init(_ value: some Encodable, _ encoder: JSONEncoder) throws {
    let bytes = try JSONValue(parsing: encoder.encode(value)).canonicalBytes()
    json = String(decoding: bytes, as: UTF8.self)
    hash = ContentHash(of: bytes)
  }
}

/// Adds records within one transaction, and counts what it did.
final class StoreWriter {
  /// Where records come from.
  struct Context {
    var source: String
    var round: Int
    var split: SplitRule
  }

  /// A judgment as it is stored.
  struct Vote: Hashable {
    var verdict: Verdict
    var label: Double?
    var margin: Double?
    var confidence: Double
  }

  var tally = Tally()

  private let db: Database
  /// The database of the transaction.
  var database: Database { db }
  private let encoder = JSONEncoder()
  /// The time of the transaction, in milliseconds since 1970.
  let created = Int64(Date().timeIntervalSince1970 * 1000)
  private var votes: [VoteKey: Int] = [:]
  private var opinions: [String: Int] = [:]
  private var raters: [String: (id: Int64, kind: RaterKind)] = [:]

  /// The people and programs of the store, by their names and by those that an export without names gives them.
  lazy var ownRaters = Result {
    let rows = try Row.fetchAll(db, sql: "SELECT id, name FROM raters WHERE kind <> 'imported'")
    return rows.reduce(into: [String: Int64]()) { raters, row in
      let name: String = row["name"]
      raters[StoredRecords.hiddenName(of: name)] = row["id"]
      raters[name] = row["id"]
    }
  }

  private struct VoteKey: Hashable {
    var comparison: Int64
    var rater: Int64
    var criterion: String
    var vote: Vote
  }

  /// Creates a writer; `files` keeps the bytes of payloads that are files.
  init(_ db: Database, files: FileVault? = nil) {
    self.db = db
    encoder.userInfo[.fileVault] = files
  }

  func payload(_ value: some Encodable) throws -> Payload {
    do {
      return try Payload(value, encoder)
    } catch {
      throw RLHFError(
        .invalidData, "a \(type(of: value)) has no form in JSON; are all its numbers finite?",
        cause: error)
    }
  }

  /// The row of a prompt.
  ///
  /// A new one goes where `group`, or else its own content, decides.
  func prompt(_ payload: Payload, _ context: Context, group: ContentHash? = nil) throws -> Int64 {
    let known = try db.cachedStatement(sql: "SELECT id, split FROM prompts WHERE hash = ?")
    if let row = try Row.fetchOne(known, arguments: [Data(payload.hash.bytes)]) {
      if case .fixed(let split) = context.split, split.rawValue != row["split"] as String {
        tally.keptSplit += 1
      }
      return row["id"]
    }
    let split = context.split.split(of: group ?? payload.hash)
    try insert(
      "INSERT INTO prompts (hash, payload, split, source, created) VALUES (?, ?, ?, ?, ?)",
      [Data(payload.hash.bytes), payload.json, split.rawValue, context.source, created])
    tally.prompts += 1
    return db.lastInsertedRowID
  }

  func artifact(_ payload: Payload, for prompt: Int64, _ context: Context) throws -> Int64 {
    let key = Data(payload.hash.bytes)
    let isNew = try insert(
      """
      INSERT INTO artifacts (prompt, hash, payload, origin, round, created)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """, [prompt, key, payload.json, context.source, context.round, created])
    if isNew {
      tally.artifacts += 1
      return db.lastInsertedRowID
    }
    return try id("SELECT id FROM artifacts WHERE prompt = ? AND hash = ?", [prompt, key])
  }

  func demonstration(artifact: Int64, _ context: Context) throws {
    let isNew = try insert(
      "INSERT INTO demonstrations (artifact, source, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      [artifact, context.source, created])
    if isNew { tally.demonstrations += 1 } else { tally.known += 1 }
  }

  func comparison(
    prompt: Int64, first: Int64, second: Int64, _ context: Context
  ) throws -> Int64 {
    let isNew = try insert(
      """
      INSERT INTO comparisons (prompt, first, second, origin, round, created)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """, [prompt, first, second, context.source, context.round, created])
    if isNew {
      tally.comparisons += 1
      return db.lastInsertedRowID
    }
    return try id(
      "SELECT id FROM comparisons WHERE first = ? AND second = ? AND round = ?",
      [first, second, context.round])
  }

  func rater(_ name: String, _ kind: RaterKind) throws -> Int64 {
    if let known = raters[name], known.kind == kind { return known.id }
    try insert(
      "INSERT INTO raters (name, kind, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      [name, kind.rawValue, created])
    let statement = try db.cachedStatement(sql: "SELECT id, kind FROM raters WHERE name = ?")
    guard let row = try Row.fetchOne(statement, arguments: [name]) else {
      throw RLHFError(.inputOutput, "the rater '\(name)' could not be added.")
    }
    guard row["kind"] as String == kind.rawValue else {
      throw RLHFError(
        .invalidData,
        "the rater '\(name)' is of the kind '\(row["kind"] as String)' in this store, "
          + "not '\(kind.rawValue)'. Use another name.")
    }
    let id: Int64 = row["id"]
    raters[name] = (id, kind)
    return id
  }

  /// The row that the last insertion added.
  var lastInsertedRow: Int64 { db.lastInsertedRowID }

  /// How often this transaction said the same before; it is counted.
  func countVote(_ key: String) -> Int {
    defer { opinions[key, default: 0] += 1 }
    return opinions[key, default: 0]
  }

  /// The rankings or ratings of a subject by a rater that stand, in order.
  func standing(
    in table: String, subject: String, rater: Int64, criterion: String
  ) throws -> [(id: Int64, content: String)] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT id, content FROM \(table)
        WHERE subject = ? AND rater = ? AND criterion = ? AND NOT EXISTS (
          SELECT 1 FROM \(table) AS later WHERE later.supersedes = \(table).id)
        ORDER BY id
        """)
    return try Row.fetchAll(statement, arguments: [subject, rater, criterion]).map {
      ($0["id"], $0["content"])
    }
  }

  /// Adds a vote of a crowd: the nth time that a call says the same, it is there n times afterwards.
  func crowdVote(_ vote: Vote, on comparison: Int64, rater: Int64, criterion: String) throws {
    let key = VoteKey(comparison: comparison, rater: rater, criterion: criterion, vote: vote)
    let before = votes[key, default: 0]
    votes[key] = before + 1
    let stored = try standing(on: comparison, rater: rater, criterion: criterion)
      .count { $0.vote == vote }
    if stored > before {
      tally.known += 1
      return
    }
    if before > 0 { tally.repeated += 1 }
    try insert(vote, on: comparison, rater: rater, criterion: criterion, supersedes: nil)
  }

  /// Adds a rater's judgment, in place of an earlier one that says something else.
  func judgment(_ vote: Vote, on comparison: Int64, rater: Int64, criterion: String) throws {
    let earlier = try standing(on: comparison, rater: rater, criterion: criterion).last
    if let earlier, earlier.vote == vote {
      tally.known += 1
      return
    }
    if earlier != nil { tally.amended += 1 }
    try insert(vote, on: comparison, rater: rater, criterion: criterion, supersedes: earlier?.id)
  }

  private func standing(
    on comparison: Int64, rater: Int64, criterion: String
  ) throws -> [(id: Int64, vote: Vote)] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT id, verdict, label, margin, confidence FROM judgments
        WHERE comparison = ? AND rater = ? AND criterion = ? AND NOT EXISTS (
          SELECT 1 FROM judgments AS later WHERE later.supersedes = judgments.id)
        ORDER BY id
        """)
    return try Row.fetchAll(statement, arguments: [comparison, rater, criterion]).map { row in
      let vote = Vote(
        verdict: Verdict(rawValue: row["verdict"]) ?? .skip, label: row["label"],
        margin: row["margin"], confidence: row["confidence"])
      return (row["id"], vote)
    }
  }

  private func insert(
    _ vote: Vote, on comparison: Int64, rater: Int64, criterion: String, supersedes: Int64?
  ) throws {
    try insert(
      """
      INSERT INTO judgments
      (comparison, rater, criterion, verdict, label, margin, confidence, supersedes, created)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        comparison, rater, criterion, vote.verdict.rawValue, vote.label, vote.margin,
        vote.confidence, supersedes, created,
      ])
    tally.judgments += 1
  }

  /// Runs an insertion and returns whether it added a row.
  @discardableResult
  func insert(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
    return db.changesCount > 0
  }

  private func id(_ sql: String, _ arguments: StatementArguments) throws -> Int64 {
    let statement = try db.cachedStatement(sql: sql)
    guard let id = try Int64.fetchOne(statement, arguments: arguments) else {
      throw RLHFError(.inputOutput, "a row of the feedback store has gone.")
    }
    return id
  }
}
