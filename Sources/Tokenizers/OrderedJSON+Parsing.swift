import RLHFCore

extension OrderedJSON {
  /// Parses the JSON in `bytes`; `source` names them in the error.
  init(parsing bytes: UnsafeBufferPointer<UInt8>, source: String) throws(RLHFError) {
    var parser = Parser(bytes: bytes)
    do {
      self = try parser.document()
    } catch {
      let place = parser.place(of: error.offset)
      throw RLHFError(
        .invalidData,
        "\(source) is not valid JSON: line \(place.line), column \(place.column) \(error.message). "
          + "Copy or download the file again.")
    }
  }

  fileprivate struct SyntaxError: Error {
    var offset: Int
    var message: String
  }
}

/// A recursive-descent parser over bytes in memory.
private struct Parser {
  static let deepest = 128

  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  var depth = 0
  var scratch: [UInt8] = []

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  func place(of offset: Int) -> (line: Int, column: Int) {
    var line = 1
    var start = 0
    for index in 0..<min(offset, bytes.count) where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      start = index + 1
    }
    return (line, offset - start + 1)
  }

  func failure(_ message: String, at offset: Int? = nil) -> OrderedJSON.SyntaxError {
    OrderedJSON.SyntaxError(offset: offset ?? position, message: message)
  }

  /// What stands at the current position, and what was expected instead.
  func unexpected(_ expected: String) -> OrderedJSON.SyntaxError {
    guard position < bytes.count else { return failure("ends where \(expected) was expected") }
    let byte = bytes[position]
    let found =
      (0x21...0x7e).contains(byte)
      ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    return failure("has \(found) where \(expected) was expected")
  }

  mutating func document() throws(OrderedJSON.SyntaxError) -> OrderedJSON {
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw unexpected("the end of the file") }
    return value
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      default: return
      }
    }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func value() throws(OrderedJSON.SyntaxError) -> OrderedJSON {
    skipSpace()
    guard position < bytes.count else { throw unexpected("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw unexpected("a value")
    }
  }

  mutating func word(
    _ word: StaticString, _ value: OrderedJSON
  ) throws(OrderedJSON.SyntaxError) -> OrderedJSON {
    let length = word.utf8CodeUnitCount
    for index in 0..<length
    where position + index >= bytes.count || bytes[position + index] != word.utf8Start[index] {
      throw unexpected("a value")
    }
    position += length
    return value
  }

  mutating func descend() throws(OrderedJSON.SyntaxError) {
    depth += 1
    guard depth <= Self.deepest else {
      throw failure("is nested more than \(Self.deepest) levels deep")
    }
    position += 1
  }

  mutating func object() throws(OrderedJSON.SyntaxError) -> OrderedJSON {
    try descend()
    defer { depth -= 1 }
    var members: [OrderedJSON.Member] = []
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw unexpected("the name of a member")
      }
      let name = try string()
      guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
      members.append((name, try value()))
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "}")) else { throw unexpected("',' or '}'") }
      return .object(members)
    }
  }

  mutating func array() throws(OrderedJSON.SyntaxError) -> OrderedJSON {
    try descend()
    defer { depth -= 1 }
    var elements: [OrderedJSON] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value())
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "]")) else { throw unexpected("',' or ']'") }
      return .array(elements)
    }
  }

  mutating func number() throws(OrderedJSON.SyntaxError) -> OrderedJSON {
    let start = position
    var isInteger = true
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let whole = position
    try digits()
    guard bytes[whole] != UInt8(ascii: "0") || position == whole + 1 else {
      throw failure("has a number that starts with 0", at: start)
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, bytes[position] == 0x2b || bytes[position] == 0x2d {
        position += 1
      }
      try digits()
    }
    let characters = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(characters) { return .integer(value) }
    return .number(characters)
  }

  mutating func digits() throws(OrderedJSON.SyntaxError) {
    let start = position
    while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
    guard position > start else { throw unexpected("a digit") }
  }

  mutating func string() throws(OrderedJSON.SyntaxError) -> String {
    let start = position
    position += 1
    var run = position
    scratch.removeAll(keepingCapacity: true)
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        let result: String?
        if scratch.isEmpty {
          result = String(validating: bytes[run..<position], as: UTF8.self)
        } else {
          scratch += bytes[run..<position]
          result = String(validating: scratch, as: UTF8.self)
        }
        guard let result else { throw failure("has a string that is not UTF-8", at: start) }
        position += 1
        return result
      case UInt8(ascii: "\\"):
        scratch += bytes[run..<position]
        try escape()
        run = position
      case 0..<0x20: throw unexpected("a character of a string")
      default: position += 1
      }
    }
    throw failure("starts a string that never ends", at: start)
  }

  mutating func escape() throws(OrderedJSON.SyntaxError) {
    let start = position
    position += 2
    guard position <= bytes.count else { throw failure("ends inside a string") }
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): scratch.append(0x22)
    case UInt8(ascii: "\\"): scratch.append(0x5c)
    case UInt8(ascii: "/"): scratch.append(0x2f)
    case UInt8(ascii: "b"): scratch.append(0x08)
    case UInt8(ascii: "f"): scratch.append(0x0c)
    case UInt8(ascii: "n"): scratch.append(0x0a)
    case UInt8(ascii: "r"): scratch.append(0x0d)
    case UInt8(ascii: "t"): scratch.append(0x09)
    case UInt8(ascii: "u"):
      var value = try hexadecimal(start)
      if (0xd800..<0xdc00).contains(value), position + 1 < bytes.count,
        bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try hexadecimal(start)
        guard (0xdc00..<0xe000).contains(low) else {
          throw failure("has half a surrogate pair", at: start)
        }
        value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw failure("has half a surrogate pair", at: start)
      }
      scratch += Array(Character(scalar).utf8)
    default: throw failure("has an unknown escape in a string", at: start)
    }
  }

  mutating func hexadecimal(_ start: Int) throws(OrderedJSON.SyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw failure("has \\u without four hexadecimal digits", at: start) }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
