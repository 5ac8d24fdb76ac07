/// Puts the text of tokens together.
enum TokenDecoder: Sendable {
  /// Tokens are bytes, written in the byte alphabet.
  case byteLevel
  /// One step after the other.
  case steps([Step])
  /// Tokens with a space between them.
  case joined

  /// One thing that happens to a list of tokens.
  enum Step: Sendable {
    case byteLevel
    case replace([UInt8], with: [UInt8])
    /// Tokens `<0xNN>` in a row become the characters that they are in UTF-8, or else U+FFFD each.
    case byteFallback
    case fuse
    /// Removes up to so many of a character at the start and at the end.
    case strip([UInt8], start: Int, stop: Int)
    /// Replaces a character by a space, and drops those of the first token.
    case metaspace([UInt8], dropsFirst: Bool)
    case replaceMatches(RegularExpression, with: [UInt8])
    /// Tokens that start with the prefix go on with the word before; the others get a space before them.
    case wordPiece(prefix: [UInt8], cleansUp: Bool)
    /// The suffix of a token ends a word: it becomes a space, that of the last token nothing.
    case suffix([UInt8])
  }

  /// Whether the text that ends with `token` may change when another token comes.
  func mustWait(after token: String) -> Bool {
    guard case .steps(let steps) = self else { return false }
    return steps.contains { step in
      switch step {
      // One byte too many turns all the bytes before it into U+FFFD.
      case .byteFallback: Step.byte(of: Array(token.utf8)) != nil
      case .strip(_, _, let stop): stop > 0
      case .suffix: true
      default: false
      }
    }
  }

  /// The bytes of tokens, where the decoder takes more than the byte alphabet.
  static func decoded(_ tokens: [[UInt8]], by steps: [Step]) -> [UInt8] {
    steps.reduce(tokens) { tokens, step in step.applied(to: tokens) }.flatMap { $0 }
  }
}

extension TokenDecoder.Step {
  func applied(to tokens: [[UInt8]]) -> [[UInt8]] {
    switch self {
    case .byteLevel:
      let bytes = tokens.flatMap { token in
        ByteAlphabet.bytes(of: String(decoding: token, as: UTF8.self)) ?? token
      }
      return [Array(String(decoding: bytes, as: UTF8.self).utf8)]
    case .replace(let pattern, let content):
      return tokens.map { Self.replacing(pattern, content, in: $0) }
    case .byteFallback: return Self.withBytes(tokens)
    case .fuse: return [tokens.flatMap { $0 }]
    case .strip(let character, let start, let stop):
      return tokens.map { Self.stripped($0, of: character, start: start, stop: stop) }
    case .metaspace(let mark, let dropsFirst):
      return tokens.enumerated().map { index, token in
        let content: [UInt8] = dropsFirst && index == 0 ? [] : [UInt8(ascii: " ")]
        return Self.replacing(mark, content, in: token)
      }
    case .replaceMatches(let expression, let content):
      return tokens.map { token in
        token.withUnsafeBufferPointer {
          Normalizer.replacing(expression.matches(in: $0), content, in: $0)
        } ?? token
      }
    case .wordPiece(let prefix, let cleansUp):
      return tokens.enumerated().map { index, token in
        let text = index == 0 ? token : Self.joined(token, prefix)
        return cleansUp ? Self.cleaned(text) : text
      }
    case .suffix(let suffix):
      return tokens.enumerated().map { index, token in
        Self.replacing(suffix, index == tokens.count - 1 ? [] : [UInt8(ascii: " ")], in: token)
      }
    }
  }

  private static func joined(_ token: [UInt8], _ prefix: [UInt8]) -> [UInt8] {
    token.starts(with: prefix)
      ? Array(token.dropFirst(prefix.count)) : [UInt8(ascii: " ")] + token
  }

  /// Takes out the spaces that English has none of, as the reference does.
  private static func cleaned(_ token: [UInt8]) -> [UInt8] {
    let replacements = [
      (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
      (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ]
    return replacements.reduce(token) {
      replacing(Array($1.0.utf8), Array($1.1.utf8), in: $0)
    }
  }

  private static func replacing(
    _ pattern: [UInt8], _ content: [UInt8], in token: [UInt8]
  ) -> [UInt8] {
    token.withUnsafeBufferPointer { Normalizer.replacing(pattern, content, in: $0) } ?? token
  }

  private static func withBytes(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var bytes: [UInt8] = []
    func flush() {
      if bytes.isEmpty { return }
      if let text = String(validating: bytes, as: UTF8.self) {
        result.append(Array(text.utf8))
      } else {
        result += Array(repeating: Array("\u{fffd}".utf8), count: bytes.count)
      }
      bytes = []
    }
    for token in tokens {
      if let byte = byte(of: token) {
        bytes.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }

  /// The byte that a token `<0xNN>` stands for.
  fileprivate static func byte(of token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">")
    else { return nil }
    return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
  }

  private static func stripped(
    _ token: [UInt8], of character: [UInt8], start: Int, stop: Int
  ) -> [UInt8] {
    guard !character.isEmpty else { return token }
    var rest = token[...]
    for _ in 0..<max(start, 0) where rest.starts(with: character) {
      rest = rest.dropFirst(character.count)
    }
    for _ in 0..<max(stop, 0) where rest.suffix(character.count).elementsEqual(character) {
      rest = rest.dropLast(character.count)
    }
    return Array(rest)
  }
}
