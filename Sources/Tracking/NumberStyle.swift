import Foundation

/// How a number is written for people.
public enum NumberStyle: Sendable, Hashable {
  /// About four significant digits: `0.1234`, `12.34`, `1,234`, `1.2e-05`.
  case automatic
  /// A fixed count of digits after the point.
  case fixed(Int)
  /// A share of one as per cent with a count of digits after the point: `64.8 %`.
  case percent(Int)
  /// A whole number with thousands separated: `12,345`.
  case whole

  /// `value` in this style; a dash where it is not a number.
  public func text(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value > 0 ? "∞" : "-∞" }
    switch self {
    case .automatic: return Self.automaticText(value)
    case .fixed(let digits): return Self.fixedText(value, digits)
    case .percent(let digits): return Self.fixedText(value * 100, digits) + " %"
    case .whole: return Self.grouped(Self.fixedText(value, 0))
    }
  }

  /// `interval` in this style, in brackets: `[54.4, 73.9]`.
  func text(lower: Double, upper: Double) -> String {
    func bare(_ value: Double) -> String {
      let text = text(value)
      return text.hasSuffix(" %") ? String(text.dropLast(2)) : text
    }
    return "[\(bare(lower)), \(bare(upper))]"
  }

  private static func automaticText(_ value: Double) -> String {
    let size = abs(value)
    if value == 0 { return "0" }
    if size >= 1e9 || size < 1e-4 { return String(format: "%.2e", value) }
    if size >= 1_000 { return grouped(fixedText(value, 0)) }
    // Three digits after the first that is not zero, without trailing zeros.
    let digits = max(0, 3 - Int(log10(size).rounded(.down)))
    let text = fixedText(value, digits)
    guard text.contains(".") else { return text }
    let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
    return String(trimmed.reversed())
  }

  private static func fixedText(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(max(0, digits))f", value)
    // Rounded to zero, a negative number has no sign.
    return text.hasPrefix("-") && text.allSatisfy({ "-0.".contains($0) })
      ? String(text.dropFirst()) : text
  }

  private static func grouped(_ text: String) -> String {
    let (sign, digits) =
      text.hasPrefix("-") ? ("-", text.dropFirst()) : ("", text[...])
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
      result.append(digit)
    }
    return sign + result
  }
}

extension NumberStyle {
  /// A span of time: `0:42`, `12:05`, `1:02:03`, `2 d 3 h`.
  public static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    let total = Int(seconds.rounded())
    let (hours, minutes, rest) = (total / 3_600, total / 60 % 60, total % 60)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if hours >= 48 { return "\(hours / 24) d \(hours % 24) h" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }

  /// A speed, in a unit of time that keeps the number readable: `12.3/s`, `14/min`, `3.5/h`.
  public static func rate(perSecond: Double, unit: String = "") -> String {
    guard perSecond.isFinite, perSecond > 0 else { return "–" }
    let (value, time) =
      perSecond >= 1
      ? (perSecond, "s")
      : perSecond >= 1 / 60.0 ? (perSecond * 60, "min") : (perSecond * 3_600, "h")
    let digits = value >= 100 ? 0 : 1
    let number = value >= 1_000 ? NumberStyle.whole.text(value) : fixedText(value, digits)
    return "\(number)\(unit.isEmpty ? "" : " \(unit)")/\(time)"
  }
}
