import Foundation
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore

/// A prompt of turns, as a domain of dialogues has it.
struct Dialogue: Codable, Sendable, Hashable {
  struct Turn: Codable, Sendable, Hashable {
    var role: String
    var content: String
  }

  var messages: [Turn]

  init(_ question: String) { messages = [Turn(role: "user", content: question)] }

  init(json: JSONValue) throws {
    messages =
      try json.stringValue.map { [Turn(role: "user", content: $0)] } ?? json.decoded()
  }
}

extension Importer where Prompt == Dialogue, Artifact == String {
  /// Understands the lines that domains understand: pairs, rankings, ratings and demonstrations.
  static var dialogues: Importer<Dialogue, String> {
    Importer { json in
      guard let asked = json["prompt"] else { throw UnusableRecord("the prompt is empty") }
      let prompt = try Dialogue(json: asked)
      if let chosen = json["chosen"]?.stringValue, let rejected = json["rejected"]?.stringValue {
        return [
          .preference(
            PreferencePair(
              prompt: prompt, chosen: chosen, rejected: rejected,
              margin: json["margin"]?.doubleValue ?? 0))
        ]
      }
      if let made = json["completions"]?.arrayValue?.compactMap(\.stringValue) {
        return [.ranking(Ranking(prompt: prompt, artifacts: made))]
      }
      guard let made = json["completion"]?.stringValue else {
        throw RLHFError(.invalidData, "the artifact is missing.")
      }
      guard let value = json["rating"]?.doubleValue else {
        return [.demonstration(Demonstration(prompt: prompt, artifact: made))]
      }
      let ends = json["scale"]?.arrayValue?.compactMap(\.doubleValue) ?? [1, 5]
      return [
        .rating(
          Rating(
            prompt: prompt, artifact: made, value: value,
            scale: try RatingScale(lowest: ends[0], highest: ends[1])))
      ]
    }
  }
}

/// What a store holds of somebody's opinions, as text and in order: for comparing stores.
func opinions(
  of store: FeedbackStore, _ describe: (ExchangeVote) -> String = { "\($0.rater ?? "-")" }
) throws -> [String] {
  var lines: [String] = []
  try store.read { db in
    try StoredRecords(content: .plain).forEach(db) { stored in
      for vote in stored.record.votes {
        let texts = stored.record.items.map(ExchangeContent.text)
        let said =
          switch vote.answer {
          case .verdict(let verdict, _): "\(texts[0]) \(verdict) \(texts[1])"
          case .ranks(let ranks):
            zip(texts, ranks).sorted { $0.1 < $1.1 }.map { "\($0.1) \($0.0)" }.joined(
              separator: ", ")
          case .rating(_, let value, let scale):
            "\(texts[0]) = \(value) of \(scale.lowest)…\(scale.highest)"
          case .demonstration: "\(texts[0]) shown"
          }
        lines.append(
          "\(ExchangeContent.text(stored.record.prompt)): \(said) [\(vote.criterion)] "
            + describe(vote))
      }
    }
  }
  return lines.sorted()
}

/// Imports `content` under a file name and returns the summary with the opinions.
func imported(
  _ name: String, _ content: String, set: (inout ImportOptions) -> Void = { _ in }
) throws -> (summary: FileImport, opinions: [String], store: FeedbackStore) {
  let store = try FeedbackStore.inMemory()
  return try withFolder { folder in
    var options = ImportOptions()
    set(&options)
    let file = try folder.with(name, content.utf8)
    let summary = try Importer.dialogues.run([file], into: store, options: options)
    return (try #require(summary.files.first), try opinions(of: store), store)
  }
}
