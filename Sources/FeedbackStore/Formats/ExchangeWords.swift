import Foundation
import RLHFCore

/// The words that formats have for the same things.
enum ExchangeWords {
  private static let ties: Set<String> = [
    "tie", "equal", "same", "draw", "both", "both good", "bothgood", "tie (both good)",
    "no preference",
  ]
  private static let bothBad: Set<String> = [
    "tie (bothbad)", "tie (both bad)", "bothbad", "both bad", "both_bad", "neither", "both are bad",
  ]

  /// The verdict that `word` stands for, where the two items have these names.
  static func verdict(_ word: String, names: [String]) -> Verdict? {
    let word = word.trimmingCharacters(in: .whitespacesAndNewlines)
    if let index = names.firstIndex(of: word), index < 2 { return index == 0 ? .first : .second }
    let lower = word.lowercased()
    if ties.contains(lower) { return .tie }
    if bothBad.contains(lower) { return .bothBad }
    if lower == "skip" || lower == "skipped" { return .skip }
    guard names.count == 2 else { return nil }
    let number = Int(lower)
    if let number { return [0: Verdict.tie, 1: .first, 2: .second][number] }
    switch place(of: word)?.index {
    case 1: return .first
    case 2: return .second
    default: return nil
    }
  }

  /// A name such as `response_a`, `answer2`, `left` or `imageB`, as what is before and the number of the place.
  static func place(of name: String) -> (stem: String, index: Int)? {
    let words: [(String, Int)] = [("left", 1), ("right", 2), ("first", 1), ("second", 2)]
    let lower = name.lowercased()
    for (word, index) in words where lower.hasSuffix(word) {
      let stem = String(lower.dropLast(word.count))
      if stem.isEmpty || stem.last == "_" || stem.last == "-" || stem.last == " " {
        return (stem, index)
      }
    }
    let digits = lower.reversed().prefix { $0.isASCII && $0.isNumber }
    if !digits.isEmpty, digits.count < 4, let index = Int(String(digits.reversed())) {
      return (String(lower.dropLast(digits.count)), index)
    }
    guard let last = name.last, let letter = lower.utf8.last, last.isASCII,
      (UInt8(ascii: "a")...UInt8(ascii: "h")).contains(letter)
    else { return nil }
    let before = name.dropLast().last
    guard
      before == nil || before == "_" || before == "-" || before == " "
        || (last.isUppercase && before?.isLowercase == true)
    else { return nil }
    return (String(lower.dropLast()), Int(letter - UInt8(ascii: "a")) + 1)
  }

  /// The criterion that a question, a control or a label of this name asks about.
  static func criterion(_ name: String) -> String {
    let general: Set<String> = [
      "preference", "preferences", "pref", "choice", "ranking", "rating", "rank", "comparison",
      "better", "label", "winner", "overall", "pairwise", "ranker", "score", "verdict", "tie",
    ]
    var name = name
    for ending in ["_rating", "-rating", "_ranking", "-ranking", "_tie", "-tie"]
    where name.count > ending.count && name.hasSuffix(ending) {
      name.removeLast(ending.count)
    }
    return general.contains(name.lowercased()) || name.isEmpty ? Criterion.overall.id : name
  }

  /// A time in ISO 8601, with or without fraction and zone, or in seconds since 1970.
  static func date(_ json: JSONValue?) -> Date? {
    if let seconds = json?.doubleValue {
      return seconds.magnitude < 1e11 ? Date(timeIntervalSince1970: seconds) : nil
    }
    guard var text = json?.stringValue, text.utf8.count < 64 else { return nil }
    if let seconds = Double(text), seconds.magnitude < 1e11 {
      return Date(timeIntervalSince1970: seconds)
    }
    text = text.replacing(" ", with: "T")
    var fraction = 0.0
    if let dot = text.firstIndex(of: ".") {
      let digits = text[text.index(after: dot)...].prefix { $0.isASCII && $0.isNumber }
      fraction = Double("0." + digits) ?? 0
      text.removeSubrange(dot..<digits.endIndex)
    }
    let clock = text.split(separator: "T").dropFirst().first ?? ""
    if !clock.contains("Z"), !clock.contains("+"), !clock.contains("-") { text += "Z" }
    return (try? Date(text, strategy: .iso8601))?.addingTimeInterval(fraction)
  }

  /// The time in ISO 8601, with milliseconds, of UTC.
  static func text(_ date: Date) -> String {
    date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  /// The name of whoever a field names: a string, a number, or an object with one.
  static func name(_ json: JSONValue?) -> String? {
    switch json {
    case .string(let name)?: return name.isEmpty ? nil : String(name.prefix(200))
    case .integer(let number)?: return String(number)
    case .object(let members)?:
      for key in ["email", "username", "name", "id", "uuid"] {
        if let name = name(members[key]) { return name }
      }
      return nil
    default: return nil
    }
  }
}

/// The members of a record: which of them are the prompt and the items.
struct ExchangeFields {
  let members: [String: JSONValue]
  /// The name of the prompt, where there is one.
  let promptName: String?
  /// The names of the items, in order.
  let itemNames: [String]

  private static let prompts = [
    "prompt_messages", "prompt", "question", "instruction", "query", "source", "context", "caption",
    "task", "input",
    "source-ref", "text",
  ]
  private static let singles = [
    "response", "completion", "artifact", "answer", "reply", "output", "item", "item_1",
    "generation",
    "image", "audio", "file_name", "source-ref", "text", "source",
  ]

  /// Finds them among those that hold text, messages or files.
  init(_ members: [String: JSONValue], ignoring ignored: Set<String> = []) {
    let shown = members.filter { key, value in
      guard !ignored.contains(key), !key.hasPrefix("model"), !key.hasPrefix("origin"), key != "id"
      else { return false }
      if value.stringValue != nil { return true }
      return value.arrayValue?.first?["role"] != nil || value["sha256"] != nil
        || value["type"]?.stringValue != nil
    }
    var groups: [String: [(Int, String)]] = [:]
    for key in shown.keys {
      guard let place = ExchangeWords.place(of: key) else { continue }
      groups[place.stem, default: []].append((place.index, key))
    }
    let best = groups.filter { $0.value.count > 1 }.max {
      ($0.value.count, $1.key) < ($1.value.count, $0.key)
    }
    var items = (best?.value ?? []).sorted { $0 < $1 }.map(\.1)
    let left = Set(shown.keys).subtracting(items)
    var prompt = Self.prompts.first { left.contains($0) }
    if items.isEmpty {
      let single =
        Self.singles.first { left.contains($0) && $0 != prompt }
        ?? (left.count == 2 && prompt != nil ? left.first { $0 != prompt } : nil)
      if let single {
        items = [single]
      } else if let only = prompt, left.count == 1 {
        (items, prompt) = ([only], nil)
      }
    }
    self.members = members
    promptName = prompt
    itemNames = items
  }

  /// The index of the item that `name` names: exactly, or by the same place.
  func item(named name: String) -> Int? {
    if let index = itemNames.firstIndex(of: name) { return index }
    guard let place = ExchangeWords.place(of: name) else { return nil }
    return itemNames.firstIndex { ExchangeWords.place(of: $0)?.index == place.index }
  }
}
