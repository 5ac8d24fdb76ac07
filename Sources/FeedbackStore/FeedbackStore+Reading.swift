import Foundation
import GRDB
public import RLHFCore

extension FeedbackStore {
  /// The prompts, in the order in which they were added.
  public func prompts<Prompt: Codable & Sendable>(split: Split? = nil) throws -> [Prompt] {
    try read { db in
      let prompts = PayloadReader<Prompt>("prompt", self)
      let rows = try Row.fetchCursor(
        db, sql: "SELECT id, payload FROM prompts WHERE ?1 IS NULL OR split = ?1 ORDER BY id",
        arguments: [split?.rawValue])
      return try rows.collect { try prompts.value(id: $0[0], json: $0[1]) }
    }
  }

  /// The demonstrations, in the order in which they were added.
  public func demonstrations<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    split: Split? = nil
  ) throws -> [Demonstration<Prompt, Artifact>] {
    try read { db in
      let prompts = PayloadReader<Prompt>("prompt", self)
      let artifacts = PayloadReader<Artifact>("artifact", self)
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT prompts.id, prompts.payload, artifacts.id, artifacts.payload
          FROM demonstrations
          JOIN artifacts ON artifacts.id = demonstrations.artifact
          JOIN prompts ON prompts.id = artifacts.prompt
          WHERE (?1 IS NULL OR prompts.split = ?1) AND \(Self.standingDemonstration)
          ORDER BY demonstrations.id
          """, arguments: [split?.rawValue])
      return try rows.collect {
        try Demonstration(
          prompt: prompts.value(id: $0[0], json: $0[1]),
          artifact: artifacts.value(id: $0[2], json: $0[3]))
      }
    }
  }

  /// One pair for each judgment that stands and says something, in the order in which they were given.
  ///
  /// Where several raters judged a comparison, each makes a pair, weighted by its confidence. A criterion, a split or
  /// rounds leave only the judgments of that criterion, the prompts of that split, the comparisons of those rounds; the
  /// judgments whose rows are in `excluded` are left out.
  public func preferences<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    of criterion: String? = nil, split: Split? = nil, rounds: ClosedRange<Int>? = nil,
    excluding excluded: Set<Int64> = []
  ) throws -> [PreferencePair<Prompt, Artifact>] {
    try read { db in
      let prompts = PayloadReader<Prompt>("prompt", self)
      let artifacts = PayloadReader<Artifact>("artifact", self)
      let rows = try Row.fetchCursor(
        db, sql: Self.pairs,
        arguments: [criterion, split?.rawValue, rounds?.lowerBound, rounds?.upperBound])
      return try rows.collect { row -> PreferencePair<Prompt, Artifact>? in
        if !excluded.isEmpty, excluded.contains(row["judgment"]) { return nil }
        let comparison = Comparison<Prompt, Artifact>(
          prompt: try prompts.value(id: row["prompt"], json: row["promptPayload"]),
          first: try artifacts.value(id: row["first"], json: row["firstPayload"]),
          second: try artifacts.value(id: row["second"], json: row["secondPayload"]))
        return try self.pair(comparison, row)
      }.compactMap { $0 }
    }
  }

  private func pair<Prompt, Artifact>(
    _ comparison: Comparison<Prompt, Artifact>, _ row: Row
  ) throws -> PreferencePair<Prompt, Artifact>? {
    let verdict: String = row["verdict"]
    guard let verdict = Verdict(rawValue: verdict) else {
      throw RLHFError(
        .invalidData, "\(name) holds a judgment with the unknown verdict '\(verdict)'.")
    }
    let criterion: String = row["criterion"]
    if let label = row["label"] as Double? {
      return PreferencePair(
        prompt: comparison.prompt, chosen: comparison.first, rejected: comparison.second,
        label: label, margin: row["margin"] ?? 0, weight: row["confidence"], criterion: criterion)
    }
    let judgment = Judgment(verdict, margin: row["margin"], confidence: row["confidence"])
    return PreferencePair(comparison, judgment, criterion: criterion)
  }

  private static let pairs = """
    SELECT judgments.id AS judgment, prompts.id AS prompt, prompts.payload AS promptPayload,
      first.id AS first, first.payload AS firstPayload,
      second.id AS second, second.payload AS secondPayload,
      judgments.verdict, judgments.label, judgments.margin, judgments.confidence,
      judgments.criterion
    FROM judgments
    JOIN comparisons ON comparisons.id = judgments.comparison
    JOIN prompts ON prompts.id = comparisons.prompt
    JOIN artifacts AS first ON first.id = comparisons.first
    JOIN artifacts AS second ON second.id = comparisons.second
    WHERE judgments.verdict <> 'skip'
      AND NOT EXISTS (SELECT 1 FROM judgments AS later WHERE later.supersedes = judgments.id)
      AND (?1 IS NULL OR judgments.criterion = ?1)
      AND (?2 IS NULL OR prompts.split = ?2)
      AND (?3 IS NULL OR comparisons.round BETWEEN ?3 AND ?4)
    ORDER BY judgments.id
    """
}

/// Decodes payloads, each once.
final class PayloadReader<Value: Decodable> {
  private let kind: String
  private let store: String
  private let decoder = JSONDecoder()
  private var values: [Int64: Value] = [:]

  init(_ kind: String, _ store: FeedbackStore) {
    self.kind = kind
    self.store = store.name
    decoder.userInfo[.fileVault] = store.files
  }

  func value(id: Int64, json: @autoclosure () -> String) throws -> Value {
    if let value = values[id] { return value }
    do {
      let value = try decoder.decode(Value.self, from: Data(json().utf8))
      values[id] = value
      return value
    } catch {
      throw RLHFError(
        .invalidData,
        "\(kind) \(id) of \(store) does not read as \(Value.self); "
          + "was it stored by another domain?", cause: error)
    }
  }
}

extension Cursor {
  /// The results of `transform`, in order.
  func collect<Result>(_ transform: (Element) throws -> Result) throws -> [Result] {
    var results: [Result] = []
    while let element = try next() { results.append(try transform(element)) }
    return results
  }
}
