import Foundation
import Presentation
import RLHFCore

/// Reads battles of a chatbot arena: two conversations and the winner.
enum ArenaReader {
  static func parse(_ json: JSONValue, _ reading: ExchangeReading) throws -> ExchangeParse {
    guard let winner = json["winner"]?.stringValue else {
      throw RLHFError(
        .invalidData, "'winner' is \(json["winner"]?.kind ?? "missing"); expected a string.")
    }
    let verdict: Verdict
    switch winner {
    case "model_a": verdict = .first
    case "model_b": verdict = .second
    case "tie": verdict = .tie
    case "tie (bothbad)", "bothbad": verdict = .bothBad
    default: throw UnusableRecord("the winner of a battle is none that is known")
    }
    let sides = try ["a", "b"].map { side in
      let content = json["conversation_\(side)"] ?? json["response_\(side)"]
      let blocks = try reading.blocks(of: content)
      guard !blocks.isEmpty else { throw UnusableRecord("a battle has no conversations") }
      return blocks
    }
    var (prompt, items) = ExchangeContent.split(dialogues: sides)
    if let given = json["prompt"] ?? json["question"], prompt.isEmpty {
      prompt = try reading.blocks(of: given)
      items = sides
    }
    let record = ExchangeRecord(
      id: ExchangeWords.name(json["question_id"]) ?? "", prompt: prompt, items: items,
      origins: ["model_a", "model_b"].map { json[$0]?.stringValue ?? "" },
      votes: [
        ExchangeVote(
          .verdict(verdict, margin: nil),
          criterion: json["criterion"]?.stringValue ?? Criterion.overall.id,
          rater: ExchangeWords.name(json["judge"]), created: ExchangeWords.date(json["tstamp"]))
      ])
    return ExchangeParse(records: [record])
  }
}
