/// `format.format(values)` on strings.
struct BraceFormat {
  private let arguments: Arguments
  private let interpreter: Interpreter
  private var automatic = 0

  static func format(
    _ format: String, _ arguments: Arguments, _ interpreter: Interpreter
  ) throws -> String {
    var formatter = BraceFormat(arguments: arguments, interpreter: interpreter)
    return try formatter.run(format.scalars[...], depth: 0)
  }

  private init(arguments: Arguments, interpreter: Interpreter) {
    self.arguments = arguments
    self.interpreter = interpreter
  }

  private static func failure(_ message: String) -> TemplateError { .evaluation(message) }

  private mutating func run(_ format: ArraySlice<Unicode.Scalar>, depth: Int) throws -> String {
    var result = ""
    var index = format.startIndex
    while index < format.endIndex {
      let scalar = format[index]
      let isDoubled = index + 1 < format.endIndex && format[index + 1] == scalar
      switch scalar {
      case "{" where isDoubled, "}" where isDoubled:
        result.unicodeScalars.append(scalar)
        index += 2
      case "}": throw Self.failure("'format' found a single '}'")
      case "{":
        let end = try Self.endOfField(format, from: index)
        result += try field(format[index + 1..<end], depth: depth)
        try Budget.checkText(result.utf8.count)
        index = end + 1
      default:
        result.unicodeScalars.append(scalar)
        index += 1
      }
    }
    return result
  }

  private static func endOfField(
    _ format: ArraySlice<Unicode.Scalar>, from start: Int
  ) throws -> Int {
    var open = 0
    for index in start..<format.endIndex {
      if format[index] == "{" { open += 1 }
      if format[index] == "}" { open -= 1 }
      if open == 0 { return index }
    }
    throw failure("'format' found a '{' without a '}'")
  }

  private mutating func field(_ field: ArraySlice<Unicode.Scalar>, depth: Int) throws -> String {
    guard depth < 2 else { throw Self.failure("'format' found fields that are nested too deeply") }
    let end = field.firstIndex { $0 == ":" || $0 == "!" } ?? field.endIndex
    var value = try self.value(field[..<end])
    var rest = field[end...]
    if rest.first == "!" {
      let text: String
      switch rest.dropFirst().first {
      case "s": text = try PythonText.string(value)
      case "r", "a": text = try PythonText.representation(value)
      default: throw Self.failure("'format' found an unknown conversion behind '!'")
      }
      value = .string(text)
      rest = rest.dropFirst(2)
    }
    guard rest.isEmpty || rest.first == ":" else {
      throw Self.failure("'format' expects ':' behind a conversion")
    }
    let layout = try run(rest.dropFirst(), depth: depth + 1)
    return try Self.text(of: value, layout.scalars)
  }

  /// The value that a field's name stands for: `0`, `name`, `name.attribute[key]`.
  private mutating func value(_ path: ArraySlice<Unicode.Scalar>) throws -> Value {
    let end = path.firstIndex { $0 == "." || $0 == "[" } ?? path.endIndex
    var result = try argument(path[..<end].text)
    var rest = path[end...]
    while let mark = rest.first {
      rest = rest.dropFirst()
      if mark == "." {
        let end = rest.firstIndex { $0 == "." || $0 == "[" } ?? rest.endIndex
        result = try interpreter.attribute(rest[..<end].text, of: result)
        rest = rest[end...]
      } else {
        guard mark == "[", let end = rest.firstIndex(of: "]") else {
          throw Self.failure("'format' found a '[' without a ']'")
        }
        let key = rest[..<end].text
        result = try interpreter.item(Int(key).map { .integer($0) } ?? .string(key), of: result)
        rest = rest[(end + 1)...]
      }
      if case .undefined(let reason) = result { throw Self.failure(reason) }
    }
    return result
  }

  private mutating func argument(_ name: String) throws -> Value {
    var name = name
    if name.isEmpty {
      name = String(automatic)
      automatic += 1
    }
    if let index = Int(name) {
      guard arguments.positional.indices.contains(index) else {
        throw Self.failure("'format' has no value for place \(index)")
      }
      return arguments.positional[index]
    }
    guard let value = arguments.named.last(where: { $0.name == name })?.value else {
      throw Self.failure("'format' has no value for '\(name)'")
    }
    return value
  }

  // MARK: - Layout

  private static func text(of value: Value, _ specification: [Unicode.Scalar]) throws -> String {
    if specification.isEmpty { return try PythonText.string(value) }
    var layout = try layout(specification)
    if let text = value.text {
      guard layout.type == nil || layout.type == "s" else { throw wrongKind(value, layout) }
      return layout.padded(
        layout.precision.map { text.unicodeScalars.prefix($0).text } ?? text, by: "<")
    }
    let isFloat = layout.type.map { ["e", "E", "f", "F", "g", "G", "%"].contains($0) } ?? false
    if case .float(let number) = value { return layout.float(number) }
    if let number = value.integer {
      if layout.type == "c" {
        guard let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init) else {
          throw wrongKind(value, layout)
        }
        return layout.padded(String(Character(scalar)), by: "<")
      }
      if layout.type == "n" { layout.type = "d" }
      return isFloat ? layout.float(Double(number)) : layout.integer(number)
    }
    throw wrongKind(value, layout)
  }

  private static func wrongKind(_ value: Value, _ layout: NumberFormat) -> TemplateError {
    value.misuse(
      "'format' cannot lay out a value of type '\(value.typeName)' as '\(layout.type.map { String(Character($0)) } ?? "s")'"
    )
  }

  private static func layout(_ text: [Unicode.Scalar]) throws -> NumberFormat {
    var layout = NumberFormat()
    var index = 0
    let alignments: [Unicode.Scalar] = ["<", ">", "^", "="]
    if text.count > 1, alignments.contains(text[1]) {
      (layout.fill, layout.alignment, index) = (text[0], text[1], 2)
    } else if alignments.contains(text[0]) {
      (layout.alignment, index) = (text[0], 1)
    }
    func current() -> Unicode.Scalar? { index < text.count ? text[index] : nil }
    if let sign = current(), ["+", "-", " "].contains(sign) {
      layout.sign = sign
      index += 1
    }
    if current() == "#" {
      layout.isAlternate = true
      index += 1
    }
    if current() == "0" {
      if layout.alignment == nil { (layout.fill, layout.alignment) = ("0", "=") }
      index += 1
    }
    func number() throws -> Int? {
      let start = index
      while let scalar = current(), scalar.isASCIIDigit { index += 1 }
      guard start < index else { return nil }
      guard let value = Int(text[start..<index].text), value <= NumberFormat.widest else {
        throw TemplateError.limit("a format is wider than \(NumberFormat.widest)")
      }
      return value
    }
    layout.width = try number() ?? 0
    if let mark = current(), mark == "," || mark == "_" {
      layout.grouping = mark
      index += 1
    }
    if current() == "." {
      index += 1
      layout.precision = try number()
    }
    if let type = current() {
      layout.type = type
      index += 1
    }
    guard index == text.count else {
      throw failure("'format' does not know the layout '\(text.text)'")
    }
    return layout
  }
}
