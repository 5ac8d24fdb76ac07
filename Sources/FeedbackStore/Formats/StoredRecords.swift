import Foundation
import GRDB
import Presentation
import RLHFCore

/// A record of the store, with the hashes of what it is about.
struct StoredRecord {
  /// What was shown and said.
  var record: ExchangeRecord
  /// The hash of the prompt.
  var prompt: ContentHash
  /// The hash of each item.
  var items: [ContentHash]
  /// A name for each vote that no other has: its table and row.
  var votes: [String]
}

/// Reads what stands in the store, group by group: all judgments of a comparison, rankings of a set of artifacts,
/// ratings of an artifact, and the demonstrations.
struct StoredRecords {
  /// Turns payloads into what people see.
  var content: ExportContent
  var split: Split?
  var criterion: String?
  var hidesRaters = false

  /// Hands the records to `body`, in order.
  func forEach(_ db: Database, _ body: (StoredRecord) throws -> Void) throws {
    try judgments(db, body)
    try rankings(db, body)
    try ratings(db, body)
    try demonstrations(db, body)
  }

  /// How many judgments stand that say nothing.
  func skips(_ db: Database) throws -> Int {
    try Int.fetchOne(
      db,
      sql: """
        SELECT count(*) FROM judgments JOIN comparisons ON comparisons.id = comparison
        JOIN prompts ON prompts.id = comparisons.prompt
        WHERE verdict = 'skip' AND \(Self.stands("judgments")) AND \(Self.filter("judgments"))
        """, arguments: [criterion, split?.rawValue]) ?? 0
  }

  /// The most items that a record has.
  func mostItems(_ db: Database) throws -> Int {
    max(2, try Int.fetchOne(db, sql: "SELECT max(place) + 1 FROM places") ?? 0)
  }

  private func judgments(_ db: Database, _ body: (StoredRecord) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT judgments.id, comparison AS subject, verdict, label, margin, \(Self.opinion("judgments")),
          \(Self.prompt), first.payload AS firstPayload, first.hash AS firstHash,
          first.origin AS firstOrigin, second.payload AS secondPayload, second.hash AS secondHash,
          second.origin AS secondOrigin
        FROM judgments
        JOIN comparisons ON comparisons.id = comparison
        JOIN prompts ON prompts.id = comparisons.prompt
        JOIN artifacts AS first ON first.id = comparisons.first
        JOIN artifacts AS second ON second.id = comparisons.second
        \(Self.joins("judgments"))
        WHERE verdict <> 'skip' AND \(Self.stands("judgments")) AND \(Self.filter("judgments"))
        ORDER BY comparison, judgments.id
        """, arguments: [criterion, split?.rawValue])
    try group(rows, name: "pair", body) { row in
      (
        items: [
          try item(row["firstPayload"], row["firstHash"], row["firstOrigin"]),
          try item(row["secondPayload"], row["secondHash"], row["secondOrigin"]),
        ],
        answer: { row in
          var verdict = Verdict(rawValue: row["verdict"]) ?? .skip
          if let label = row["label"] as Double?, verdict != .bothBad {
            verdict = label == 0.5 ? .tie : label > 0.5 ? .first : .second
          }
          return .verdict(verdict, margin: row["margin"])
        }
      )
    }
  }

  private func ratings(_ db: Database, _ body: (StoredRecord) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT ratings.id, ratings.subject, value, lowest, highest, \(Self.opinion("ratings")),
          \(Self.prompt), artifacts.payload, artifacts.hash, artifacts.origin
        FROM ratings
        JOIN artifacts ON artifacts.id = artifact
        JOIN prompts ON prompts.id = artifacts.prompt
        \(Self.joins("ratings"))
        WHERE \(Self.stands("ratings")) AND \(Self.filter("ratings"))
        ORDER BY artifact, ratings.subject, ratings.id
        """, arguments: [criterion, split?.rawValue])
    try group(rows, name: "rating", body) { row in
      (
        items: [try item(row["payload"], row["hash"], row["origin"])],
        answer: { row in
          .rating(
            item: 0, value: row["value"],
            scale: try RatingScale(lowest: row["lowest"], highest: row["highest"]))
        }
      )
    }
  }

  private func rankings(_ db: Database, _ body: (StoredRecord) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT rankings.id, subject, \(Self.opinion("rankings")), \(Self.prompt)
        FROM rankings
        JOIN prompts ON prompts.id = rankings.prompt
        \(Self.joins("rankings"))
        WHERE \(Self.stands("rankings")) AND \(Self.filter("rankings"))
          AND EXISTS (SELECT 1 FROM places WHERE ranking = rankings.id)
        ORDER BY subject, rankings.id
        """, arguments: [criterion, split?.rawValue])
    let places = try db.makeStatement(
      sql: """
        SELECT artifacts.id, payload, hash, artifacts.origin FROM places
        JOIN artifacts ON artifacts.id = artifact WHERE ranking = ? ORDER BY place
        """)
    try group(rows, name: "ranking", body) { row in
      // The items of the group in the order in which they were added.
      let artifacts = try Row.fetchAll(places, arguments: [row["id"]]).sorted {
        ($0["id"] as Int64) < ($1["id"] as Int64)
      }
      let ids = artifacts.map { $0["id"] as Int64 }
      return (
        items: try artifacts.map { try item($0["payload"], $0["hash"], $0["origin"]) },
        answer: { row in
          let order = try Row.fetchAll(places, arguments: [row["id"]]).compactMap {
            ids.firstIndex(of: $0["id"])
          }
          return .ranks(try exchangeRanks(order: order, count: ids.count))
        }
      )
    }
  }

  private func demonstrations(_ db: Database, _ body: (StoredRecord) throws -> Void) throws {
    guard criterion == nil else { return }
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT demonstrations.id, demonstrations.id AS subject, 'overall' AS criterion,
          NULL AS rater, 1.0 AS weight, demonstrations.created AS said, NULL AS seconds,
          NULL AS shown, NULL AS comment, \(Self.prompt), artifacts.payload, artifacts.hash,
          artifacts.origin
        FROM demonstrations
        JOIN artifacts ON artifacts.id = demonstrations.artifact
        JOIN prompts ON prompts.id = artifacts.prompt
        WHERE ?1 IS NULL OR prompts.split = ?1
        ORDER BY demonstrations.id
        """, arguments: [split?.rawValue])
    try group(rows, name: "demonstration", body) { row in
      (
        items: [try item(row["payload"], row["hash"], row["origin"])],
        answer: { _ in .demonstration(item: 0) }
      )
    }
  }

  private typealias Item = (blocks: [ContentBlock], hash: ContentHash, origin: String)
  private typealias Group = (items: [Item], answer: (Row) throws -> ExchangeVote.Answer)

  /// Makes a record of consecutive rows about one subject.
  private func group(
    _ rows: RowCursor, name: String, _ body: (StoredRecord) throws -> Void,
    _ begin: (Row) throws -> Group
  ) throws {
    var subject: String?
    var current: (stored: StoredRecord, group: Group)?
    while let row = try rows.next() {
      let next = String(describing: row["subject"] as DatabaseValue)
      if next != subject || current == nil {
        if let current { try body(current.stored) }
        subject = next
        let group = try begin(row)
        let payload: String = row["promptPayload"]
        let record = ExchangeRecord(
          id: "\(name)-\(row["id"] as Int64)",
          prompt: try content.prompt(JSONValue(parsing: payload)), items: group.items.map(\.blocks),
          origins: group.items.map(\.origin))
        current = (
          StoredRecord(
            record: record, prompt: ContentHash(digest: Array(row["promptHash"] as Data)),
            items: group.items.map(\.hash), votes: []), group
        )
      }
      guard let group = current?.group else { continue }
      current?.stored.record.votes.append(try vote(row, group.answer(row)))
      current?.stored.votes.append("\(name)-\(row["id"] as Int64)")
    }
    if let current { try body(current.stored) }
  }

  private func item(_ payload: String, _ hash: Data, _ origin: String) throws -> Item {
    (
      try content.artifact(JSONValue(parsing: payload)), ContentHash(digest: Array(hash)), origin
    )
  }

  private func vote(_ row: Row, _ answer: ExchangeVote.Answer) throws -> ExchangeVote {
    var rater: String? = row["rater"]
    if hidesRaters, let name = rater {
      rater = Self.hiddenName(of: name)
    }
    let said: Int64 = row["said"]
    let shown: String? = row["shown"]
    let order = try shown.flatMap { try JSONValue(parsing: $0).arrayValue }
    return ExchangeVote(
      answer, criterion: row["criterion"], rater: rater, weight: row["weight"],
      created: Date(timeIntervalSince1970: Double(said) / 1000), seconds: row["seconds"],
      order: order?.compactMap(\.integerValue), comment: row["comment"])
  }

  /// The name that stands for a rater's where names are hidden.
  static func hiddenName(of rater: String) -> String {
    "rater-" + ContentHash(of: Array(rater.utf8)).description.prefix(12)
  }

  private static let prompt =
    "prompts.id AS prompt, prompts.payload AS promptPayload, prompts.hash AS promptHash"

  private static func opinion(_ table: String) -> String {
    """
    \(table).criterion, raters.name AS rater, \(table).confidence AS weight,
      coalesce(particulars.said, \(table).created) AS said,
      coalesce(particulars.seconds, max(0, answers.submitted - answers.started) / 1000.0) AS seconds,
      coalesce(particulars.shown, iif(answers.kind = 'pair', answers.shown, NULL)) AS shown,
      particulars.comment
    """
  }

  private static func joins(_ table: String) -> String {
    """
    JOIN raters ON raters.id = \(table).rater
    LEFT JOIN particulars ON particulars.opinion = '\(table)' AND particulars.row = \(table).id
    LEFT JOIN answers ON answers.id = (\(answer(table)))
    """
  }

  /// The answer of the Studio that an opinion comes from: the rater's own to a task about the same.
  private static func answer(_ table: String) -> String {
    let subject =
      switch table {
      case "judgments":
        """
        tasks.kind = 'pair' AND one.artifact = comparisons.first AND EXISTS (
          SELECT 1 FROM items WHERE task = tasks.id AND position = 1
            AND artifact = comparisons.second)
        """
      case "ratings": "tasks.kind = 'rating' AND one.artifact = ratings.artifact"
      default:
        """
        tasks.kind = 'ranking' AND one.artifact IN (
          SELECT artifact FROM places WHERE ranking = rankings.id)
          AND (SELECT group_concat(artifact, ' ') FROM (
            SELECT artifact FROM items WHERE task = tasks.id ORDER BY artifact)) = rankings.subject
        """
      }
    return """
      SELECT given.id FROM items AS one
      CROSS JOIN tasks ON tasks.id = one.task AND one.position = 0
      CROSS JOIN answers AS given ON given.task = tasks.id
      WHERE given.rater = \(table).rater AND given.kind = tasks.kind AND tasks.repeatOf IS NULL
        AND tasks.gold IS NULL AND \(subject)
        AND EXISTS (SELECT 1 FROM json_each(tasks.criteria) WHERE value = \(table).criterion)
        AND NOT EXISTS (SELECT 1 FROM answers AS later WHERE later.supersedes = given.id)
      ORDER BY given.id DESC LIMIT 1
      """
  }

  private static func stands(_ table: String) -> String {
    "NOT EXISTS (SELECT 1 FROM \(table) AS later WHERE later.supersedes = \(table).id)"
  }

  private static func filter(_ table: String) -> String {
    """
    (?1 IS NULL OR \(table).criterion = ?1) AND (?2 IS NULL OR prompts.split = ?2)
      AND \(table).confidence > 0
    """
  }
}
