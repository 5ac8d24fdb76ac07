public import RLHFCore

extension TemplateValue {
  /// Parses one JSON value in UTF-8; members keep their order.
  ///
  /// Throws an ``RLHFError`` that names `source`.
  public init(json bytes: some Sequence<UInt8>, source: String) throws {
    var parser = JSONReader(bytes: Array(bytes))
    do {
      self = try parser.document()
    } catch {
      let place = parser.place
      throw RLHFError(
        .invalidData,
        "\(source) is not valid JSON: line \(place.line), column \(place.column): \(error.message)."
      )
    }
  }

  /// The value of a piece of JSON whose members have no order; they are sorted by name.
  public init(_ json: JSONValue) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .float(value)
    case .string(let value): self = .string(value)
    case .array(let elements): self = .list(elements.map { TemplateValue($0) })
    case .object(let members):
      self = .dictionary(
        members.sorted { $0.key < $1.key }.map { Member($0.key, TemplateValue($0.value)) })
    }
  }
}

/// A recursive-descent parser that keeps members in order.
private struct JSONReader {
  struct Failure: Error { var message: String }

  static let deepest = 90

  let bytes: [UInt8]
  var index = 0
  var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var place: Position {
    let before = bytes.prefix(index)
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return Position(
      line: 1 + before.count { $0 == UInt8(ascii: "\n") }, column: before.count - start + 1)
  }

  mutating func document() throws(Failure) -> TemplateValue {
    let value = try value()
    skipSpace()
    guard index == bytes.count else { throw Failure(message: "expected the end") }
    return value
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func take(_ word: String, _ value: TemplateValue) throws(Failure)
    -> TemplateValue
  {
    guard bytes[index...].starts(with: word.utf8) else {
      throw Failure(message: "expected a value")
    }
    index += word.utf8.count
    return value
  }

  private mutating func value() throws(Failure) -> TemplateValue {
    skipSpace()
    guard index < bytes.count else { throw Failure(message: "expected a value") }
    switch bytes[index] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try take("true", .bool(true))
    case UInt8(ascii: "f"): return try take("false", .bool(false))
    case UInt8(ascii: "n"): return try take("null", .none)
    default: return try number()
    }
  }

  private mutating func descend() throws(Failure) {
    depth += 1
    guard depth <= Self.deepest else {
      throw Failure(message: "nested more than \(Self.deepest) levels deep")
    }
    index += 1
  }

  private mutating func object() throws(Failure) -> TemplateValue {
    try descend()
    defer { depth -= 1 }
    var members: [TemplateValue.Member] = []
    if take(UInt8(ascii: "}")) { return .dictionary(members) }
    repeat {
      skipSpace()
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
        throw Failure(message: "expected the name of a member")
      }
      let name = try string()
      guard take(UInt8(ascii: ":")) else { throw Failure(message: "expected ':'") }
      members.append(.init(name, try value()))
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw Failure(message: "expected ',' or '}'") }
    return .dictionary(members)
  }

  private mutating func array() throws(Failure) -> TemplateValue {
    try descend()
    defer { depth -= 1 }
    var elements: [TemplateValue] = []
    if take(UInt8(ascii: "]")) { return .list(elements) }
    repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw Failure(message: "expected ',' or ']'") }
    return .list(elements)
  }

  private mutating func number() throws(Failure) -> TemplateValue {
    let start = index
    while index < bytes.count, Array("+-.eE0123456789".utf8).contains(bytes[index]) { index += 1 }
    let characters = String(decoding: bytes[start..<index], as: UTF8.self)
    if let value = Int(characters) { return .integer(value) }
    guard let value = Double(characters) else {
      index = start
      throw Failure(message: "expected a value")
    }
    return .float(value)
  }

  private mutating func string() throws(Failure) -> String {
    index += 1
    var result: [UInt8] = []
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: result, as: UTF8.self) else {
          throw Failure(message: "a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &result)
      case ..<0x20: throw Failure(message: "a string holds a control character")
      default: result.append(byte)
      }
    }
    throw Failure(message: "a string never ends")
  }

  private mutating func escape(into result: inout [UInt8]) throws(Failure) {
    let simple: [UInt8: UInt8] = [
      0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d,
      0x74: 0x09,
    ]
    guard index < bytes.count else { throw Failure(message: "a string never ends") }
    let kind = bytes[index]
    index += 1
    if let byte = simple[kind] { return result.append(byte) }
    guard kind == UInt8(ascii: "u") else {
      throw Failure(message: "a string has an unknown escape")
    }
    var value = try unit()
    if (0xd800..<0xdc00).contains(value), bytes[index...].starts(with: "\\u".utf8) {
      index += 2
      let low = try unit()
      guard (0xdc00..<0xe000).contains(low) else {
        throw Failure(message: "a string has half a surrogate pair")
      }
      value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw Failure(message: "a string has half a surrogate pair")
    }
    result += String(Character(scalar)).utf8
  }

  private mutating func unit() throws(Failure) -> UInt32 {
    let end = index + 4
    guard end <= bytes.count,
      let value = UInt32(String(decoding: bytes[index..<end], as: UTF8.self), radix: 16)
    else { throw Failure(message: "'\\u' is not followed by four hexadecimal digits") }
    index = end
    return value
  }
}
