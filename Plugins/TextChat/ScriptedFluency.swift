import Foundation

/// How much a text reads like a collection of well-written ones.
struct ScriptedFluency: Sendable {
  /// The surprise, in nats per character, up to which a text counts as fluent.
  let limit: Double
  private let model: CharacterModel

  /// Fits a character model on three quarters of `texts`, and sets the limit by the others.
  init(texts: [String]) {
    let (seen, unseen) = (
      texts.enumerated().filter { $0.offset % 4 != 3 }.map(\.element),
      texts.enumerated().filter { $0.offset % 4 == 3 }.map(\.element)
    )
    model = CharacterModel(texts: seen)
    let surprises = unseen.map(model.surprise)
    let count = Double(surprises.count)
    let mean = surprises.reduce(0, +) / count
    let variance = surprises.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    limit = surprises.isEmpty ? .infinity : mean + 2 * variance.squareRoot()
  }

  /// The length up to which a text is too short for its mean surprise to say much.
  private static let shortLength = 100.0

  /// By how many nats per character `text` is more surprising than fluent texts are; 0 for a fluent one.
  ///
  /// Of a short text the excess is spread over ``shortLength`` characters.
  func excess(of text: String) -> Double {
    let share = min(1, Double(text.count) / Self.shortLength)
    return max(0, model.surprise(of: text) - limit) * share
  }
}

/// An n-gram model of characters, interpolated over shorter contexts (Witten and Bell 1991).
///
/// Numbers are read as one sign, so that a time of day is as likely as any other.
struct CharacterModel: Sendable {
  /// The length of the longest context, and one.
  let order: Int
  private var counts: [String: [Character: Int]] = [:]
  private var alphabet = Set<Character>()

  /// Counts the characters of `texts` in all contexts shorter than `order`.
  init(texts: [String], order: Int = 5) {
    self.order = order
    for text in texts {
      let characters = signs(of: text)
      alphabet.formUnion(characters)
      for position in (order - 1)..<characters.count {
        for length in 0..<order {
          let context = String(characters[(position - length)..<position])
          counts[context, default: [:]][characters[position], default: 0] += 1
        }
      }
    }
  }

  /// The mean surprise of a text, in nats per character; 0 for an empty one.
  func surprise(of text: String) -> Double {
    let characters = signs(of: text)
    guard characters.count > order - 1 else { return 0 }
    var total = 0.0
    for position in (order - 1)..<characters.count {
      var probability = 1 / Double(alphabet.count + 1)
      for length in 0..<order {
        let context = String(characters[(position - length)..<position])
        guard let next = counts[context] else { break }
        let kinds = Double(next.count)
        let sum = Double(next.values.reduce(0, +))
        probability =
          (Double(next[characters[position]] ?? 0) + kinds * probability) / (sum + kinds)
      }
      total -= log(probability)
    }
    return total / Double(characters.count - (order - 1))
  }

  /// The lower-case characters of a text after `order - 1` line breaks, each number as `0`.
  private func signs(of text: String) -> [Character] {
    var characters = [Character](repeating: "\n", count: order - 1)
    for character in text.lowercased() {
      let isNumber =
        character.isNumber || (characters.last == "0" && ":".contains(character))
      if !isNumber {
        characters.append(character)
      } else if characters.last != "0" {
        characters.append("0")
      }
    }
    return characters
  }
}
