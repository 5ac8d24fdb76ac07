/// Splits text into the words that lexical features count.
enum RewardWords {
  /// The lower-cased words of `text`, in order.
  ///
  /// A word is a run of letters, marks and digits, which may hold single apostrophes inside (curly ones become
  /// straight); an ideograph and every other visible character is a word of its own.
  static func split(_ text: String) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    var endsInApostrophe = false
    func finish() {
      if !word.isEmpty { words.append(String(word)) }
      word.removeAll(keepingCapacity: true)
      if endsInApostrophe { words.append("'") }
      endsInApostrophe = false
    }
    for scalar in text.lowercased().unicodeScalars {
      switch kind(of: scalar) {
      case .letter:
        if endsInApostrophe { word.append("'") }
        endsInApostrophe = false
        word.append(scalar)
      case .apostrophe where !word.isEmpty && !endsInApostrophe:
        endsInApostrophe = true
      case .space:
        finish()
      case .apostrophe:
        finish()
        words.append("'")
      case .other:
        finish()
        words.append(String(scalar))
      }
    }
    finish()
    return words
  }

  /// Whether `word` has a letter or digit: not a punctuation mark.
  static func isSpoken(_ word: String) -> Bool {
    word.unicodeScalars.first.map { $0.properties.isAlphabetic || isDigit($0) } ?? false
  }

  private enum Kind { case letter, apostrophe, space, other }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    switch scalar.value {
    case 0x61...0x7a, 0x30...0x39: return .letter
    case 0x27, 0x2019: return .apostrophe
    case 0...0x20, 0x7f: return .space
    case 0x21...0x7e: return .other
    default: break
    }
    let properties = scalar.properties
    if properties.isIdeographic { return .other }
    switch properties.generalCategory {
    case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format: return .space
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber: return .letter
    default: return properties.isAlphabetic ? .letter : .other
    }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .decimalNumber
  }
}
