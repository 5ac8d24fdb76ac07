import Foundation
import RLHFCore

/// Writes battles of a chatbot arena: one line for each vote on a pair.
struct ArenaFormatter: ExportFormatter {
  mutating func rows(of stored: StoredRecord, _ manifest: inout ExportManifest) throws -> [String] {
    let record = stored.record
    return record.votes.compactMap { vote in
      guard case .verdict(let verdict, let margin) = vote.answer else {
        manifest.drop("only comparisons of two are battles")
        return nil
      }
      if margin != nil { manifest.simplify("a margin has no place in the format") }
      let winner =
        switch verdict {
        case .first: "model_a"
        case .second: "model_b"
        case .bothBad: "tie (bothbad)"
        case .tie, .skip: "tie"
        }
      let sides = record.items.map { item in
        let turns =
          ExchangeContent.turns(record.prompt, role: "user")
          + ExchangeContent.turns(item, role: "assistant")
        return JSONValue.array(
          turns.map { ["role": .string($0.role), "content": .string($0.text)] })
      }
      let asked = ExchangeContent.turns(record.prompt, role: "user").count { $0.role == "user" }
      return ExportJSON.object([
        ("question_id", .string(record.id)), ("model_a", .string(record.origin(0) ?? "")),
        ("model_b", .string(record.origin(1) ?? "")), ("winner", .string(winner)),
        ("judge", .string(vote.rater ?? "")), ("conversation_a", sides[0]),
        ("conversation_b", sides[1]), ("turn", .integer(max(asked, 1))), ("anony", true),
        ("language", "unknown"),
        ("tstamp", .number(orNull: vote.created?.timeIntervalSince1970)),
        ("criterion", .string(vote.criterion)),
      ])
    }
  }
}
