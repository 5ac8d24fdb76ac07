/// `format % values` on strings.
struct PrintfFormat {
  private let format: [Unicode.Scalar]
  private var index = 0
  private var rest: [Value]
  private let mapping: Value.Dictionary?
  private var usedMapping = false

  static func format(_ format: String, _ values: Value) throws -> String {
    var formatter = PrintfFormat(format, values)
    let result = try formatter.run()
    let mayBeLeft = if case .list = values { true } else { formatter.mapping != nil }
    guard formatter.rest.isEmpty || mayBeLeft else {
      throw TemplateError.evaluation("'%' was given more values than the format has places")
    }
    return result
  }

  private init(_ format: String, _ values: Value) {
    self.format = format.scalars
    switch values {
    case .tuple(let elements): (rest, mapping) = (elements.values, nil)
    case .dictionary(let dictionary): (rest, mapping) = ([values], dictionary)
    default: (rest, mapping) = ([values], nil)
    }
  }

  private mutating func next() throws -> Value {
    guard !rest.isEmpty else {
      throw TemplateError.evaluation("'%' was given fewer values than the format has places")
    }
    return rest.removeFirst()
  }

  private mutating func run() throws -> String {
    var result = ""
    while index < format.count {
      let scalar = format[index]
      index += 1
      if scalar == "%" {
        result += try conversion()
        try Budget.checkText(result.utf8.count)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private mutating func conversion() throws -> String {
    var layout = NumberFormat()
    var value: Value?
    if index < format.count, format[index] == "(" { value = try member() }
    while index < format.count, let flag = Flag(format[index]) {
      index += 1
      switch flag {
      case .left: layout.alignment = "<"
      case .zeros where layout.alignment == nil:
        layout.fill = "0"
        layout.alignment = "="
      case .zeros: break
      case .plus: layout.sign = "+"
      case .space: layout.sign = layout.sign ?? " "
      case .alternate: layout.isAlternate = true
      }
    }
    if layout.alignment == "<" { layout.fill = " " }
    layout.width = try size() ?? 0
    if index < format.count, format[index] == "." {
      index += 1
      layout.precision = try size() ?? 0
    }
    while index < format.count, ["h", "l", "L"].contains(format[index]) { index += 1 }
    guard index < format.count else {
      throw TemplateError.evaluation("a format ends inside of a place")
    }
    let type = format[index]
    index += 1
    if type == "%" { return "%" }
    layout.type = type
    return try text(of: value ?? next(), layout)
  }

  private enum Flag {
    case left, zeros, plus, space, alternate

    init?(_ scalar: Unicode.Scalar) {
      switch scalar {
      case "-": self = .left
      case "0": self = .zeros
      case "+": self = .plus
      case " ": self = .space
      case "#": self = .alternate
      default: return nil
      }
    }
  }

  private mutating func member() throws -> Value {
    guard let mapping, let end = format[index...].firstIndex(of: ")") else {
      throw TemplateError.evaluation("a format with names expects a dictionary")
    }
    let name = format[(index + 1)..<end].text
    index = end + 1
    guard let value = mapping[Key(name)] else {
      throw TemplateError.evaluation("the format names '\(name)', which is not given")
    }
    return value
  }

  private mutating func size() throws -> Int? {
    if index < format.count, format[index] == "*" {
      index += 1
      guard let value = try next().integer, (0...NumberFormat.widest).contains(value) else {
        throw TemplateError.evaluation("'*' in a format expects a width")
      }
      return value
    }
    let start = index
    while index < format.count, format[index].isASCIIDigit { index += 1 }
    guard start < index else { return nil }
    guard let value = Int(format[start..<index].text), value <= NumberFormat.widest else {
      throw TemplateError.limit("a format is wider than \(NumberFormat.widest)")
    }
    return value
  }

  private func text(of value: Value, _ layout: NumberFormat) throws -> String {
    var layout = layout
    switch layout.type {
    case "s", "r", "a":
      let text =
        try layout.type == "s" ? PythonText.string(value) : PythonText.representation(value)
      if layout.alignment == "=" { (layout.alignment, layout.fill) = (nil, " ") }
      return layout.padded(
        layout.precision.map { text.unicodeScalars.prefix($0).text } ?? text, by: ">")
    case "d", "i", "u", "x", "X", "o":
      let isDecimal = ["d", "i", "u"].contains(layout.type)
      if isDecimal, case .float(let number) = value,
        let whole = Int(exactly: number.rounded(.towardZero))
      {
        return layout.integer(whole)
      }
      guard let number = value.integer else { throw wrongKind(value, layout) }
      return layout.integer(number)
    case "e", "E", "f", "F", "g", "G":
      guard let number = value.number else { throw wrongKind(value, layout) }
      return layout.float(number)
    case "c":
      if let number = value.integer,
        let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init)
      {
        return layout.padded(String(Character(scalar)), by: ">")
      }
      guard let text = value.text, text.unicodeScalars.count == 1 else {
        throw wrongKind(value, layout)
      }
      return layout.padded(text, by: ">")
    default:
      throw TemplateError.evaluation("a format has the unknown place '%\(layout.type ?? "?")'")
    }
  }

  private func wrongKind(_ value: Value, _ layout: NumberFormat) -> TemplateError {
    value.misuse(
      "'%\(layout.type ?? "?")' expects a number, not a value of type '\(value.typeName)'")
  }
}
