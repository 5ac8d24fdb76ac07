import Foundation
import GRDB
import RLHFCore

/// Lines of which each holds the hash of the one before, so that none can be changed, left out or put in unseen.
enum HashChain {
  /// What the first line holds: 64 zeros.
  static let start = String(repeating: "0", count: 64)

  /// A line that follows `previous`: canonical JSON of `fields` and `prev`.
  static func line(_ fields: [String: JSONValue], after previous: String) -> String {
    JSONValue.object(fields.merging(["prev": .string(previous)]) { $1 }).description
  }

  /// The hash of a line.
  static func hash(_ line: String) -> ContentHash { ContentHash(of: Array(line.utf8)) }

  /// The line that would follow the last one of `table`, and its hash.
  static func next(
    _ fields: [String: JSONValue], in table: String, _ db: Database
  ) throws -> (line: String, hash: Data) {
    let last = try db.cachedStatement(sql: "SELECT hash FROM \(table) ORDER BY id DESC LIMIT 1")
    let previous = try Data.fetchOne(last).map { ContentHash(digest: Array($0)).description }
    let line = line(fields, after: previous ?? start)
    return (line, Data(hash(line).bytes))
  }

  /// The number of the first row of `table` that does not follow from the one before, or of which a column does not say
  /// what the field of the line says; `nil` where all do.
  static func firstBreak(
    in table: String, columns: [String: String], _ db: Database
  ) throws -> Int64? {
    let rows = try Row.fetchCursor(db, sql: "SELECT * FROM \(table) ORDER BY id")
    var previous = start
    while let row = try rows.next() {
      let line: String = row["line"]
      let hash = hash(line)
      let fields = try JSONValue(parsing: line)
      let agrees = columns.allSatisfy { column, field in
        let value = row[column] as DatabaseValue
        let text = String.fromDatabaseValue(value) ?? Int.fromDatabaseValue(value).map(String.init)
        let said = fields[field]
        return said?.stringValue == text || said?.description == text
      }
      guard Data(hash.bytes) == row["hash"] as Data, fields["prev"]?.stringValue == previous, agrees
      else { return row["id"] }
      previous = hash.description
    }
    return nil
  }
}
