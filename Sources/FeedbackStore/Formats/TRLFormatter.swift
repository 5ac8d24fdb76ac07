import Presentation
import RLHFCore

/// Writes what TRL's trainers read: preferences, or completions with a label.
///
/// A conversation is a list of messages, other prompts and replies are strings. Pictures and sounds are parts of the
/// messages, in the order of the paths in `images` and `audios` (TRL has no form for sounds; this one is ours). A
/// ranking is written as its pairs. All that TRL does not know stands under `meta`.
struct TRLFormatter: ExportFormatter {
  let form: ExportOptions.PreferenceForm
  let keepsTies: Bool
  /// Whether every row has a margin.
  let hasMargins: Bool

  mutating func rows(of stored: StoredRecord, _ manifest: inout ExportManifest) throws -> [String] {
    let record = stored.record
    return record.votes.flatMap { vote -> [String] in
      switch vote.answer {
      case .verdict(let verdict, let margin):
        return pair(record, vote, 0, 1, verdict, margin, &manifest)
      case .ranks(let ranks):
        if form == .unpaired {
          manifest.drop("a ranking has no place among single completions")
          return []
        }
        return ranks.indices.flatMap { first in
          ranks.indices.filter { ranks[first] < ranks[$0] }.flatMap {
            pair(record, vote, first, $0, .first, nil, &manifest)
          }
        }
      case .rating(let item, let value, let scale):
        guard form == .unpaired else {
          manifest.drop("a rating of one item has no place among pairs")
          return []
        }
        let position = scale.position(of: value)
        guard position != 0 else {
          manifest.drop("a rating in the middle of its scale is neither wanted nor unwanted")
          return []
        }
        return [completion(record, vote, item, position > 0)]
      case .demonstration:
        manifest.drop("a demonstration has no place among preferences")
        return []
      }
    }
  }

  private func pair(
    _ record: ExchangeRecord, _ vote: ExchangeVote, _ first: Int, _ second: Int, _ verdict: Verdict,
    _ margin: Double?, _ manifest: inout ExportManifest
  ) -> [String] {
    var orders = verdict == .second ? [(second, first)] : [(first, second)]
    if verdict != .first, verdict != .second {
      guard keepsTies, form != .unpaired else {
        manifest.drop(verdict == .bothBad ? "both were bad" : "a tie has no place in the format")
        return []
      }
      if verdict == .bothBad { manifest.simplify("both bad is written as a tie") }
      orders.append((second, first))
    }
    return orders.flatMap { chosen, rejected -> [String] in
      if form == .unpaired {
        return [
          completion(record, vote, chosen, true), completion(record, vote, rejected, false),
        ]
      }
      let isTie = orders.count > 1
      var row = members(record, [chosen, rejected])
      if hasMargins { row.append(("margin", .number(isTie ? 0 : margin ?? 0))) }
      row.append(("meta", meta(record, vote, [chosen, rejected], isTie: isTie)))
      return [ExportJSON.object(row)]
    }
  }

  private func completion(
    _ record: ExchangeRecord, _ vote: ExchangeVote, _ item: Int, _ isWanted: Bool
  ) -> String {
    var row = members(record, [item])
    row.append(("label", .bool(isWanted)))
    row.append(("meta", meta(record, vote, [item], isTie: false)))
    return ExportJSON.object(row)
  }

  /// The prompt and the items, under the names of the form.
  private func members(
    _ record: ExchangeRecord, _ items: [Int]
  ) -> [(String, JSONValue?)] {
    let shown = items.map { record.items[$0] }
    let media = (record.prompt + shown.flatMap { $0 }).compactMap { block -> ContentBlock? in
      block.media == nil ? nil : block
    }
    let isDialogue = ExchangeContent.isDialogue(record.prompt) || !media.isEmpty
    let names = items.count == 2 ? ["chosen", "rejected"] : ["completion"]
    var row: [(String, JSONValue?)] = []
    if form != .implicit, !record.prompt.isEmpty {
      row.append(
        (
          "prompt",
          isDialogue
            ? .array(messages(record.prompt, "user", media))
            : .string(ExchangeContent.text(record.prompt))
        ))
    }
    for (name, blocks) in zip(names, shown) {
      if isDialogue || ExchangeContent.isDialogue(blocks) {
        let head = form == .implicit ? messages(record.prompt, "user", media) : []
        row.append((name, .array(head + messages(blocks, "assistant", media))))
      } else {
        let head = form == .implicit ? ExchangeContent.text(record.prompt) : ""
        row.append((name, .string(joined(head, ExchangeContent.text(blocks)))))
      }
    }
    if !media.isEmpty {
      row.append(("images", .array(paths(media) { if case .image = $0 { true } else { false } })))
      row.append(("audios", .array(paths(media) { if case .audio = $0 { true } else { false } })))
    }
    return row
  }

  private func joined(_ prompt: String, _ reply: String) -> String {
    guard let last = prompt.last, let first = reply.first else { return prompt + reply }
    return prompt + (last.isWhitespace || first.isWhitespace ? "" : "\n") + reply
  }

  private func paths(
    _ media: [ContentBlock], where matches: (ContentBlock) -> Bool
  ) -> [JSONValue] {
    media.filter(matches).compactMap(\.media).map { .string(ExportMedia.path($0)) }
  }

  private func messages(
    _ blocks: [ContentBlock], _ role: String, _ media: [ContentBlock]
  ) -> [JSONValue] {
    if media.isEmpty {
      return ExchangeContent.turns(blocks, role: role).map {
        ["role": .string($0.role), "content": .string($0.text)]
      }
    }
    // Where one message has parts all have, so that a column is of one type.
    var result: [(role: String, parts: [JSONValue])] = []
    for block in blocks {
      let (speaker, part): (String?, JSONValue) =
        switch block {
        case .turn(let role, let text): (role, ["type": "text", "text": .string(text)])
        case .text(let text), .markdown(let text): (nil, ["type": "text", "text": .string(text)])
        case .image: (nil, ["type": "image"])
        case .audio: (nil, ["type": "audio"])
        }
      if speaker == nil, let last = result.indices.last {
        result[last].parts.append(part)
      } else {
        result.append((speaker ?? role, [part]))
      }
    }
    return result.map { ["role": .string($0.role), "content": .array($0.parts)] }
  }

  private func meta(
    _ record: ExchangeRecord, _ vote: ExchangeVote, _ items: [Int], isTie: Bool
  ) -> JSONValue {
    [
      "id": .string(record.id), "criterion": .string(vote.criterion),
      "rater": .string(vote.rater ?? ""), "weight": .number(vote.weight), "tie": .bool(isTie),
      "created": .string(orNull: vote.created.map(ExchangeWords.text)),
      "seconds": .number(orNull: vote.seconds),
      "order": .string((vote.order ?? []).map(String.init).joined(separator: " ")),
      "comment": .string(vote.comment ?? ""),
      "origins": .array(items.map { .string(record.origin($0) ?? "") }),
    ]
  }
}
