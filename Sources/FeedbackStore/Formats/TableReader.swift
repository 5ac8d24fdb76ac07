import Foundation
import Presentation
import RLHFCore

/// Reads the rows of tables: comparisons, rankings and ratings by the names of the columns, those that this program
/// writes, and the two of webMUSHRA.
struct TableReader {
  private let columns: [String: Int]
  private let isOwn: Bool

  private static let answers = [
    "winner", "verdict", "choice", "preference", "answer", "better", "label", "selected",
  ]
  private static let ratings = ["rating", "score", "value", "stars", "mos"]
  private static let raters = [
    "rater", "annotator", "judge", "worker", "user", "worker_id", "user_id", "rater_id",
    "participant", "session_uuid", "listener",
  ]
  private static let own: Set<String> = [
    "id", "kind", "criterion", "rater", "rater_id", "annotator", "judge", "worker", "worker_id",
    "user", "user_id", "participant", "session_uuid", "listener", "seconds", "created", "comment",
    "weight", "order", "lowest", "highest", "margin", "lead_time", "timestamp",
  ]

  /// Takes in the header.
  init(header: [String]) {
    var columns: [String: Int] = [:]
    for (index, name) in header.enumerated() {
      let name = name.trimmingCharacters(in: .whitespaces).lowercased()
      if !name.isEmpty, columns[name] == nil { columns[name] = index }
    }
    self.columns = columns
    isOwn = columns["kind"] != nil && columns["item_1"] != nil && columns["answer"] != nil
  }

  /// Whether the columns are of a known form.
  var isKnown: Bool {
    if isOwn || columns["rating_stimulus"] != nil || columns["choice_answer"] != nil { return true }
    if columns["chosen"] != nil, columns["rejected"] != nil { return true }
    return (Self.answers + Self.ratings).contains { columns[$0] != nil }
  }

  func parse(_ cells: [String], _ reading: ExchangeReading) throws -> ExchangeParse {
    guard cells.count <= columns.count || cells.count <= (columns.values.max() ?? 0) + 1 else {
      throw UnusableRecord("a row has more cells than the header")
    }
    let row = Row(columns: columns, cells: cells, isOwn: isOwn)
    let record: ExchangeRecord
    if isOwn {
      record = try ownRecord(row, reading)
    } else if columns["rating_stimulus"] != nil {
      record = try listening(row, reading)
    } else if columns["choice_answer"] != nil {
      record = try listeningPair(row)
    } else {
      record = try general(row, reading)
    }
    return ExchangeParse(records: [record])
  }

  /// The cells of a row by the names of the columns.
  struct Row {
    let columns: [String: Int]
    let cells: [String]
    let isOwn: Bool

    /// A cell that is not empty; the mark that keeps a program from computing it is taken off.
    subscript(_ name: String) -> String? {
      guard let index = columns[name], cells.indices.contains(index) else { return nil }
      let cell = isOwn ? CSVText.unguarded(cells[index]) : cells[index]
      return cell.isEmpty ? nil : cell
    }

    func first(_ names: [String]) -> String? {
      for name in names { if let cell = self[name] { return cell } }
      return nil
    }

    func number(_ name: String) throws -> Double? {
      guard let cell = self[name] else { return nil }
      guard let number = Double(cell.trimmingCharacters(in: .whitespaces)), number.isFinite else {
        throw UnusableRecord("a cell of the column '\(name)' is not a number")
      }
      return number
    }
  }

  private func vote(_ answer: ExchangeVote.Answer, _ row: Row) throws -> ExchangeVote {
    ExchangeVote(
      answer, criterion: row["criterion"] ?? Criterion.overall.id, rater: row.first(Self.raters),
      weight: try row.number("weight") ?? 1,
      created: ExchangeWords.date(row.first(["created", "timestamp"]).map { .string($0) }),
      seconds: try row.number("seconds") ?? row.number("lead_time"),
      order: row["order"].flatMap(Self.numbers), comment: row["comment"])
  }

  private func ownRecord(_ row: Row, _ reading: ExchangeReading) throws -> ExchangeRecord {
    var items: [[ContentBlock]] = []
    var origins: [String] = []
    for index in 1...max(columns.count, 1) {
      guard let item = row["item_\(index)"] else { break }
      items.append(try blocks(item, reading))
      origins.append(row["origin_\(index)"] ?? "")
    }
    let answer: ExchangeVote.Answer
    let given = row["answer"] ?? ""
    switch row["kind"] {
    case "pair":
      guard let verdict = Verdict(rawValue: given), items.count == 2 else {
        throw UnusableRecord("the winner of a pair is missing or not known")
      }
      answer = .verdict(verdict, margin: try row.number("margin"))
    case "ranking":
      let ranks = Self.numbers(given) ?? []
      guard ranks.count == items.count, ranks.allSatisfy({ (1...1000).contains($0) }) else {
        throw UnusableRecord("a rank is missing or out of range")
      }
      answer = try exchangeAnswer(ranks: ranks)
    case "rating":
      guard let value = Double(given), let lowest = try row.number("lowest"),
        let highest = try row.number("highest"), items.count == 1
      else { throw UnusableRecord("a rating has no value or no scale") }
      answer = try reading.rating(value, of: 0, scale: [.number(lowest), .number(highest)])
    case "demonstration" where items.count == 1: answer = .demonstration(item: 0)
    default: throw UnusableRecord("a row is of a kind that is not known")
    }
    return ExchangeRecord(
      id: row["id"] ?? "", prompt: try row["prompt"].map { try blocks($0, reading) } ?? [],
      items: items, origins: origins, votes: [try vote(answer, row)])
  }

  /// A cell: messages in JSON, or words.
  private func blocks(_ cell: String, _ reading: ExchangeReading) throws -> [ContentBlock] {
    if cell.hasPrefix("[{\""), let json = try? JSONValue(parsing: cell),
      let blocks = try? ExchangeContent.blocks(of: json)
    {
      return blocks
    }
    return try reading.blocks(of: .string(cell))
  }

  private func general(_ row: Row, _ reading: ExchangeReading) throws -> ExchangeRecord {
    let names = columns.keys.filter {
      !Self.own.contains($0) && !Self.answers.contains($0) && !Self.ratings.contains($0)
        && !$0.hasPrefix("model") && !$0.hasPrefix("origin")
    }
    var members: [String: JSONValue] = [:]
    for name in names { members[name] = row[name].map { .string($0) } }
    if let chosen = row["chosen"], let rejected = row["rejected"] {
      return ExchangeRecord(
        id: row["id"] ?? "", prompt: try row["prompt"].map { try blocks($0, reading) } ?? [],
        items: try [chosen, rejected].map { try blocks($0, reading) },
        votes: [try vote(.verdict(.first, margin: try row.number("margin")), row)])
    }
    let fields = ExchangeFields(members)
    let content = try fields.content(reading)
    var answer: ExchangeVote.Answer?
    if content.items.count == 2, let word = row.first(Self.answers) {
      guard let verdict = ExchangeWords.verdict(word, names: fields.itemNames) else {
        throw UnusableRecord("the winner of a pair is missing or not known")
      }
      answer = .verdict(verdict, margin: try row.number("margin"))
    } else if content.items.count == 1, let name = Self.ratings.first(where: { row[$0] != nil }) {
      let ends = try (row.number("lowest"), row.number("highest"))
      var scale: JSONValue?
      if case (let lowest?, let highest?) = ends { scale = [.number(lowest), .number(highest)] }
      answer = try reading.rating(try row.number(name) ?? 0, of: 0, scale: scale)
    }
    guard let answer else { throw UnusableRecord("a row has neither a winner nor a rating") }
    let origins = fields.itemNames.enumerated().map { index, _ in
      let letter = ["a", "b", "c", "d", "e", "f", "g", "h"][min(index, 7)]
      return row.first(["model_\(letter)", "model_\(index + 1)", "origin_\(index + 1)", "model"])
        ?? ""
    }
    return ExchangeRecord(
      id: row["id"] ?? "", prompt: content.prompt, items: content.items, origins: origins,
      votes: [try vote(answer, row)])
  }

  /// A row of webMUSHRA's rating tests: a score from 0 to 100 of one stimulus in a trial.
  private func listening(_ row: Row, _ reading: ExchangeReading) throws -> ExchangeRecord {
    guard let stimulus = row["rating_stimulus"], let score = try row.number("rating_score") else {
      throw UnusableRecord("a row has neither a winner nor a rating")
    }
    guard let hundred = try? RatingScale(lowest: 0, highest: 100) else {
      throw UnusableRecord("a scale of ratings has no room")
    }
    let answer = try reading.rating(score, of: 0, usual: hundred)
    return ExchangeRecord(
      id: row["trial_id"] ?? "", prompt: [.text(row["trial_id"] ?? "")],
      items: [[.text(stimulus)]], origins: [stimulus],
      votes: [try listeningVote(answer, row, "rating")])
  }

  /// A row of webMUSHRA's paired comparison, whose answer names one of both stimuli.
  private func listeningPair(_ row: Row) throws -> ExchangeRecord {
    guard let reference = row["choice_reference"], let other = row["choice_non_reference"],
      let answer = row["choice_answer"]
    else { throw UnusableRecord("a row has neither a winner nor a rating") }
    let verdict: Verdict
    switch answer {
    case reference, "reference": verdict = .first
    case other, "nonReference", "non_reference": verdict = .second
    default: throw UnusableRecord("the winner of a pair is missing or not known")
    }
    return ExchangeRecord(
      id: row["trial_id"] ?? "", prompt: [.text(row["trial_id"] ?? "")],
      items: [[.text(reference)], [.text(other)]], origins: [reference, other],
      votes: [try listeningVote(.verdict(verdict, margin: nil), row, "choice")])
  }

  private func listeningVote(
    _ answer: ExchangeVote.Answer, _ row: Row, _ prefix: String
  ) throws -> ExchangeVote {
    // The times of webMUSHRA are in milliseconds.
    ExchangeVote(
      answer, rater: row.first(["session_uuid", "participant_id", "user_id", "email", "name"]),
      seconds: try row.number("\(prefix)_time").map { $0 / 1000 }, comment: row["\(prefix)_comment"]
    )
  }

  private static func numbers(_ text: String) -> [Int]? {
    let words = text.split(separator: " ")
    let numbers = words.compactMap { Int($0) }
    return numbers.count == words.count && !numbers.isEmpty ? numbers : nil
  }
}

/// Cells of tables that other programs open.
enum CSVText {
  private static let marks: Set<Character> = ["=", "+", "-", "@", "\t", "\r", "'"]

  /// A cell that no spreadsheet takes for a formula: one that begins like it gets an apostrophe in front.
  static func guarded(_ cell: String) -> String {
    guard let first = cell.unicodeScalars.first, marks.contains(Character(first)) else {
      return cell
    }
    return "'" + cell
  }

  /// The cell as it was before ``guarded(_:)``.
  static func unguarded(_ cell: String) -> String {
    guard cell.unicodeScalars.first == "'" else { return cell }
    let rest = cell.unicodeScalars.dropFirst()
    guard let first = rest.first, marks.contains(Character(first)) else { return cell }
    return String(rest)
  }

  /// A row as it stands in a file, with CR LF at its end.
  static func row(_ cells: [String]) -> String {
    cells.map { cell in
      let cell = guarded(cell)
      let needsQuotes = cell.utf8.contains {
        $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0a || $0 == 0x0d
          || $0 == UInt8(ascii: ";") || $0 == 0x09
      }
      return needsQuotes || cell.hasPrefix(" ") || cell.hasSuffix(" ")
        ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }.joined(separator: ",") + "\r\n"
  }
}
