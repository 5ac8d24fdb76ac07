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
    /// Replaces a character by a space, and drops that of the first token.
    case metaspace([UInt8], dropsFirst: Bool)
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
        let starts = dropsFirst && index == 0 && token.starts(with: mark)
        return Self.replacing(
          mark, [UInt8(ascii: " ")], in: starts ? Array(token.dropFirst(mark.count)) : token)
      }
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
  private static func byte(of token: [UInt8]) -> UInt8? {
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
