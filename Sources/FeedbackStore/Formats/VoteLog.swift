public import Foundation
import RLHFCore

/// The log of votes, `vote.v1`: JSON Lines in canonical form (sorted names, no spaces), each with the SHA-256 of the
/// line before in `prev`, so that a change anywhere shows in every line after it.
public enum VoteLog {
  /// The form of the lines.
  public static let schema = "vote.v1"

  /// Checks that every line of a log follows from the one before; returns their number and the hash of the last.
  @discardableResult
  public static func verify(_ url: URL) throws -> (votes: Int, head: String) {
    let file = try TextLines(url)
    var previous = HashChain.start
    var count = 0
    while let line = try file.next() {
      let json: JSONValue
      do {
        json = try JSONValue(parsing: line.bytes)
      } catch {
        throw broken(url, line.number, "is not JSON")
      }
      guard json["schema"]?.stringValue == schema else {
        throw broken(url, line.number, "is not of the form \(schema)")
      }
      guard json.canonicalBytes() == line.bytes else {
        throw broken(url, line.number, "is not in the canonical form")
      }
      guard json["prev"]?.stringValue == previous else {
        throw broken(url, line.number, "does not follow from the line before")
      }
      previous = ContentHash(of: line.bytes).description
      count += 1
    }
    return (count, previous)
  }

  private static func broken(_ url: URL, _ line: Int, _ what: String) -> RLHFError {
    RLHFError(
      .invalidData,
      "\(url.path):\(line): the vote \(what); the log was changed or cut. Export it again.")
  }
}

/// Writes the log of votes: the answers of the Studio, every one of them, and after these the standing votes that came
/// otherwise.
struct VoteLogFormatter: ExportFormatter {
  let project: String
  let version: String
  private var previous = HashChain.start
  /// Raters whose votes stand in the Studio's own log.
  var logged: Set<String> = []

  init(project: String, version: String) {
    self.project = project
    self.version = version
  }

  mutating func rows(of stored: StoredRecord, _ manifest: inout ExportManifest) throws -> [String] {
    zip(stored.record.votes, stored.votes).compactMap { vote, name in
      if let rater = vote.rater, logged.contains(rater) { return nil }
      let line = HashChain.line(fields(vote, name, stored), after: previous)
      previous = HashChain.hash(line).description
      return line
    }
  }

  /// Goes on from a line that was written.
  mutating func follow(_ line: String) { previous = HashChain.hash(line).description }

  private func fields(
    _ vote: ExchangeVote, _ name: String, _ stored: StoredRecord
  ) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "schema": .string(VoteLog.schema), "app": .string(version), "project": .string(project),
      "task": .string(stored.record.id), "vote": .string(identity(vote, name)),
      "annotator": .string(orNull: vote.rater), "criterion": .string(vote.criterion),
      "confidence": .number(vote.weight), "supersedes": .null,
      "prompt": .string("sha256:\(stored.prompt)"),
      "items": .array(stored.items.map { .string("sha256:\($0)") }),
    ]
    if let order = vote.order { fields["order"] = .array(order.map { .integer($0) }) }
    if let comment = vote.comment { fields["comment"] = .string(comment) }
    if let created = vote.created {
      fields["submittedAt"] = .string(ExchangeWords.text(created))
      if let seconds = vote.seconds {
        fields["openedAt"] = .string(ExchangeWords.text(created.addingTimeInterval(-seconds)))
      }
    }
    switch vote.answer {
    case .verdict(let verdict, let margin):
      let words: [Verdict: String] = [.first: "a", .second: "b"]
      fields["kind"] = "pair"
      fields["answer"] = .string(words[verdict] ?? verdict.rawValue)
      if let margin { fields["margin"] = .number(margin) }
    case .ranks(let ranks):
      fields["kind"] = "rank"
      fields["answer"] = .array(ranks.map { .integer($0) })
    case .rating(_, let value, let scale):
      fields["kind"] = "rate"
      fields["answer"] = .number(value)
      fields["scale"] = [.number(scale.lowest), .number(scale.highest)]
    case .demonstration:
      fields["kind"] = "text"
      fields["answer"] = .null
    }
    return fields
  }

  /// A UUID of version 7 that is the same whenever the vote is exported: its time, and a hash in place of chance.
  private func identity(_ vote: ExchangeVote, _ name: String) -> String {
    let time = UInt64(max(0, (vote.created?.timeIntervalSince1970 ?? 0) * 1000).rounded())
    var bytes = (0..<6).map { UInt8(truncatingIfNeeded: time >> UInt64(40 - 8 * $0)) }
    bytes += ContentHash(of: Array("\(project)/\(name)".utf8)).bytes.prefix(10)
    bytes[6] = bytes[6] & 0x0f | 0x70
    bytes[8] = bytes[8] & 0x3f | 0x80
    let digits = ContentHash(digest: bytes).description
    var groups: [Substring] = []
    var rest = digits[...]
    for length in [8, 4, 4, 4, 12] {
      groups.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return groups.joined(separator: "-")
  }
}
