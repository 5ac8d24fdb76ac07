/// Decodes token by token, and gives out text as soon as it is certain.
///
/// A character of several bytes may be spread over several tokens: what is given out ends before such a
/// character until the rest has come. All the pieces together are what decoding all ids at once gives.
public struct StreamingDecoder: Sendable {
  private let pipeline: TokenizerPipeline
  private let skipsSpecialTokens: Bool
  private var pending: [UInt8] = []
  /// Where tokens are no bytes: the last ids, and how many bytes of their text were given out.
  private var ids: [Int] = []
  private var given = 0

  /// Starts a text.
  public init(_ tokenizer: TextTokenizer, skipSpecialTokens: Bool = true) {
    pipeline = tokenizer.pipeline
    skipsSpecialTokens = skipSpecialTokens
  }

  /// Takes the next id, and returns the text that is certain now and was not before.
  public mutating func append(_ id: Int) -> String {
    if skipsSpecialTokens, pipeline.isLeftOut(id) { return "" }
    guard case .byteLevel = pipeline.decoder else { return appendWhole(id) }
    pending += pipeline.bytes(of: id)
    let end = Self.endOfCompletePart(of: pending)
    let text = String(decoding: pending[..<end], as: UTF8.self)
    pending.removeSubrange(..<end)
    return text
  }

  /// Ends the text: returns what was held back, an incomplete character as U+FFFD.
  public mutating func finish() -> String {
    defer {
      pending = []
      ids = []
      given = 0
    }
    if case .byteLevel = pipeline.decoder { return String(decoding: pending, as: UTF8.self) }
    return String(decoding: wholeText().dropFirst(given), as: UTF8.self)
  }

  /// Decodes the last ids again, unless what they stand for depends on the next one.
  private mutating func appendWhole(_ id: Int) -> String {
    ids.append(id)
    if pipeline.decoder.mustWait(after: pipeline.token(of: id) ?? "") { return "" }
    let text = wholeText()
    // The reference makes U+FFFD of an incomplete character, which the next id may complete.
    guard text.count > given, !text.suffix(3).elementsEqual("\u{fffd}".utf8) else { return "" }
    let new = String(decoding: text[given...], as: UTF8.self)
    given = text.count
    if ids.count >= 2 * Self.context {
      ids.removeFirst(ids.count - Self.context)
      given = wholeText().count
    }
    return new
  }

  /// How many ids back the text of an id may depend on others: on how many there are before it, at most.
  private static let context = 32

  private func wholeText() -> [UInt8] {
    Array(pipeline.decode(ids, skipSpecialTokens: skipsSpecialTokens).utf8)
  }

  /// The end of `bytes` without the beginning of a character at the end that more bytes could complete.
  static func endOfCompletePart(of bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let start = bytes.count - length
      let lead = bytes[start]
      if lead & 0xc0 == 0x80 { continue }
      let wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1
      guard wanted > length, lead <= 0xf4 else { return bytes.count }
      guard length > 1 else { return start }
      // The second byte's range excludes overlong forms, surrogates and what is beyond U+10FFFF.
      let second = bytes[start + 1]
      let isPossible =
        switch lead {
        case 0xe0: second >= 0xa0
        case 0xed: second < 0xa0
        case 0xf0: second >= 0x90
        case 0xf4: second < 0x90
        default: true
        }
      return isPossible ? start : bytes.count
    }
    return bytes.count
  }
}
