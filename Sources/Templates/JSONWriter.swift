/// Writes JSON as Python's `json.dumps` does.
struct JSONWriter {
  var escapesNonASCII = false
  var indentation: String?
  var itemSeparator: String
  var keySeparator: String
  var sortsKeys = false
  private var result = ""

  init(
    escapesNonASCII: Bool = false, indentation: String? = nil,
    separators: (item: String, key: String)? = nil, sortsKeys: Bool = false
  ) {
    self.escapesNonASCII = escapesNonASCII
    self.indentation = indentation
    itemSeparator = separators?.item ?? (indentation == nil ? ", " : ",")
    keySeparator = separators?.key ?? ": "
    self.sortsKeys = sortsKeys
  }

  static func text(of value: Value, _ writer: JSONWriter = JSONWriter()) throws -> String {
    var writer = writer
    try writer.write(value, level: 0)
    return writer.result
  }

  private mutating func write(_ value: Value, level: Int) throws {
    switch value {
    case .none: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .integer(let value): result += String(value)
    case .float(let value): result += Self.float(value)
    case .string(let text), .markup(let text): write(text)
    case .list(let elements), .tuple(let elements):
      try write(elements.values, "[", "]", level) { try $0.write($1, level: level + 1) }
    case .dictionary(let dictionary):
      let members = try members(of: dictionary)
      try write(members, "{", "}", level) { writer, member in
        writer.write(member.key)
        writer.result += writer.keySeparator
        try writer.write(member.value, level: level + 1)
      }
    case .undefined, .range, .object:
      throw TemplateError.evaluation(
        "a value of type '\(value.typeName)' cannot be written as JSON")
    }
    try Budget.checkText(result.utf8.count)
  }

  private func members(of dictionary: Value.Dictionary) throws -> [(key: String, value: Value)] {
    var members = try zip(dictionary.keys, dictionary.values).map { (try Self.key($0), $1) }
    if sortsKeys {
      members.sort { $0.0.unicodeScalars.lexicographicallyPrecedes($1.0.unicodeScalars) }
    }
    return members
  }

  private static func key(_ value: Value) throws -> String {
    switch value {
    case .none: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .float(let value): return float(value)
    case .string(let text), .markup(let text): return text
    default:
      throw TemplateError.evaluation("a key of type '\(value.typeName)' cannot be written as JSON")
    }
  }

  private static func float(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return PythonText.float(value)
  }

  private mutating func write<Element>(
    _ elements: [Element], _ open: String, _ close: String, _ level: Int,
    _ writeElement: (inout JSONWriter, Element) throws -> Void
  ) throws {
    result += open
    for (index, element) in elements.enumerated() {
      if index > 0 { result += itemSeparator }
      newLine(level + 1)
      try writeElement(&self, element)
    }
    if !elements.isEmpty { newLine(level) }
    result += close
  }

  private mutating func newLine(_ level: Int) {
    guard let indentation else { return }
    result += "\n" + String(repeating: indentation, count: level)
  }

  private mutating func write(_ text: String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case _ where scalar.value < 0x20: escape(UInt16(scalar.value))
      case _ where escapesNonASCII && scalar.value > 0x7e:
        for unit in UTF16.encode(scalar) ?? .init() { escape(unit) }
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }

  private mutating func escape(_ unit: UInt16) {
    let digits = String(unit, radix: 16)
    result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }
}
