/// Cuts a normalised text into words.
struct PreTokenizer: Sendable {
  /// What is cut where: the text is cut by the first step, its pieces by the second, and so on.
  enum Step: Sendable {
    /// A space is put before a piece that starts with none.
    case prefixSpace
    /// Spaces become a mark, and a mark is put before a piece that starts with none.
    case markSpaces([UInt8], prefix: Prefix)
    /// Words as a pattern finds them; it covers the whole text.
    case words(WordPattern)
    /// Words that start with a mark.
    case cut(WordCutter)
    /// Pieces that match, and those between them.
    case split(Splitter)
    /// Words as BERT has them: white space falls away, punctuation stands alone.
    case bertWords
  }

  /// Which pieces get a mark of their own.
  enum Prefix: String, Sendable {
    case always, never
    /// The one that starts the text.
    case first
  }

  var steps: [Step]

  /// Calls `body` with one word of `text` after the other; `startsText` says whether nothing stands before it.
  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, startsText: Bool = true,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    apply(steps[...], to: text, startsText, body)
  }

  private func apply(
    _ steps: ArraySlice<Step>, to text: UnsafeBufferPointer<UInt8>, _ startsText: Bool,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    if text.isEmpty { return }
    guard let step = steps.first else {
      body(text)
      return
    }
    let rest = steps.dropFirst()
    func pass(_ range: Range<Int>) {
      let word = UnsafeBufferPointer(rebasing: text[range])
      if rest.isEmpty {
        body(word)
      } else {
        apply(rest, to: word, startsText && range.lowerBound == 0, body)
      }
    }
    switch step {
    case .prefixSpace:
      if text.first == UInt8(ascii: " ") {
        apply(rest, to: text, startsText, body)
      } else {
        let spaced = [UInt8(ascii: " ")] + text
        spaced.withUnsafeBufferPointer { apply(rest, to: $0, startsText, body) }
      }
    case .markSpaces(let mark, let prefix):
      let isMarked = prefix == .always || prefix == .first && startsText
      Self.markingSpaces(of: text, mark, prefixed: isMarked).withUnsafeBufferPointer {
        apply(rest, to: $0, startsText, body)
      }
    case .words(let pattern):
      let classified = ClassifiedText(text)
      var start = 0
      while start < text.count {
        let end = pattern.endOfWord(in: classified, from: start)
        pass(start..<end)
        start = end
      }
    case .cut(let cutter):
      var start = 0
      while start < text.count {
        let end = cutter.end(in: text, from: start)
        pass(start..<end)
        start = end
      }
    case .split(let splitter):
      for range in splitter.pieces(of: text) where !range.isEmpty { pass(range) }
    case .bertWords: Self.forEachBERTWord(in: text, pass)
    }
  }

  private static func markingSpaces(
    of text: UnsafeBufferPointer<UInt8>, _ mark: [UInt8], prefixed: Bool
  ) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2 + mark.count)
    let startsMarked = text.first == UInt8(ascii: " ") || text.starts(with: mark)
    if prefixed, !startsMarked { result += mark }
    for byte in text {
      if byte == UInt8(ascii: " ") { result += mark } else { result.append(byte) }
    }
    return result
  }

  private static func forEachBERTWord(
    in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    let classified = ClassifiedText(text)
    var start = 0
    var position = 0
    while position < text.count {
      let (found, length) = classified.character(at: position)
      if !found.isDisjoint(with: [.space, .bertPunctuation]) {
        if start < position { body(start..<position) }
        if found.contains(.bertPunctuation) { body(position..<position + length) }
        start = position + length
      }
      position += length
    }
    if start < position { body(start..<position) }
  }
}
