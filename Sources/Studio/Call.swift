import FeedbackStore
import Foundation
import RLHFCore

/// A session that a request comes under.
struct ActiveSession: Sendable {
  let token: String
  let session: Session

  var account: Account { session.account }
  var facts: SessionFacts { SessionFacts(role: account.role, csrfHash: session.csrfHash) }
}

/// A request that was let in, with everything that a handler needs.
struct Call: Sendable {
  let parameters: [String: String]
  let query: [String: String]
  /// The headers by their names in small letters.
  let headers: [String: String]
  let isHead: Bool
  /// The body; `null` where there is none.
  let body: JSONValue
  let session: ActiveSession?
  /// Where the request comes from.
  let address: String
  let now: Date

  /// Who calls; there is always somebody where the policy asks for it.
  func account() throws -> Account {
    guard let session else { throw Refusal.signIn }
    return session.account
  }

  /// A parameter of the path.
  func parameter(_ name: String) throws -> String {
    guard let value = parameters[name] else { throw Refusal.nothingHere }
    return value
  }

  /// The members of the body.
  func fields() throws -> Fields { try Fields(body) }

  /// A whole number of the query.
  func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = query[name] else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw Refusal.malformed(
        "'\(name)' has to be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Whether the query has `name=1`.
  func flag(_ name: String) -> Bool { query[name] == "1" || query[name] == "true" }
}

/// The members of an object that came in, read one by one with messages that name them.
struct Fields: Sendable {
  let members: [String: JSONValue]

  init(_ value: JSONValue) throws {
    guard let members = value.objectValue else {
      throw Refusal.malformed("the body is \(value.kind), expected an object")
    }
    self.members = members
  }

  /// A member that is there and not `null`.
  func value(_ name: String) -> JSONValue? {
    members[name].flatMap { $0.isNull ? nil : $0 }
  }

  func optionalString(_ name: String, atMost count: Int = 1000) throws -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.stringValue, text.utf8.count <= count else {
      throw Refusal.malformed("'\(name)' has to be a string of at most \(count) bytes")
    }
    return text
  }

  func string(_ name: String, atMost count: Int = 1000) throws -> String {
    guard let text = try optionalString(name, atMost: count) else {
      throw Refusal.malformed("'\(name)' is missing")
    }
    return text
  }

  func integer(_ name: String, in range: ClosedRange<Int>, or usual: Int? = nil) throws -> Int {
    guard let value = value(name) else {
      if let usual { return usual }
      throw Refusal.malformed("'\(name)' is missing")
    }
    guard let number = value.integerValue, range.contains(number) else {
      throw Refusal.malformed(
        "'\(name)' has to be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func number(_ name: String, or usual: Double) throws -> Double {
    guard let value = value(name) else { return usual }
    guard let number = value.doubleValue, number.isFinite else {
      throw Refusal.malformed("'\(name)' has to be a number")
    }
    return number
  }

  func optionalBool(_ name: String) throws -> Bool? {
    guard let value = value(name) else { return nil }
    guard let flag = value.boolValue else {
      throw Refusal.malformed("'\(name)' has to be true or false")
    }
    return flag
  }

  func strings(_ name: String, atMost count: Int = 100) throws -> [String] {
    guard let value = value(name) else { return [] }
    guard let list = value.arrayValue, list.count <= count else {
      throw Refusal.malformed("'\(name)' has to be a list of at most \(count) strings")
    }
    return try list.map { element in
      guard let text = element.stringValue, text.utf8.count <= 1000 else {
        throw Refusal.malformed("'\(name)' has to be a list of strings")
      }
      return text
    }
  }

  /// One of the words of a type.
  func word<Word: RawRepresentable & CaseIterable>(
    _ name: String, as type: Word.Type = Word.self
  ) throws -> Word where Word.RawValue == String {
    let text = try string(name)
    guard let word = Word(rawValue: text) else {
      let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw Refusal.malformed("'\(name)' has to be one of \(known)")
    }
    return word
  }

  /// A UUID, in small letters.
  func uuid(_ name: String) throws -> String {
    guard let id = UUID(uuidString: try string(name, atMost: 36)) else {
      throw Refusal.malformed("'\(name)' has to be a UUID")
    }
    return id.uuidString.lowercased()
  }
}

/// Times as they stand in JSON: RFC 3339 in UTC with milliseconds.
enum Timestamp {
  private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  static func text(_ date: Date) -> String { date.formatted(style) }

  static func text(milliseconds: Int64) -> String {
    text(Date(timeIntervalSince1970: Double(milliseconds) / 1000))
  }

  static func date(_ text: String) -> Date? {
    (try? style.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text))
  }
}
