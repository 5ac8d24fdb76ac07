import Foundation

/// What happens to a text before it is cut into words.
indirect enum Normalizer: Sendable {
  /// One of the normalisation forms of Unicode.
  enum Form: String, Sendable {
    case composed = "NFC"
    case decomposed = "NFD"
    case compatibilityComposed = "NFKC"
    case compatibilityDecomposed = "NFKD"
  }

  case form(Form)
  case lowercase
  case prepend(String)
  case replace([UInt8], with: [UInt8])
  case strip(left: Bool, right: Bool)
  case sequence([Normalizer])

  /// The normalised form of `bytes`; `nil` where they are normal already.
  func normalized(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    switch self {
    case .form(let form):
      if Self.isNormal(bytes, form) { return nil }
      return Self.normalized(String(decoding: bytes, as: UTF8.self), form)
    case .lowercase:
      var result: [UInt8] = []
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        result += scalar.properties.lowercaseMapping.utf8
      }
      return result
    case .prepend(let prefix): return bytes.isEmpty ? nil : Array(prefix.utf8) + bytes
    case .replace(let pattern, let content): return Self.replacing(pattern, content, in: bytes)
    case .strip(let left, let right): return Self.stripped(bytes, left, right)
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

  /// Whether no character can change: all below U+0300 for NFC, all ASCII for the others.
  private static func isNormal(_ bytes: UnsafeBufferPointer<UInt8>, _ form: Form) -> Bool {
    let limit: UInt8 = form == .composed ? 0xcc : 0x80
    return bytes.allSatisfy { $0 < limit }
  }

  private static func normalized(_ string: String, _ form: Form) -> [UInt8] {
    switch form {
    case .composed: Array(string.precomposedStringWithCanonicalMapping.utf8)
    case .decomposed: Array(string.decomposedStringWithCanonicalMapping.utf8)
    case .compatibilityComposed: Array(string.precomposedStringWithCompatibilityMapping.utf8)
    case .compatibilityDecomposed: Array(string.decomposedStringWithCompatibilityMapping.utf8)
    }
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
