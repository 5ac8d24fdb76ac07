/// Cuts a normalised text into words.
struct PreTokenizer: Sendable {
  /// What is cut where: the text is cut by the first step, its pieces by the second, and so on.
  enum Step: Sendable {
    /// A space is put before a piece that starts with none.
    case prefixSpace
    /// Words as a pattern finds them; it covers the whole text.
    case words(WordPattern)
    /// Pieces that match, and those between them.
    case split(Splitter)
  }

  var steps: [Step]

  /// Calls `body` with one word of `text` after the other.
  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    apply(steps[...], to: text, body)
  }

  private func apply(
    _ steps: ArraySlice<Step>, to text: UnsafeBufferPointer<UInt8>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    if text.isEmpty { return }
    guard let step = steps.first else {
      body(text)
      return
    }
    let rest = steps.dropFirst()
    switch step {
    case .prefixSpace:
      if text.first == UInt8(ascii: " ") {
        apply(rest, to: text, body)
      } else {
        var spaced: [UInt8] = [UInt8(ascii: " ")]
        spaced += text
        spaced.withUnsafeBufferPointer { apply(rest, to: $0, body) }
      }
    case .words(let pattern):
      let classified = ClassifiedText(text)
      var start = 0
      while start < text.count {
        let end = pattern.endOfWord(in: classified, from: start)
        let word = UnsafeBufferPointer(rebasing: text[start..<end])
        if rest.isEmpty { body(word) } else { apply(rest, to: word, body) }
        start = end
      }
    case .split(let splitter):
      for range in splitter.pieces(of: text) where !range.isEmpty {
        apply(rest, to: UnsafeBufferPointer(rebasing: text[range]), body)
      }
    }
  }
}

/// Cuts a text where something matches.
struct Splitter: Sendable {
  /// What is looked for.
  enum Pattern: Sendable {
    case literal([UInt8])
    /// The digits and numbers of any script, one by one.
    case digits
    case expression(RegularExpression)
  }

  /// What becomes of a match.
  enum Behavior: String, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
  }

  private typealias Piece = (range: Range<Int>, isMatch: Bool)

  var pattern: Pattern
  var behavior: Behavior
  /// Whether matches and what is between them change places.
  var isInverted = false

  /// The pieces of `text` in order.
  func pieces(of text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var all: [Piece] = []
    var done = 0
    for match in matches(in: text) {
      if done < match.lowerBound { all.append((done..<match.lowerBound, isInverted)) }
      all.append((match, !isInverted))
      done = match.upperBound
    }
    if done < text.count { all.append((done..<text.count, isInverted)) }
    switch behavior {
    case .isolated: return all.map(\.range)
    case .removed: return all.filter { !$0.isMatch }.map(\.range)
    case .contiguous: return Self.merged(all) { $0 == $1 }
    case .mergedWithPrevious: return Self.merged(all) { !$0 && $1 }
    case .mergedWithNext:
      // Seen from the end, a match joins the piece before it.
      return Self.merged(all.reversed()) { !$0 && $1 }.reversed()
    }
  }

  /// Joins a piece to the one before it where `joins` says so of the two being matches.
  private static func merged(
    _ pieces: [Piece], where joins: (_ previous: Bool, _ current: Bool) -> Bool
  ) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var previous = false
    for piece in pieces {
      if joins(previous, piece.isMatch), let last = result.last {
        result[result.count - 1] =
          min(
            last.lowerBound, piece.range.lowerBound)..<max(last.upperBound, piece.range.upperBound)
      } else {
        result.append(piece.range)
      }
      previous = piece.isMatch
    }
    return result
  }

  private func matches(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    switch pattern {
    case .literal(let bytes): Self.matches(of: bytes, in: text)
    case .digits: Self.digits(in: text)
    case .expression(let expression): expression.matches(in: text)
    }
  }

  private static func matches(
    of literal: [UInt8], in text: UnsafeBufferPointer<UInt8>
  ) -> [Range<Int>] {
    guard !literal.isEmpty else { return [] }
    var result: [Range<Int>] = []
    var position = 0
    while position + literal.count <= text.count {
      if literal.indices.allSatisfy({ text[position + $0] == literal[$0] }) {
        result.append(position..<position + literal.count)
        position += literal.count
      } else {
        position += 1
      }
    }
    return result
  }

  private static func digits(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    let classified = ClassifiedText(text)
    var result: [Range<Int>] = []
    var position = 0
    while position < text.count {
      let (found, length) = classified.character(at: position)
      if found.contains(.number) { result.append(position..<position + length) }
      position += length
    }
    return result
  }
}
