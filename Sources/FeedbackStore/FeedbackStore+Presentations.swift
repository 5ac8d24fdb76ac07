import Foundation
import GRDB
public import Presentation
public import RLHFCore

extension FeedbackStore {
  /// Adds a criterion, or words an existing one anew; the scale of one that was answered stays as it is.
  public func addCriterion(_ criterion: StudioCriterion) throws {
    _ = try RatingScale(lowest: criterion.lowest, highest: criterion.highest)
    let isName =
      criterion.id.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
      } && (1...64).contains(criterion.id.utf8.count)
    guard isName else {
      throw RLHFError(
        .invalidData,
        "a criterion's id has 1 to 64 letters, digits, '-' and '_'; choose another.")
    }
    try write { db in
      if let known = try Self.criterion(criterion.id, db),
        known.lowest != criterion.lowest || known.highest != criterion.highest
      {
        let isUsed = try Bool.fetchOne(
          db, sql: "SELECT EXISTS (SELECT 1 FROM ratings WHERE criterion = ?)",
          arguments: [criterion.id])
        guard isUsed == false else {
          throw RLHFError(
            .conflict,
            "'\(criterion.id)' goes from \(known.lowest) to \(known.highest) and was answered; "
              + "add a criterion of another name.")
        }
      }
      try db.execute(
        sql: """
          INSERT INTO criteria (name, title, question, lowest, highest, origin, created)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (name) DO UPDATE SET title = excluded.title, question = excluded.question,
            lowest = excluded.lowest, highest = excluded.highest
          """,
        arguments: [
          criterion.id, criterion.title, criterion.question, criterion.lowest, criterion.highest,
          criterion.origin.rawValue, Date().milliseconds,
        ])
    }
  }

  /// The criteria, in the order in which they were added.
  public func criteria() throws -> [StudioCriterion] {
    try read { db in
      try Row.fetchCursor(db, sql: "SELECT * FROM criteria ORDER BY rowid")
        .collect(Self.criterion)
    }
  }

  static func criterion(_ id: String, _ db: Database) throws -> StudioCriterion? {
    let statement = try db.cachedStatement(sql: "SELECT * FROM criteria WHERE name = ?")
    return try Row.fetchOne(statement, arguments: [id]).map(criterion)
  }

  private static func criterion(_ row: Row) -> StudioCriterion {
    StudioCriterion(
      id: row["name"], title: row["title"], question: row["question"], lowest: row["lowest"],
      highest: row["highest"], origin: .init(rawValue: row["origin"]) ?? .user)
  }

  /// Describes files that presentations name; one that is described already stays as it is.
  public func addMedia(_ files: [MediaFile]) throws {
    try write { db in
      for file in files {
        guard FileVault.isName(file.sha256) else {
          throw RLHFError(
            .invalidData, "a file is named by a SHA-256 of 64 hexadecimal digits in lower case.")
        }
        try db.execute(
          sql: """
            INSERT INTO media (sha256, type, bytes, width, height, duration, loudness, peak, peaks,
              created)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
          arguments: [
            file.sha256, file.type, file.bytes, file.width, file.height, file.duration,
            file.loudness, file.peak, try JSONValue(encoding: file.peaks).description,
            Date().milliseconds,
          ])
      }
    }
  }

  /// What is known of a file.
  public func media(_ sha256: String) throws -> MediaFile? {
    try read { db in
      let statement = try db.cachedStatement(sql: "SELECT * FROM media WHERE sha256 = ?")
      return try Row.fetchOne(statement, arguments: [sha256]).map { row in
        MediaFile(
          sha256: row["sha256"], type: row["type"], bytes: row["bytes"], width: row["width"],
          height: row["height"], duration: row["duration"], loudness: row["loudness"],
          peak: row["peak"], peaks: try JSONValue(parsing: row["peaks"] as String).decoded())
      }
    }
  }

  /// Sets how prompts and artifacts are shown, by their rows.
  public func setPresentations(
    prompts: [Int64: [ContentBlock]] = [:], artifacts: [Int64: [ContentBlock]] = [:]
  ) throws {
    try write { db in
      for (column, blocks) in [("prompt", prompts), ("artifact", artifacts)] {
        let statement = try db.cachedStatement(
          sql: """
            INSERT INTO presentations (\(column), blocks) VALUES (?, ?)
            ON CONFLICT (\(column)) DO UPDATE SET blocks = excluded.blocks
            """)
        for (row, blocks) in blocks.sorted(by: { $0.key < $1.key }) {
          try statement.execute(
            arguments: [row, try JSONValue(encoding: blocks).description])
        }
      }
    }
  }

  static func presentation(
    of column: String, _ row: Int64, _ db: Database
  ) throws -> [ContentBlock] {
    let statement = try db.cachedStatement(
      sql: "SELECT blocks FROM presentations WHERE \(column) = ?")
    guard let blocks = try String.fetchOne(statement, arguments: [row]) else {
      throw unpresented(column, row)
    }
    return try JSONDecoder().decode([ContentBlock].self, from: Data(blocks.utf8))
  }

  static func unpresented(_ column: String, _ row: Int64) -> RLHFError {
    RLHFError(
      .notFound, "\(column) \(row) has no presentation; present it before it is shown.")
  }

  /// A setting of the Studio.
  public func setting(_ key: String) throws -> JSONValue? {
    try read { db in
      try String.fetchOne(
        db, sql: "SELECT value FROM properties WHERE key = ?", arguments: ["studio.set.\(key)"]
      ).map { try JSONValue(parsing: $0) }
    }
  }

  /// Changes a setting of the Studio.
  public func setSetting(_ key: String, to value: JSONValue) throws {
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO properties (key, value) VALUES (?, ?)
          ON CONFLICT (key) DO UPDATE SET value = excluded.value
          """, arguments: ["studio.set.\(key)", value.description])
    }
  }
}
