/// What happens to a text before it is cut into words.
indirect enum Normalizer: Sendable {
  case form(UnicodeForm)
  case lowercase
  case prepend(String)
  case replace([UInt8], with: [UInt8])
  case replaceMatches(RegularExpression, with: [UInt8])
  case strip(left: Bool, right: Bool)
  /// Takes away what stands on or under letters as characters of its own.
  case stripAccents
  case bert(BERTNormalizer)
  case sequence([Normalizer])

  /// The normalised form of `bytes`; `nil` where they are normal already.
  func normalized(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    switch self {
    case .form(let form):
      return form.normalized(bytes)
    case .lowercase:
      var result: [UInt8] = []
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        result += scalar.properties.lowercaseMapping.utf8
      }
      return result
    case .prepend(let prefix): return bytes.isEmpty ? nil : Array(prefix.utf8) + bytes
    case .replace(let pattern, let content): return Self.replacing(pattern, content, in: bytes)
    case .replaceMatches(let expression, let content):
      return Self.replacing(expression.matches(in: bytes), content, in: bytes)
    case .strip(let left, let right): return Self.stripped(bytes, left, right)
    case .stripAccents: return Self.strippingAccents(bytes)
    case .bert(let normalizer): return normalizer.normalized(bytes)
    case .sequence(let steps):
      var current: [UInt8]?
      for step in steps {
        if let input = current {
          current = input.withUnsafeBufferPointer { step.normalized($0) } ?? input
        } else {
          current = step.normalized(bytes)
        }
      }
      return current
    }
  }

  /// The normalised form of a string.
  func normalized(_ string: String) -> String {
    var copy = string
    return copy.withUTF8 { normalized($0) }.map { String(decoding: $0, as: UTF8.self) } ?? string
  }

  /// `bytes` with every occurrence of `pattern` replaced, from left to right; `nil` where there is none.
  static func replacing(
    _ pattern: [UInt8], _ content: [UInt8], in bytes: UnsafeBufferPointer<UInt8>
  ) -> [UInt8]? {
    guard let first = pattern.first else { return nil }
    var result: [UInt8] = []
    var done = 0
    var position = 0
    while position + pattern.count <= bytes.count {
      if bytes[position] == first,
        pattern.indices.allSatisfy({ bytes[position + $0] == pattern[$0] })
      {
        result += bytes[done..<position]
        result += content
        position += pattern.count
        done = position
      } else {
        position += 1
      }
    }
    if done == 0 { return nil }
    return result + bytes[done...]
  }

  /// `bytes` with all `matches` replaced; `nil` where there is none.
  static func replacing(
    _ matches: [Range<Int>], _ content: [UInt8], in bytes: UnsafeBufferPointer<UInt8>
  ) -> [UInt8]? {
    if matches.isEmpty { return nil }
    var result: [UInt8] = []
    var done = 0
    for match in matches {
      result += bytes[done..<match.lowerBound]
      result += content
      done = match.upperBound
    }
    return result + bytes[done...]
  }

  private static func strippingAccents(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    if bytes.allSatisfy({ $0 < 0x80 }) { return nil }
    let text = ClassifiedText(bytes)
    var result: [UInt8] = []
    var position = 0
    while position < text.count {
      let (found, length) = text.character(at: position)
      let (value, _) = text.scalar(at: position)
      // Two were marks in Unicode 9 and are no longer; one was none then.
      let isMark =
        found.contains(.mark) && UnicodeForm.knows(value) && value != 0x111c9
        || 0x1cf2...0x1cf3 ~= value
      if !isMark { result += bytes[position..<position + length] }
      position += length
    }
    return result
  }

  private static func stripped(
    _ bytes: UnsafeBufferPointer<UInt8>, _ left: Bool, _ right: Bool
  ) -> [UInt8]? {
    let text = ClassifiedText(bytes)
    let start = left ? text.endOfRun(of: .space, from: 0) : 0
    var end = bytes.count
    while right, end > start {
      let previous = text.start(before: end)
      guard text.character(at: previous).class.contains(.space) else { break }
      end = previous
    }
    return start == 0 && end == bytes.count ? nil : Array(bytes[start..<end])
  }
}
