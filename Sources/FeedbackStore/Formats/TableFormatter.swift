import Presentation
import RLHFCore

/// Writes a table with one row for each vote, of whatever kind; cells that a spreadsheet would compute are guarded
/// by an apostrophe.
struct TableFormatter: ExportFormatter {
  /// How many columns there are for items.
  let itemCount: Int

  var opening: String {
    let items = (1...itemCount).map { "item_\($0)" } + (1...itemCount).map { "origin_\($0)" }
    return CSVText.row(
      ["id", "kind", "criterion", "rater", "prompt"] + items + [
        "answer", "margin", "lowest", "highest", "weight", "order", "seconds", "created", "comment",
      ])
  }
  var separator: String { "" }
  var closing: String { "" }

  mutating func rows(of stored: StoredRecord, _ manifest: inout ExportManifest) throws -> [String] {
    let record = stored.record
    let blank = [String](repeating: "", count: max(itemCount - record.items.count, 0))
    return record.votes.map { vote in
      var (kind, answer, margin, lowest, highest) = ("pair", "", "", "", "")
      switch vote.answer {
      case .verdict(let verdict, let step):
        answer = verdict.rawValue
        margin = step.map { "\($0)" } ?? ""
      case .ranks(let ranks):
        kind = "ranking"
        answer = ranks.map(String.init).joined(separator: " ")
      case .rating(_, let value, let scale):
        kind = "rating"
        (answer, lowest, highest) = ("\(value)", "\(scale.lowest)", "\(scale.highest)")
      case .demonstration: kind = "demonstration"
      }
      let cells =
        [record.id, kind, vote.criterion, vote.rater ?? "", cell(record.prompt)]
        + record.items.map(cell) + blank + record.items.indices.map { record.origin($0) ?? "" }
        + blank
      return CSVText.row(
        cells + [
          answer, margin, lowest, highest, "\(vote.weight)",
          (vote.order ?? []).map(String.init).joined(separator: " "),
          vote.seconds.map { "\($0)" } ?? "", vote.created.map(ExchangeWords.text) ?? "",
          vote.comment ?? "",
        ])
    }
  }

  private func cell(_ blocks: [ContentBlock]) -> String {
    if ExchangeContent.isLongDialogue(blocks) { return ExchangeContent.json(blocks).description }
    if blocks.count == 1, let media = blocks.first?.media { return ExportMedia.path(media) }
    return ExchangeContent.text(blocks)
  }
}
