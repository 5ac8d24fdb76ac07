import Foundation
import GRDB
import RLHFCore

/// The business of the Studio within one transaction: tasks, slots, answers.
struct StudioDesk {
  let db: Database
  /// The time of the request, in milliseconds since 1970.
  ///
  /// It decides when leases end and nothing else: the order of things is that of their rows.
  let now: Int64
  let key: KeyedHash
  let records: StoreWriter

  init(_ db: Database, now: Date) throws {
    self.db = db
    self.now = now.milliseconds
    key = try KeyedHash(db)
    records = StoreWriter(db)
  }

  /// Runs a cached statement.
  func execute(_ sql: String, _ arguments: StatementArguments) throws {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  /// The first row of a cached statement.
  func row(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
    try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments)
  }

  /// The rows of a cached statement.
  func rows(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
    try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
  }

  /// The task of a row.
  func task(_ row: Int64) throws -> StudioTask {
    guard let task = try self.row("\(Self.tasks) WHERE tasks.id = ?", [row]) else {
      throw RLHFError(.notFound, "there is no such task.")
    }
    return try self.task(task)
  }

  /// The task of a public id.
  func task(named name: String) throws -> StudioTask? {
    try row("\(Self.tasks) WHERE tasks.name = ?", [name]).map(task)
  }

  static let tasks = """
    SELECT tasks.*, answers.name AS subjectName FROM tasks
    LEFT JOIN answers ON answers.id = tasks.subject
    """

  func task(_ row: Row) throws -> StudioTask {
    guard let kind = TaskKind(rawValue: row["kind"]) else {
      throw RLHFError(.invalidData, "the store holds a task of an unknown kind.")
    }
    let id: Int64 = row["id"]
    let gold: String? = row["gold"]
    let items = try Int64.fetchAll(
      db.cachedStatement(sql: "SELECT artifact FROM items WHERE task = ? ORDER BY position"),
      arguments: [id])
    return StudioTask(
      row: id, id: row["name"],
      draft: TaskDraft(
        kind: kind, criteria: try read(row["criteria"]), prompt: row["prompt"], items: items,
        labels: try read(row["labels"]), question: row["question"], overlap: row["overlap"],
        gold: try gold.map { try read($0) }, repeatOf: row["repeatOf"],
        subject: row["subjectName"], origin: row["origin"], round: row["round"]),
      created: row["created"])
  }

  /// The scales of criteria that the store knows.
  func scales(_ criteria: [String]) throws -> [String: RatingScale] {
    var scales: [String: RatingScale] = [:]
    for id in criteria {
      guard let criterion = try FeedbackStore.criterion(id, db) else { continue }
      scales[id] = try RatingScale(lowest: criterion.lowest, highest: criterion.highest)
    }
    return scales
  }

  /// Reads a value that the store wrote.
  func read<Value: Decodable>(_ json: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(json.utf8))
  }

  /// Reads numbers that the store wrote; every task has some, and this is many times quicker.
  func read(_ json: String) throws -> [Int] {
    try elements(json).compactMap(\.integerValue)
  }

  /// Reads words that the store wrote.
  func read(_ json: String) throws -> [String] {
    try elements(json).compactMap(\.stringValue)
  }

  private func elements(_ json: String) throws -> [JSONValue] {
    guard let elements = try JSONValue(parsing: json).arrayValue else {
      throw RLHFError(.invalidData, "the store holds something else than a list.")
    }
    return elements
  }

  /// Writes a value in canonical form.
  func written(_ value: some Encodable) throws -> String {
    try JSONValue(encoding: value).description
  }
}
