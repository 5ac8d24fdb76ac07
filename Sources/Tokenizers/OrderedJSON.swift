/// JSON as a tokenizer file needs it: members keep their order, and names are compared by their bytes.
///
/// A vocabulary may hold two spellings of one character (composed and decomposed), which Swift's `String` takes
/// for equal; so nothing here goes through a dictionary of strings.
enum OrderedJSON: Sendable {
  /// A member of an object.
  typealias Member = (name: String, value: OrderedJSON)

  case null
  case bool(Bool)
  case integer(Int)
  /// Any other number, as written.
  case number(String)
  case string(String)
  case array([OrderedJSON])
  case object([Member])

  /// The value of the last member called `name`, where this is an object that has one.
  subscript(_ name: String) -> OrderedJSON? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// Replaces the member called `name`, or adds it at the end; `nil` removes it.
  mutating func set(_ name: String, _ value: OrderedJSON?) {
    guard case .object(var members) = self else { return }
    let index = members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    switch (index, value) {
    case (let index?, let value?): members[index].value = value
    case (let index?, nil): members.remove(at: index)
    case (nil, let value?): members.append((name, value))
    case (nil, nil): break
    }
    self = .object(members)
  }

  var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  var integer: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  var array: [OrderedJSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  var members: [Member]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  var isNull: Bool {
    guard case .null = self else { return false }
    return true
  }

  /// What kind of value this is, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension OrderedJSON {
  /// The form with two spaces of indentation, as the reference writes its files.
  func written() -> [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes, indentation: 0)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private func append(to bytes: inout [UInt8], indentation: Int) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += String(value).utf8
    case .number(let characters): bytes += characters.utf8
    case .string(let value): Self.append(value, to: &bytes)
    case .array(let elements):
      Self.append("[", "]", elements, to: &bytes, indentation) { element, bytes in
        element.append(to: &bytes, indentation: indentation + 1)
      }
    case .object(let members):
      Self.append("{", "}", members, to: &bytes, indentation) { member, bytes in
        Self.append(member.name, to: &bytes)
        bytes += ": ".utf8
        member.value.append(to: &bytes, indentation: indentation + 1)
      }
    }
  }

  private static func append<Element>(
    _ open: String, _ close: String, _ elements: [Element], to bytes: inout [UInt8],
    _ indentation: Int, _ appendElement: (Element, inout [UInt8]) -> Void
  ) {
    bytes += open.utf8
    for (index, element) in elements.enumerated() {
      bytes += (index > 0 ? ",\n" : "\n").utf8
      bytes += repeatElement(UInt8(ascii: " "), count: 2 * (indentation + 1))
      appendElement(element, &bytes)
    }
    if !elements.isEmpty {
      bytes.append(UInt8(ascii: "\n"))
      bytes += repeatElement(UInt8(ascii: " "), count: 2 * indentation)
    }
    bytes += close.utf8
  }

  private static func append(_ string: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): bytes += "\\n".utf8
      case UInt8(ascii: "\r"): bytes += "\\r".utf8
      case UInt8(ascii: "\t"): bytes += "\\t".utf8
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes += "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
