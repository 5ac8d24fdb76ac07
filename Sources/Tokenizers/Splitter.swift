/// Cuts a text where something matches.
struct Splitter: Sendable {
  /// What is looked for.
  enum Pattern: Sendable {
    case literal([UInt8])
    /// Characters of these classes, one by one.
    case characters(CharacterClass)
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
    case .characters(let classes): Self.characters(of: classes, in: text)
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

  private static func characters(
    of classes: CharacterClass, in text: UnsafeBufferPointer<UInt8>
  ) -> [Range<Int>] {
    let classified = ClassifiedText(text)
    var result: [Range<Int>] = []
    var position = 0
    while position < text.count {
      let (found, length) = classified.character(at: position)
      if !found.isDisjoint(with: classes) { result.append(position..<position + length) }
      position += length
    }
    return result
  }
}
