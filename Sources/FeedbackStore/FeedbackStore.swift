public import Foundation
import GRDB
public import RLHFCore

/// Where prompts, demonstrations, comparisons and judgments are kept: one SQLite file.
///
/// Nothing in it is changed or deleted: a judgment that is amended stays, superseded by its successor. Whatever
/// an adding function has returned for is on disk (write-ahead log, `synchronous = FULL`); what fails or is
/// killed before leaves nothing behind. Everything is read in the order in which it was added.
///
/// Prompts and artifacts are kept as canonical JSON and known again by its SHA-256, so that adding the same
/// twice adds it once.
public final class FeedbackStore: Sendable {
  let database: any DatabaseWriter
  /// What messages call the store.
  let name: String
  /// Where the bytes of prompts and artifacts that are files are kept: the folder `media` beside the store; `nil` for a
  /// store in memory, which holds them itself.
  public let files: FileVault?

  /// How much of the file the connection that writes holds in memory at most.
  private static let writerCacheKiB = 65_536
  /// How many pages the log holds before they go to where they belong (64 MiB): pages that many answers touch are moved
  /// once, and nobody waits for it often.
  private static let logPages = 16_000

  /// Opens the store in a file, which is made where there is none unless `creating` is false.
  public convenience init(at url: URL, creating: Bool = true) throws {
    let name = url.path
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: name, isDirectory: &isFolder)
    if isFolder.boolValue {
      throw RLHFError(.inputOutput, "\(name) is a folder; expected the file of a feedback store.")
    }
    guard exists || creating else {
      throw RLHFError(.notFound, "\(name) does not exist; import some feedback first.")
    }
    let media = url.deletingLastPathComponent().appending(path: "media")
    try self.init(name: name, files: FileVault(media)) { configuration in
      let pool = try DatabasePool(path: name, configuration: configuration)
      // The pool sets NORMAL when it turns on the log, which may lose the last transactions with the power.
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
        // The queue is walked for every task that is given out; SQLite's own 2 MiB hold a small one only.
        try db.execute(sql: "PRAGMA cache_size = -\(Self.writerCacheKiB)")
        try db.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.logPages)")
      }
      return pool
    }
  }

  /// Opens an empty store that lives as long as the object.
  public static func inMemory() throws -> FeedbackStore {
    try FeedbackStore(name: "the store in memory", files: nil) { configuration in
      try DatabaseQueue(configuration: configuration)
    }
  }

  private init(
    name: String, files: FileVault?, open: (Configuration) throws -> any DatabaseWriter
  ) throws {
    self.name = name
    self.files = files
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.foreignKeysEnabled = true
    do {
      database = try open(configuration)
      try database.read { db in
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        let id = try Int32.fetchOne(db, sql: "PRAGMA application_id")
        if tables > 0, id != Schema.applicationID {
          throw RLHFError(
            .invalidData, "\(name) is a database of another program; expected a feedback store.")
        }
        if try Schema.migrator.hasBeenSuperseded(db) {
          throw RLHFError(
            .unsupported,
            "\(name) was written by a newer version of this program. Update the program to open it."
          )
        }
      }
      try Schema.migrator.migrate(database)
    } catch let error as DatabaseError {
      throw storeFailure(error, name)
    }
  }

  /// Makes the store that of one domain, by its id, and refuses one that is of another.
  public func claim(domain: String) throws {
    let owner = try write { db in
      try db.execute(
        sql: "INSERT INTO properties (key, value) VALUES ('domain', ?) ON CONFLICT DO NOTHING",
        arguments: [domain])
      return try String.fetchOne(db, sql: "SELECT value FROM properties WHERE key = 'domain'")
    }
    guard owner == domain else {
      throw RLHFError(
        .invalidConfiguration,
        "\(name) holds feedback of the domain '\(owner ?? "")', not '\(domain)'. "
          + "Use another project folder, or set the domain back.")
    }
  }

  /// Reads the whole file, and throws where it is damaged.
  public func checkIntegrity() throws {
    let problems = try read { db in
      try String.fetchAll(db, sql: "PRAGMA integrity_check(1)")
        + Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { _ in "a reference leads nowhere" }
    }
    guard problems == ["ok"] else {
      throw RLHFError(
        .invalidData, "\(name) is damaged (\(problems.last ?? "")). Restore it from a copy.")
    }
  }

  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    do {
      return try database.read(body)
    } catch let error as DatabaseError {
      throw storeFailure(error, name)
    }
  }

  /// Runs `body` in a transaction that is on disk when this returns and undone when it throws.
  func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
    do {
      return try database.write(body)
    } catch let error as DatabaseError {
      throw storeFailure(error, name)
    }
  }
}
