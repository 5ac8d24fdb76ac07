import Presentation
import RLHFCore

/// Writes the `metadata.jsonl` of a media folder, one line for each vote on files.
struct MediaFolderFormatter: ExportFormatter {
  mutating func rows(of stored: StoredRecord, _ manifest: inout ExportManifest) throws -> [String] {
    let record = stored.record
    let media = record.items.map { $0.count == 1 ? $0.first?.media : nil }
    let names = media.compactMap { $0 }.map { JSONValue.string(ExportMedia.path($0)) }
    guard names.count == media.count else {
      manifest.drop("the items are no files", record.votes.count)
      return []
    }
    return record.votes.map { vote in
      var row: [(String, JSONValue?)]
      switch vote.answer {
      case .verdict(let verdict, let margin):
        let words: [Verdict: String] = [
          .first: "a", .second: "b", .tie: "tie", .bothBad: "both bad", .skip: "skip",
        ]
        row = [
          ("a_file_name", names[0]), ("b_file_name", names[1]),
          ("winner", .string(words[verdict] ?? "skip")),
          ("margin", margin.map { .number($0) }),
        ]
      case .ranks(let ranks):
        row = [
          ("file_names", .array(names)), ("ranking", .array(ranks.map { .integer($0) })),
        ]
      case .rating(let item, let value, let scale):
        row = [
          ("file_name", names[item]), ("rating", .number(value)),
          ("scale", [.number(scale.lowest), .number(scale.highest)]),
        ]
      case .demonstration(let item): row = [("file_name", names[item])]
      }
      let prompt =
        ExchangeContent.isLongDialogue(record.prompt)
        ? ExchangeContent.json(record.prompt) : .string(ExchangeContent.text(record.prompt))
      row += [
        ("prompt", prompt), ("criterion", .string(vote.criterion)),
        ("rater", vote.rater.map { .string($0) }), ("weight", .number(vote.weight)),
        ("created", vote.created.map { .string(ExchangeWords.text($0)) }),
        ("seconds", vote.seconds.map { .number($0) }),
        ("comment", vote.comment.map { .string($0) }),
        ("origins", .array(record.items.indices.map { .string(record.origin($0) ?? "") })),
      ]
      return ExportJSON.object(row)
    }
  }
}
