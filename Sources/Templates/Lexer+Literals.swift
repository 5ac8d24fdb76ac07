/// Numbers and strings.
extension Lexer {
  /// Behind digits from `offset` on, with single underscores between them.
  private func endOfDigits(from offset: Int, _ isDigit: (Unicode.Scalar) -> Bool) -> Int {
    var end = offset
    while end < source.count {
      if isDigit(source[end]) {
        end += 1
      } else if source[end] == "_", end > offset, end + 1 < source.count, isDigit(source[end + 1]) {
        end += 2
      } else {
        break
      }
    }
    return end
  }

  mutating func number() throws {
    let start = index
    if start == 0 || source[start - 1] != ".", let end = endOfFloat(from: start) {
      let digits = source[start..<end].text.filter { $0 != "_" }
      guard let value = Double(digits) else {
        throw failure("'\(digits)' is not a number", at: start)
      }
      index = end
      return add(.float(value), at: start)
    }
    let (prefix, radix) = radix(at: start)
    var end = start + prefix
    switch (radix, source[start]) {
    case (10, "0"): end = endOfDigits(from: start) { $0 == "0" }
    default: end = endOfDigits(from: end) { $0.digitValue.map { $0 < radix } ?? false }
    }
    let digits = source[start + prefix..<end].text.filter { $0 != "_" }
    guard let value = Int(digits, radix: radix) else {
      throw failure("the number \(digits) does not fit 64 bits", at: start)
    }
    index = end
    add(.integer(value), at: start)
  }

  /// How long the prefix of a number such as `0x1f` is, and its base.
  private func radix(at start: Int) -> (prefix: Int, radix: Int) {
    guard source[start] == "0", start + 2 < source.count else { return (0, 10) }
    let radix: Int
    switch source[start + 1] {
    case "x", "X": radix = 16
    case "o", "O": radix = 8
    case "b", "B": radix = 2
    default: return (0, 10)
    }
    guard let digit = source[start + 2].digitValue, digit < radix else { return (0, 10) }
    return (2, radix)
  }

  private func endOfFloat(from start: Int) -> Int? {
    var end = endOfDigits(from: start, \.isASCIIDigit)
    var isFloat = false
    if end + 1 < source.count, source[end] == ".", source[end + 1].isASCIIDigit {
      end = endOfDigits(from: end + 1, \.isASCIIDigit)
      isFloat = true
    }
    if end < source.count, source[end] == "e" || source[end] == "E" {
      var exponent = end + 1
      if exponent < source.count, source[exponent] == "+" || source[exponent] == "-" {
        exponent += 1
      }
      if exponent < source.count, source[exponent].isASCIIDigit {
        end = endOfDigits(from: exponent, \.isASCIIDigit)
        isFloat = true
      }
    }
    return isFloat ? end : nil
  }

  mutating func string() throws {
    let start = index
    let quote = source[start]
    var end = start + 1
    while end < source.count, source[end] != quote { end += source[end] == "\\" ? 2 : 1 }
    guard end < source.count else {
      throw failure("a string starts here that never ends", at: start)
    }
    var result = String.UnicodeScalarView()
    var position = start + 1
    while position < end {
      if source[position] == "\\" {
        position = try escape(at: position, end: end, into: &result)
      } else {
        result.append(source[position])
        position += 1
      }
    }
    index = end + 1
    add(.string(String(result)), at: start)
  }

  /// Reads an escape as Python does, and returns where the next character is.
  private func escape(
    at start: Int, end: Int, into result: inout String.UnicodeScalarView
  ) throws -> Int {
    let simple: [Unicode.Scalar: Unicode.Scalar] = [
      "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}",
      "b": "\u{8}", "f": "\u{c}", "v": "\u{b}",
    ]
    let kind = source[start + 1]
    if let scalar = simple[kind] {
      result.append(scalar)
      return start + 2
    }
    switch kind {
    case "\n": return start + 2
    case "x": return try hexadecimal(2, at: start, end: end, into: &result)
    case "u": return try hexadecimal(4, at: start, end: end, into: &result)
    case "U": return try hexadecimal(8, at: start, end: end, into: &result)
    case "0"..."7":
      var position = start + 1
      var value: UInt32 = 0
      while position < min(end, start + 4), let digit = source[position].digitValue, digit < 8 {
        value = value * 8 + UInt32(digit)
        position += 1
      }
      if let scalar = Unicode.Scalar(value) { result.append(scalar) }
      return position
    default:
      result.append("\\")
      result.append(kind)
      return start + 2
    }
  }

  private func hexadecimal(
    _ count: Int, at start: Int, end: Int, into result: inout String.UnicodeScalarView
  ) throws -> Int {
    let digits = start + 2..<start + 2 + count
    guard digits.upperBound <= end, let value = UInt32(source[digits].text, radix: 16),
      let scalar = Unicode.Scalar(value)
    else {
      throw failure(
        "'\\\(source[start + 1])' is not followed by \(count) hexadecimal digits of a character",
        at: start)
    }
    result.append(scalar)
    return digits.upperBound
  }
}
