/// The regular expressions that tokenizer files cut text with, matched by backtracking.
///
/// Alternatives, groups, sets with categories, quantifiers (greedy, lazy, possessive), look-ahead, anchors and
/// `(?i:)`; anything else is refused when the expression is compiled. Back references and look-behind are not
/// known in such files.
struct RegularExpression: Sendable {
  /// How often something may stand in a row, and which number of times is tried first.
  enum Mode: Sendable { case greedy, lazy, possessive }

  /// A step of the compiled program.
  enum Instruction: Sendable {
    /// A character of a set, so many times in a row.
    case run(set: Int, least: Int, most: Int, Mode)
    /// Goes on at the first place, and at the second if that fails.
    case split(Int, Int)
    case jump(Int)
    /// Goes on after `end` if the part up to there does (not) match here.
    case look(end: Int, negated: Bool)
    /// Matches the part up to `end`, and never comes back to try it otherwise.
    case atomic(end: Int)
    case startOfText
    case endOfText
    case accept
  }

  /// The source.
  let source: String
  private let program: [Instruction]
  private let sets: [CharacterMatcher]

  init(source: String, program: [Instruction], sets: [CharacterMatcher]) {
    self.source = source
    self.program = program
    self.sets = sets
  }

  /// All matches from left to right, none of them empty.
  func matches(in bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    let text = ClassifiedText(bytes)
    var result: [Range<Int>] = []
    var stack: [Choice] = []
    var position = 0
    while position < text.count {
      if let end = match(text, from: position, at: 0, &stack), end > position {
        result.append(position..<end)
        position = end
      } else {
        position += text.scalar(at: position).length
      }
    }
    return result
  }

  /// Where the search can go on when something fails: at `instruction`, with the text from `position` on; a run
  /// can give back characters down to `least`, a lazy one can take more up to `most` times.
  private struct Choice {
    var instruction: Int
    var position: Int
    var least: Int
    var lazySet = -1
    var more = 0
  }

  /// The end of the match that begins at `start`.
  private func match(
    _ text: ClassifiedText, from start: Int, at first: Int, _ stack: inout [Choice]
  ) -> Int? {
    let floor = stack.count
    defer { stack.removeSubrange(floor...) }
    var position = start
    var place = first
    while true {
      var fails = false
      switch program[place] {
      case .accept: return position
      case .jump(let target): place = target
      case .split(let preferred, let other):
        stack.append(Choice(instruction: other, position: position, least: position))
        place = preferred
      case .startOfText:
        fails = position != 0
        place += 1
      case .endOfText:
        fails = position != text.count
        place += 1
      case .look(let end, let negated):
        let found = match(text, from: position, at: place + 1, &stack) != nil
        fails = found == negated
        place = end
      case .atomic(let end):
        if let reached = match(text, from: position, at: place + 1, &stack) {
          position = reached
        } else {
          fails = true
        }
        place = end
      case .run(let set, let least, let most, let mode):
        fails = !run(text, set, least, most, mode, &position, next: place + 1, &stack)
        place += 1
      }
      if fails {
        guard let choice = resume(text, floor: floor, &stack) else { return nil }
        (place, position) = choice
      }
    }
  }

  /// Takes as many characters as `mode` wants first, and remembers the other possibilities.
  @inline(__always)
  private func run(
    _ text: ClassifiedText, _ set: Int, _ least: Int, _ most: Int, _ mode: Mode,
    _ position: inout Int, next: Int, _ stack: inout [Choice]
  ) -> Bool {
    var count = 0
    var least_end = position
    let wanted = mode == .lazy ? least : most
    while count < wanted, position < text.count {
      let (value, length) = text.scalar(at: position)
      guard sets[set].contains(value) else { break }
      position += length
      count += 1
      if count == least { least_end = position }
    }
    if count < least { return false }
    if mode == .greedy, position > least_end {
      stack.append(Choice(instruction: next, position: position, least: least_end))
    } else if mode == .lazy, most > least {
      stack.append(
        Choice(
          instruction: next, position: position, least: position, lazySet: set,
          more: most - least))
    }
    return true
  }

  /// The next possibility that was left open.
  private func resume(
    _ text: ClassifiedText, floor: Int, _ stack: inout [Choice]
  ) -> (Int, Int)? {
    while stack.count > floor, var choice = stack.popLast() {
      if choice.lazySet >= 0 {
        guard choice.position < text.count else { continue }
        let (value, length) = text.scalar(at: choice.position)
        guard sets[choice.lazySet].contains(value) else { continue }
        choice.position += length
        choice.more -= 1
        if choice.more > 0 { stack.append(choice) }
        return (choice.instruction, choice.position)
      }
      if choice.position == choice.least { return (choice.instruction, choice.position) }
      choice.position = text.start(before: choice.position)
      if choice.position > choice.least { stack.append(choice) }
      return (choice.instruction, choice.position)
    }
    return nil
  }
}
