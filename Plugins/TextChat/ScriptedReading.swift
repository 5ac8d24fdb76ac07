import Foundation

/// A text as scripted raters and judges read it: lower-case words and numbers, and sentences.
///
/// A word is a run of letters and digits with the marks inside it, so `9:30`, `child's` and `3.5` are one word
/// each; a currency or degree sign is a word of its own. A sentence ends at `.`, `!` or `?` before white space.
public struct ScriptedReading: Sendable {
  /// The text.
  public let text: String
  /// Its words, in lower case.
  public let words: [String]
  /// The words of each sentence.
  public let sentences: [[String]]
  /// Whether the last sentence has its end mark.
  public let endsProperly: Bool
  /// How many sentences begin with a lower-case letter.
  public let uncapitalized: Int

  /// Reads `text`.
  public init(_ text: String) {
    self.text = text
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    var pieces: [Substring] = []
    var start = trimmed.startIndex
    for index in trimmed.indices where ".!?".contains(trimmed[index]) {
      let next = trimmed.index(after: index)
      guard next == trimmed.endIndex || trimmed[next].isWhitespace else { continue }
      pieces.append(trimmed[start..<next])
      start = next
    }
    if start < trimmed.endIndex { pieces.append(trimmed[start...]) }
    sentences = pieces.map { Self.words(of: $0) }.filter { !$0.isEmpty }
    words = sentences.flatMap { $0 }
    endsProperly = trimmed.last.map { ".!?".contains($0) } ?? false
    uncapitalized =
      pieces.count { piece in piece.first { !$0.isWhitespace }?.isLowercase ?? false }
  }

  /// Whether the words of `phrase` occur one after the other.
  public func states(_ phrase: String) -> Bool {
    Self.occurs(Self.words(of: phrase), in: words)
  }

  /// Whether one of the forms of `fact`, separated by `|`, occurs.
  public func states(fact: String) -> Bool {
    Self.forms(of: fact).contains { states($0) }
  }

  /// The words that hold a digit.
  public var numbers: [String] {
    words.filter { $0.contains { $0.isNumber } }
  }

  /// The forms of a fact.
  static func forms(of fact: String) -> [String] {
    fact.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
  }

  /// Whether `phrase` is a run of `words`.
  static func occurs(_ phrase: [String], in words: [String]) -> Bool {
    guard !phrase.isEmpty, phrase.count <= words.count else { return false }
    return (0...(words.count - phrase.count)).contains { start in
      words[start..<(start + phrase.count)].elementsEqual(phrase)
    }
  }

  /// The share of `words`' runs of `length` that occurred before.
  static func repeatedShare(of words: [String], length: Int) -> Double {
    guard words.count > length else { return 0 }
    let runs = (0...(words.count - length)).map { Array(words[$0..<($0 + length)]) }
    return Double(runs.count - Set(runs).count) / Double(runs.count)
  }

  /// The lower-case words of a text.
  static func words(of text: some StringProtocol) -> [String] {
    let characters = Array(text.lowercased())
    var words: [String] = []
    var current = ""
    for (index, character) in characters.enumerated() {
      let isInside = index > 0 && index + 1 < characters.count
      if character.isLetter || character.isNumber {
        current.append(character)
      } else if ":.,'’".contains(character), isInside, !current.isEmpty,
        joins(characters[index - 1], character, characters[index + 1])
      {
        current.append(character == "’" ? "'" : character)
      } else {
        if !current.isEmpty { words.append(current) }
        current = ""
        if "°€$£%".contains(character) { words.append(String(character)) }
      }
    }
    if !current.isEmpty { words.append(current) }
    return words
  }

  /// Whether `mark` belongs to the word around it.
  private static func joins(_ before: Character, _ mark: Character, _ after: Character) -> Bool {
    "'’".contains(mark)
      ? before.isLetter && after.isLetter : before.isNumber && after.isNumber
  }
}
