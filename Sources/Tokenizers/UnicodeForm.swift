import Foundation

/// One of the normalisation forms of Unicode, as in Unicode 9, which the reference implementation has.
enum UnicodeForm: String, Sendable {
  case composed = "NFC"
  case decomposed = "NFD"
  case compatibilityComposed = "NFKC"
  case compatibilityDecomposed = "NFKD"

  /// Whether Unicode 9 has a character; later ones stay as they are.
  static func knows(_ value: UInt32) -> Bool {
    guard value >= 0x80, let age = Unicode.Scalar(value)?.properties.age else { return true }
    return age.major <= 9
  }

  /// The normalised form of `bytes`; `nil` where they are normal already.
  func normalized(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    // The first bytes of characters below U+0300 and of ASCII: nothing to do.
    let limit: UInt8 = self == .composed ? 0xcc : 0x80
    guard let first = bytes.firstIndex(where: { $0 >= limit }) else { return nil }
    guard self == .composed else {
      return Array(normalized(String(decoding: bytes, as: UTF8.self)).utf8)
    }
    return composed(bytes, from: first)
  }

  /// The normalised form of a string.
  func normalized(_ string: String) -> String {
    if string.unicodeScalars.allSatisfy({ Self.knows($0.value) }) { return form(of: string) }
    var result = ""
    var known = String.UnicodeScalarView()
    for scalar in string.unicodeScalars {
      if Self.knows(scalar.value) {
        known.append(scalar)
      } else {
        result += form(of: String(known))
        result.unicodeScalars.append(scalar)
        known = String.UnicodeScalarView()
      }
    }
    return result + form(of: String(known))
  }

  private func form(of string: String) -> String {
    switch self {
    case .composed: string.precomposedStringWithCanonicalMapping
    case .decomposed: string.decomposedStringWithCanonicalMapping
    case .compatibilityComposed: string.precomposedStringWithCompatibilityMapping
    case .compatibilityDecomposed: string.decomposedStringWithCompatibilityMapping
    }
  }

  /// NFC: only characters that composition may touch are looked at, each with the one before it.
  private func composed(_ bytes: UnsafeBufferPointer<UInt8>, from first: Int) -> [UInt8]? {
    let text = ClassifiedText(bytes)
    var result: [UInt8] = []
    var done = 0
    var previous = first > 0 ? text.start(before: first) : 0
    var position = first
    while position < bytes.count {
      let (value, length) = text.scalar(at: position)
      if Self.staysAlone(value) {
        previous = position
        position += length
        continue
      }
      var end = position + length
      while end < bytes.count {
        let (next, length) = text.scalar(at: end)
        if Self.staysAlone(next) { break }
        end += length
      }
      let part = UnsafeBufferPointer(rebasing: bytes[max(previous, done)..<end])
      result += bytes[done..<max(previous, done)]
      result += normalized(String(decoding: part, as: UTF8.self)).utf8
      done = end
      previous = end
      position = end
    }
    return done == 0 ? nil : result + bytes[done...]
  }

  /// Whether a character is in one of the ranges (not all there are) of characters that NFC leaves alone and that
  /// compose with nothing before them.
  @inline(__always)
  private static func staysAlone(_ value: UInt32) -> Bool {
    if value < 0x300 { return true }
    if value < 0x3030 {
      return switch value {
      case 0x388...0x482, 0x1e00...0x1f70, 0x2002...0x20cf, 0x212c...0x2328, 0x232b...0x2adb,
        0x2e00...0x3029:
        true
      default: false
      }
    }
    return switch value {
    case 0x3030...0x3098, 0x309b...0xa66e, 0xabee...0xf8ff, 0xfe30...0x101fc, 0x1d245...0x1dfff,
      0x1e94b...0x2f7ff, 0x2fa1e...0x10ffff:
      true
    default: false
    }
  }
}
