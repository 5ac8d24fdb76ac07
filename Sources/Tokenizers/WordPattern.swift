/// How a text is cut into words, inside which the tokens of a byte-pair tokenizer lie.
public enum WordPattern: String, Sendable, CaseIterable {
  /// GPT-2's: a word with the space before it, English contractions apart.
  case gpt2
  /// Llama 3's and GPT-4's: also contractions in capitals, numbers in groups of three digits, line breaks apart.
  case llama3
  /// Qwen's: as Llama 3's, but every digit apart.
  case qwen2

  /// The pattern as a regular expression, in the form in which tokenizer files hold it.
  public var expression: String {
    switch self {
    case .gpt2:
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .llama3: Self.modern(digits: #"\p{N}{1,3}"#)
    case .qwen2: Self.modern(digits: #"\p{N}"#)
    }
  }

  private static func modern(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// The end of the word that starts at `start`, which is not the end of the text.
  @inline(__always)
  func endOfWord(in text: ClassifiedText, from start: Int) -> Int {
    switch self {
    case .gpt2: Self.endOfClassicWord(in: text, from: start)
    case .llama3: Self.endOfModernWord(in: text, from: start, digits: 3)
    case .qwen2: Self.endOfModernWord(in: text, from: start, digits: 1)
    }
  }

  private static func endOfClassicWord(in text: ClassifiedText, from start: Int) -> Int {
    let lead = text.bytes[start]
    if lead == UInt8(ascii: "'"), let end = endOfContraction(in: text, from: start) { return end }
    var body = start
    var (found, length) = text.character(at: start)
    if lead == UInt8(ascii: " "), start + 1 < text.count {
      let next = text.character(at: start + 1)
      if !next.class.contains(.space) {
        body = start + 1
        (found, length) = next
      }
    }
    if found.contains(.letter) { return text.endOfRun(of: .letter, from: body + length) }
    if found.contains(.number) { return text.endOfRun(of: .number, from: body + length) }
    if !found.contains(.space) { return text.endOfSymbols(from: body + length) }
    return endOfSpaces(in: text, from: start, to: text.endOfRun(of: .space, from: start + length))
  }

  private static func endOfModernWord(
    in text: ClassifiedText, from start: Int, digits: Int
  ) -> Int {
    let lead = text.bytes[start]
    if lead == UInt8(ascii: "'"), let end = endOfAnyCaseContraction(in: text, from: start) {
      return end
    }
    let (found, length) = text.character(at: start)
    let second = start + length
    if found.contains(.letter) { return text.endOfRun(of: .letter, from: second) }
    if found.contains(.number) {
      var end = second
      for _ in 1..<max(digits, 1) where end < text.count {
        let next = text.character(at: end)
        guard next.class.contains(.number) else { break }
        end += next.length
      }
      return end
    }
    if second < text.count {
      let next = text.character(at: second)
      if next.class.contains(.letter), !found.contains(.newline) {
        return text.endOfRun(of: .letter, from: second + next.length)
      }
      if lead == UInt8(ascii: " "), next.class.isDisjoint(with: [.letter, .number, .space]) {
        return text.endOfRun(of: .newline, from: text.endOfSymbols(from: second + next.length))
      }
    }
    if !found.contains(.space) {
      return text.endOfRun(of: .newline, from: text.endOfSymbols(from: second))
    }
    let end = text.endOfRun(of: .space, from: second)
    // White space up to its last line break is one word.
    var last = end
    while last > start {
      let byte = text.bytes[last - 1]
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { return last }
      last -= 1
    }
    return endOfSpaces(in: text, from: start, to: end)
  }

  /// `\s+(?!\S)|\s+` on the white space in `start..<end`: the last one belongs to the word that follows.
  @inline(__always)
  private static func endOfSpaces(in text: ClassifiedText, from start: Int, to end: Int) -> Int {
    guard end < text.count else { return end }
    let last = text.start(before: end)
    return last > start ? last : end
  }

  /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`.
  @inline(__always)
  private static func endOfContraction(in text: ClassifiedText, from start: Int) -> Int? {
    let second = start + 1 < text.count ? text.bytes[start + 1] : 0
    let third = start + 2 < text.count ? text.bytes[start + 2] : 0
    return lengthOfContraction(second, third).map { start + $0 }
  }

  /// The same in any case, the long s (U+017F) included.
  private static func endOfAnyCaseContraction(in text: ClassifiedText, from start: Int) -> Int? {
    let second = start + 1 < text.count ? text.bytes[start + 1] : 0
    let third = start + 2 < text.count ? text.bytes[start + 2] : 0
    if second == 0xc5, third == 0xbf { return start + 3 }
    guard second.isASCIILetter else { return nil }
    return lengthOfContraction(second | 0x20, third.isASCIILetter ? third | 0x20 : 0)
      .map { start + $0 }
  }

  @inline(__always)
  private static func lengthOfContraction(_ second: UInt8, _ third: UInt8) -> Int? {
    switch second {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): third == UInt8(ascii: "e") ? 3 : nil
    case UInt8(ascii: "l"): third == UInt8(ascii: "l") ? 3 : nil
    default: nil
    }
  }
}

extension UInt8 {
  fileprivate var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }
}
