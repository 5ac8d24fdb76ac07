import Foundation

/// How a value is laid out: what `%` and `format` share.
struct NumberFormat {
  /// What fills up to the width.
  var fill: Unicode.Scalar = " "
  /// `<`, `>`, `^`, or `=` for between sign and digits.
  var alignment: Unicode.Scalar?
  /// `+` or a space before numbers that are not negative.
  var sign: Unicode.Scalar?
  var isAlternate = false
  var grouping: Unicode.Scalar?
  var width = 0
  var precision: Int?
  var type: Unicode.Scalar?

  static let widest = 100_000

  /// `text` at the width; `alignment` is where it stands by default.
  func padded(_ text: String, signLength: Int = 0, by standard: Unicode.Scalar) -> String {
    let missing = width - text.unicodeScalars.count
    guard missing > 0 else { return text }
    func filling(_ count: Int) -> String {
      repeatElement(fill, count: count).text
    }
    switch alignment ?? standard {
    case "<": return text + filling(missing)
    case "^": return filling(missing / 2) + text + filling(missing - missing / 2)
    case "=":
      let scalars = text.scalars
      return scalars.prefix(signLength).text + filling(missing)
        + scalars.dropFirst(signLength).text
    default: return filling(missing) + text
    }
  }

  /// A whole number in decimal, binary, octal or hexadecimal digits.
  func integer(_ value: Int) -> String {
    let (radix, prefix): (Int, String)
    switch type {
    case "x", "X": (radix, prefix) = (16, "0x")
    case "o": (radix, prefix) = (8, "0o")
    case "b": (radix, prefix) = (2, "0b")
    default: (radix, prefix) = (10, "")
    }
    var digits = String(value.magnitude, radix: radix)
    if let precision, precision > digits.utf8.count {
      digits = String(repeating: "0", count: precision - digits.utf8.count) + digits
    }
    if let grouping { digits = grouped(digits, by: grouping, every: radix == 10 ? 3 : 4) }
    digits = (isAlternate ? prefix : "") + digits
    if type == "X" { digits = digits.uppercased() }
    return laidOut(digits, isNegative: value < 0)
  }

  /// A number with a point or an exponent.
  func float(_ value: Double) -> String {
    guard value.isFinite else {
      let name = value.isNaN ? "nan" : "inf"
      let isUpper = type.map { ["E", "F", "G"].contains($0) } ?? false
      return laidOut(isUpper ? name.uppercased() : name, isNegative: value < 0)
    }
    let size = value.magnitude
    var digits: String
    switch type {
    case "e", "E", "g", "G":
      digits = formatted(size, Character(type ?? "g"), precision ?? 6)
    case "f", "F": digits = formatted(size, "f", precision ?? 6)
    case "%": digits = formatted(size * 100, "f", precision ?? 6) + "%"
    default:
      if let precision {
        digits = formatted(size, "g", precision)
        if !digits.contains("."), !digits.contains("e") { digits += ".0" }
      } else {
        digits = PythonText.float(size)
      }
    }
    if let grouping {
      let whole = digits.prefix { $0.isNumber }
      digits = grouped(String(whole), by: grouping, every: 3) + digits.dropFirst(whole.count)
    }
    return laidOut(digits, isNegative: value.sign == .minus)
  }

  private func formatted(_ value: Double, _ conversion: Character, _ precision: Int) -> String {
    String(format: "%\(isAlternate ? "#" : "").\(precision)\(conversion)", value)
  }

  private func laidOut(_ digits: String, isNegative: Bool) -> String {
    let sign = isNegative ? "-" : self.sign.map { $0 == "-" ? "" : String(Character($0)) } ?? ""
    return padded(sign + digits, signLength: sign.utf8.count, by: ">")
  }

  private func grouped(_ digits: String, by mark: Unicode.Scalar, every size: Int) -> String {
    var result: [Unicode.Scalar] = []
    for (index, digit) in digits.scalars.reversed().enumerated() {
      if index > 0, index % size == 0 { result.append(mark) }
      result.append(digit)
    }
    return result.reversed().text
  }
}
