/// JSON written by hand, where the order of keys and the exact form of numbers matter.
enum JSONText {
  /// A string with its quotes.
  static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<" ", "\u{7f}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The shortest decimal that reads back as exactly `value`; `null` where it is not finite.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// How a number that JSON cannot hold is called beside its `null`.
  static func nonFiniteName(_ value: Double) -> String? {
    guard !value.isFinite else { return nil }
    return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf"
  }
}
