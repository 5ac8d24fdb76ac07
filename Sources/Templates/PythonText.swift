/// How Python writes values.
enum PythonText {
  /// `str(value)`.
  static func string(_ value: Value) throws -> String {
    switch value {
    case .undefined: return ""
    case .string(let text), .markup(let text): return text
    default: return try representation(value)
    }
  }

  /// `repr(value)`, as elements of lists are written.
  static func representation(_ value: Value) throws -> String {
    var result = ""
    try write(value, to: &result)
    return result
  }

  private static func write(_ value: Value, to result: inout String) throws {
    switch value {
    case .undefined: result += "Undefined"
    case .none: result += "None"
    case .bool(let value): result += value ? "True" : "False"
    case .integer(let value): result += String(value)
    case .float(let value): result += float(value)
    case .string(let text): result += quoted(text)
    case .markup(let text): result += "Markup(\(quoted(text)))"
    case .list(let elements): try write(elements.values, "[", "]", to: &result)
    case .tuple(let elements):
      try write(elements.values, "(", elements.values.count == 1 ? ",)" : ")", to: &result)
    case .dictionary(let dictionary):
      result += "{"
      for (index, (key, value)) in zip(dictionary.keys, dictionary.values).enumerated() {
        if index > 0 { result += ", " }
        try write(key, to: &result)
        result += ": "
        try write(value, to: &result)
      }
      result += "}"
    case .range(let span):
      result += "range(\(span.start), \(span.stop)\(span.step == 1 ? "" : ", \(span.step)"))"
    case .object(let view as DictionaryView):
      result += "dict_\(view.kind)("
      try write(view.values, "[", "])", to: &result)
    case .object(let object): result += object.description
    }
    try Budget.checkText(result.utf8.count)
  }

  private static func write(
    _ values: [Value], _ open: String, _ close: String, to result: inout String
  ) throws {
    result += open
    for (index, value) in values.enumerated() {
      if index > 0 { result += ", " }
      try write(value, to: &result)
    }
    result += close
  }

  /// A string in quotes, with escapes for what cannot be printed.
  static func quoted(_ text: String) -> String {
    let quote: Unicode.Scalar =
      text.utf8.contains(UInt8(ascii: "'")) && !text.utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
    var result = String.UnicodeScalarView()
    result.append(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", quote:
        result.append("\\")
        result.append(scalar)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      case _ where scalar.isPrintable: result.append(scalar)
      default:
        let (prefix, count) =
          scalar.value < 0x100 ? ("\\x", 2) : scalar.value < 0x10000 ? ("\\u", 4) : ("\\U", 8)
        let digits = String(scalar.value, radix: 16)
        result.append(contentsOf: prefix.unicodeScalars)
        result.append(contentsOf: repeatElement("0", count: count - digits.utf8.count))
        result.append(contentsOf: digits.unicodeScalars)
      }
    }
    result.append(quote)
    return String(result)
  }

  /// The shortest digits that read back as the same number, in Python's layout.
  static func float(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    if value == 0 { return "\(sign)0.0" }
    let (digits, exponent) = shortestDigits(abs(value))
    if exponent < -4 || exponent >= 16 {
      let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
      let size = abs(exponent)
      return
        "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(size < 10 ? "0" : "")\(size)"
    }
    if exponent < 0 {
      return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(digits)"
    }
    let whole = digits.prefix(exponent + 1)
    let zeros = String(repeating: "0", count: max(exponent + 1 - digits.count, 0))
    let fraction = digits.dropFirst(exponent + 1)
    return "\(sign)\(whole)\(zeros).\(fraction.isEmpty ? "0" : String(fraction))"
  }

  /// The digits without a point and the power of ten of the first of them.
  private static func shortestDigits(_ value: Double) -> (digits: String, exponent: Int) {
    let parts = value.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = String(mantissa[0])
    let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
    var digits = whole + fraction
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + whole.count - 1
    while digits.count > 1, digits.hasPrefix("0") {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
    return (digits, exponent)
  }
}
