/// What BERT does to a text (Devlin and others 2019, `BasicTokenizer`): cleans it, sets ideographs apart, strips
/// accents, and makes letters small.
struct BERTNormalizer: Sendable {
  var cleansText = true
  var separatesIdeographs = true
  var stripsAccents = true
  var lowercases = true

  /// The normalised form of `bytes`.
  func normalized(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    if bytes.allSatisfy({ $0 < 0x80 }) {
      for byte in bytes { append(Unicode.Scalar(byte), to: &result) }
      return result
    }
    // Cleaning first: what it takes away no longer keeps a letter and its accent apart.
    var text = String.UnicodeScalarView()
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if cleansText, Self.isDropped(scalar) { continue }
      let isIdeograph = separatesIdeographs && Self.isIdeograph(scalar)
      if isIdeograph { text.append(" ") }
      text.append(scalar)
      if isIdeograph { text.append(" ") }
    }
    var string = String(text)
    if stripsAccents { string = UnicodeForm.decomposed.normalized(string) }
    for scalar in string.unicodeScalars {
      if stripsAccents, Self.isAccent(scalar) { continue }
      append(scalar, to: &result)
    }
    return result
  }

  private func append(_ scalar: Unicode.Scalar, to result: inout [UInt8]) {
    if cleansText {
      if Self.isDropped(scalar) { return }
      if scalar.properties.isWhitespace {
        result.append(UInt8(ascii: " "))
        return
      }
    }
    guard lowercases else {
      result += UTF8.encode(scalar).map(Array.init) ?? []
      return
    }
    if scalar.isASCII {
      let byte = UInt8(scalar.value)
      result.append(byte &- 0x41 < 26 ? byte | 0x20 : byte)
    } else {
      result += scalar.properties.lowercaseMapping.utf8
    }
  }

  /// Control, format and private characters but for line breaks and tabs, and the replacement character.
  private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n", "\r": return false
    case "\u{fffd}": return true
    default:
      switch CharacterClass.bertCategory(of: scalar) {
      case .control, .format, .privateUse: return true
      default: return false
      }
    }
  }

  private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    CharacterClass.bertCategory(of: scalar) == .nonspacingMark
  }

  /// The blocks that BERT takes for Chinese.
  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4e00...0x9fff, 0x3400...0x4dbf, 0x20000...0x2a6df, 0x2a700...0x2b73f,
      0x2b740...0x2b81f, 0x2b920...0x2ceaf, 0xf900...0xfaff, 0x2f800...0x2fa1f:
      true
    default: false
    }
  }
}
