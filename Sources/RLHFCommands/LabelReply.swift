import FeedbackStore
import Foundation
import RLHFCore

/// What a line typed at a task in the terminal means.
enum LabelReply: Equatable {
  /// An answer, about the items as they are shown.
  case answer(StudioAnswer)
  /// Takes the last answer back.
  case undo
  /// Shows the keys.
  case help
  /// Ends the session.
  case quit

  /// The criteria of ratings, with their scales.
  typealias Scales = [StudioCriterion]

  /// Reads a line; throws `usage` where it is no answer to the task.
  static func parse(_ line: String, for task: Assignment, scales: Scales) throws -> LabelReply {
    let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
    switch text {
    case "u": return .undo
    case "?": return .help
    case "q": return .quit
    default: break
    }
    if text == "s" || text.hasPrefix("s ") {
      let reason = text.dropFirst().trimmingCharacters(in: .whitespaces)
      return .answer(StudioAnswer(.skip(reason: reason.isEmpty ? nil : reason)))
    }
    return .answer(StudioAnswer(try content(text, for: task, scales: scales)))
  }

  /// The keys of a task.
  static func keys(for task: Assignment, scales: Scales) -> String {
    let own =
      switch task.kind {
      case .pair: "1 A is better, 2 B is better, 3 equally good, 4 both bad"
      case .ranking: "a rank for each of A to \(letter(task.items.count - 1)), such as '1 2 2 3'"
      case .rating:
        scales.map { "\($0.title) from \(number($0.lowest)) to \(number($0.highest))" }
          .joined(separator: ", ") + (scales.count > 1 ? ", with spaces between" : "")
      case .labels:
        task.labels.enumerated().map { "\($0.offset + 1) \($0.element)" }.joined(separator: ", ")
          + ", with spaces between; 0 for none"
      case .realOrGenerated:
        task.items.count == 2 ? "1 A is real, 2 B is real" : "1 real, 2 generated"
      case .comment: "words about it"
      case .demonstration: "what should be answered, in one line"
      case .review: "1 accept, 2 reject"
      }
    return own + "; s skip (s REASON), u undo, q quit"
  }

  /// How an item is called.
  static func letter(_ index: Int) -> String {
    String(UnicodeScalar(UInt8(ascii: "A") + UInt8(clamping: min(max(index, 0), 25))))
  }

  private static func content(
    _ text: String, for task: Assignment, scales: Scales
  ) throws -> StudioAnswer.Content {
    func refuse() -> RLHFError {
      RLHFError(.usage, "that is no answer here; expected \(keys(for: task, scales: scales)).")
    }
    func choose<Value>(_ values: [String: Value]) throws -> Value {
      guard let value = values[text] else { throw refuse() }
      return value
    }
    let words = text.split(separator: " ").map(String.init)
    switch task.kind {
    case .pair:
      return .pair(try choose(["1": .first, "2": .second, "3": .tie, "4": .bothBad]))
    case .ranking:
      let ranks = words.compactMap { Int($0) }
      guard ranks.count == task.items.count, ranks.count == words.count else { throw refuse() }
      return .ranking(ranks)
    case .rating:
      let values = words.compactMap { Double($0) }
      guard values.count == scales.count, values.count == words.count,
        zip(values, scales).allSatisfy({ $1.lowest <= $0 && $0 <= $1.highest })
      else { throw refuse() }
      return .rating(Dictionary(uniqueKeysWithValues: zip(scales.map(\.id), values)))
    case .labels:
      if text == "0" { return .labels([]) }
      let places = words.compactMap { Int($0) }
      guard !places.isEmpty, places.count == words.count,
        places.allSatisfy({ (1...task.labels.count).contains($0) })
      else { throw refuse() }
      return .labels(places.map { task.labels[$0 - 1] })
    case .realOrGenerated:
      return .realOrGenerated(
        try task.items.count == 2
          ? choose(["1": .first, "2": .second]) : choose(["1": .real, "2": .generated]))
    case .comment:
      guard !text.isEmpty else { throw refuse() }
      return .comment(text)
    case .demonstration:
      guard !text.isEmpty else { throw refuse() }
      return .demonstration(text)
    case .review:
      return .review(
        try choose(["1": .accept, "2": .reject]), amended: nil, text: nil)
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(value)
  }
}
