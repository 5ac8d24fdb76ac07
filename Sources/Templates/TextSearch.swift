/// Search in strings by code points, which UTF-8 allows to do by bytes.
enum TextSearch {
  /// Where `part` first occurs in `text`, in bytes, from byte `start` on.
  static func first(_ part: String, in text: String, from start: Int = 0) -> Int? {
    find(Array(part.utf8), in: Array(text.utf8), from: start)
  }

  static func find(_ part: [UInt8], in text: [UInt8], from start: Int = 0) -> Int? {
    guard let first = part.first else { return start <= text.count ? start : nil }
    guard text.count >= part.count, start >= 0 else { return nil }
    var position = start
    while position + part.count <= text.count {
      if text[position] == first,
        part.indices.dropFirst().allSatisfy({ text[position + $0] == part[$0] })
      {
        return position
      }
      position += 1
    }
    return nil
  }

  /// `text` with at most `limit` occurrences of `old` replaced (`nil` for all), as `str.replace` does it.
  static func replace(
    _ old: String, with new: String, in text: String, limit: Int?
  ) throws -> String {
    var left = limit.map { $0 < 0 ? Int.max : $0 } ?? Int.max
    if old.isEmpty { return try interleave(new, in: text, limit: left) }
    let (bytes, part) = (Array(text.utf8), Array(old.utf8))
    var result: [UInt8] = []
    var position = 0
    while left > 0, let next = find(part, in: bytes, from: position) {
      result += bytes[position..<next]
      result += new.utf8
      try Budget.checkText(result.count)
      position = next + part.count
      left -= 1
    }
    result += bytes[position...]
    return String(decoding: result, as: UTF8.self)
  }

  private static func interleave(_ new: String, in text: String, limit: Int) throws -> String {
    var result = ""
    var left = limit
    for scalar in text.unicodeScalars {
      if left > 0 { result += new }
      left -= left > 0 ? 1 : 0
      result.unicodeScalars.append(scalar)
      try Budget.checkText(result.utf8.count)
    }
    return left > 0 ? result + new : result
  }

  /// The parts of `text` between occurrences of `separator`, at most `limit` cuts from the left.
  static func split(_ text: String, by separator: String, limit: Int) -> [String] {
    let (bytes, part) = (Array(text.utf8), Array(separator.utf8))
    var result: [String] = []
    var position = 0
    while result.count < limit, let next = find(part, in: bytes, from: position) {
      result.append(String(decoding: bytes[position..<next], as: UTF8.self))
      position = next + part.count
    }
    return result + [String(decoding: bytes[position...], as: UTF8.self)]
  }

  /// The same with the cuts from the right.
  static func splitFromRight(_ text: String, by separator: String, limit: Int) -> [String] {
    let reversed = Array(separator.utf8.reversed())
    let bytes = Array(text.utf8.reversed())
    var result: [String] = []
    var position = 0
    while result.count < limit, let next = find(reversed, in: bytes, from: position) {
      result.append(String(decoding: bytes[position..<next].reversed(), as: UTF8.self))
      position = next + reversed.count
    }
    result.append(String(decoding: bytes[position...].reversed(), as: UTF8.self))
    return result.reversed()
  }

  /// The words of `text`, at most `limit` cuts from the left.
  static func words(_ text: String, limit: Int) -> [String] {
    var result: [String] = []
    var rest = Substring(text).unicodeScalars.drop(while: \.isPythonSpace)
    while !rest.isEmpty {
      guard result.count < limit else {
        result.append(trimmed(String(rest), nil, .end))
        break
      }
      let word = rest.prefix { !$0.isPythonSpace }
      result.append(String(word))
      rest = rest[word.endIndex...].drop(while: \.isPythonSpace)
    }
    return result
  }

  /// The words of `text`, at most `limit` cuts from the right.
  static func wordsFromRight(_ text: String, limit: Int) -> [String] {
    words(text.unicodeScalars.reversed().text, limit: limit)
      .map { $0.unicodeScalars.reversed().text }.reversed()
  }

  /// Which ends to trim.
  enum Ends { case start, end, both }

  /// `text` without white space, or without characters of `set`, at its ends.
  static func trimmed(_ text: String, _ set: String?, _ ends: Ends) -> String {
    let kept = set.map { Set($0.unicodeScalars) }
    func isDropped(_ scalar: Unicode.Scalar) -> Bool {
      kept.map { $0.contains(scalar) } ?? scalar.isPythonSpace
    }
    var view = Substring(text).unicodeScalars
    if ends != .end { view = view.drop(while: isDropped) }
    if ends != .start {
      while let last = view.last, isDropped(last) { view.removeLast() }
    }
    return String(view)
  }

  /// The lines of `text`, as `str.splitlines` cuts it.
  static func lines(_ text: String, keepsEnds: Bool) -> [String] {
    let scalars = text.scalars
    var result: [String] = []
    var start = 0
    var position = 0
    while position < scalars.count {
      var end = position
      switch scalars[position].value {
      case 0x0a...0x0d, 0x1c...0x1e, 0x85, 0x2028, 0x2029: end += 1
      default:
        position += 1
        continue
      }
      if scalars[position] == "\r", end < scalars.count, scalars[end] == "\n" { end += 1 }
      result.append(scalars[start..<(keepsEnds ? end : position)].text)
      start = end
      position = end
    }
    if start < scalars.count { result.append(scalars[start...].text) }
    return result
  }
}
