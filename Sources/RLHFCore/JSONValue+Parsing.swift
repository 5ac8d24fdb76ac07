/// Where a piece of JSON stops being one, and why.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found and what was expected; nothing of the content itself.
  public let message: String
  /// The position, in bytes from the start.
  public let offset: Int

  /// Creates an error at a position.
  public init(_ message: String, offset: Int) {
    self.message = message
    self.offset = offset
  }

  /// The message with the position, counted from 1.
  public var description: String { "\(message) at byte \(offset + 1)" }
}

extension JSONValue {
  /// Parses one JSON value in UTF-8 (RFC 8259), with nothing but white space around it.
  ///
  /// Throws a ``JSONSyntaxError`` for anything else, so also for invalid UTF-8, for half a surrogate pair, and for
  /// more than 500 levels of nesting.
  public init(parsing bytes: some Sequence<UInt8>) throws {
    let parsed = try bytes.withContiguousStorageIfAvailable { try JSONParser.parse($0) }
    self = try parsed ?? Array(bytes).withUnsafeBufferPointer { try JSONParser.parse($0) }
  }

  /// Parses one JSON value.
  public init(parsing string: String) throws {
    try self.init(parsing: Array(string.utf8))
  }
}

/// A recursive-descent parser over bytes in memory.
private struct JSONParser {
  static let deepest = 500

  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  var depth = 0

  static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    parser.skipSpace()
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.count else {
      throw parser.error("found something after the end of the value")
    }
    return value
  }

  func error(_ message: String) -> JSONSyntaxError { JSONSyntaxError(message, offset: position) }

  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  mutating func value() throws -> JSONValue {
    guard let byte = current else { throw error("ends where a value was expected") }
    switch byte {
    case UInt8(ascii: "{"): return try nested { try $0.object() }
    case UInt8(ascii: "["): return try nested { try $0.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw error("found \(describeCurrent()), expected a value")
    }
  }

  func describeCurrent() -> String {
    guard let byte = current else { return "the end" }
    guard (0x21...0x7e).contains(byte) else { return "byte 0x\(String(byte, radix: 16))" }
    return "'\(Character(UnicodeScalar(byte)))'"
  }

  mutating func nested(_ body: (inout JSONParser) throws -> JSONValue) throws -> JSONValue {
    depth += 1
    guard depth <= Self.deepest else {
      throw error("is nested more than \(Self.deepest) levels deep")
    }
    defer { depth -= 1 }
    position += 1
    return try body(&self)
  }

  mutating func object() throws -> JSONValue {
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else {
        throw error("found \(describeCurrent()), expected the name of a member in double quotes")
      }
      let key = try string()
      skipSpace()
      guard take(":") else { throw error("found \(describeCurrent()), expected ':'") }
      skipSpace()
      members[key] = try value()
      skipSpace()
      if take(",") { continue }
      guard take("}") else { throw error("found \(describeCurrent()), expected ',' or '}'") }
      return .object(members)
    }
  }

  mutating func array() throws -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    while true {
      skipSpace()
      elements.append(try value())
      skipSpace()
      if take(",") { continue }
      guard take("]") else { throw error("found \(describeCurrent()), expected ',' or ']'") }
      return .array(elements)
    }
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func word(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count,
      (0..<length).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { throw error("found an unknown word, expected a value") }
    position += length
    return value
  }

  mutating func number() throws -> JSONValue {
    let start = position
    var isWhole = true
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") {
      isWhole = false
      try digits()
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    let characters = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let value = Int(characters) { return .integer(value) }
    guard let value = Double(characters), value.isFinite else {
      throw JSONSyntaxError("holds a number that is too large", offset: start)
    }
    return .number(value)
  }

  mutating func digits() throws {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    guard position > start else { throw error("found \(describeCurrent()), expected a digit") }
  }

  mutating func string() throws -> String {
    let start = position
    position += 1
    var run = position
    var unescaped: [UInt8] = []
    var hasEscapes = false
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        let rest = bytes[run..<position]
        position += 1
        if hasEscapes { unescaped += rest }
        let result =
          hasEscapes
          ? String(validating: unescaped, as: UTF8.self) : String(validating: rest, as: UTF8.self)
        guard let result else {
          throw JSONSyntaxError("holds invalid UTF-8 in a string", offset: start)
        }
        return result
      case UInt8(ascii: "\\"):
        hasEscapes = true
        unescaped += bytes[run..<position]
        position += 1
        try escape(into: &unescaped)
        run = position
      case 0..<0x20: throw error("found an unescaped control character in a string")
      default: position += 1
      }
    }
    throw JSONSyntaxError("ends inside a string that starts", offset: start)
  }

  mutating func escape(into unescaped: inout [UInt8]) throws {
    guard let byte = current else { throw error("ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0c)
    case UInt8(ascii: "n"): unescaped.append(0x0a)
    case UInt8(ascii: "r"): unescaped.append(0x0d)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "u"): unescaped += try Array(String(scalar()).utf8)
    default:
      position -= 1
      throw error("found an unknown escape \(describeCurrent())")
    }
  }

  /// The scalar of `\uXXXX`, or of two of them that form a surrogate pair.
  mutating func scalar() throws -> Character {
    let start = position - 2
    var value = UInt32(try hexadecimal())
    if (0xd800..<0xdc00).contains(value), take("\\"), take("u") {
      let low = UInt32(try hexadecimal())
      if (0xdc00..<0xe000).contains(low) {
        value = 0x1_0000 + (value - 0xd800) << 10 + (low - 0xdc00)
      }
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw JSONSyntaxError("holds half a surrogate pair", offset: start)
    }
    return Character(scalar)
  }

  mutating func hexadecimal() throws -> UInt16 {
    let digits = bytes[position..<min(position + 4, bytes.count)].compactMap(Self.digit)
    guard digits.count == 4 else { throw error("has no four hexadecimal digits after \\u") }
    position += 4
    return digits.reduce(0) { $0 << 4 | $1 }
  }

  static func digit(_ byte: UInt8) -> UInt16? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
