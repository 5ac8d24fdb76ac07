import Presentation
import RLHFCore

/// Writes tasks with annotations of Label Studio, and beside them the labelling interface that shows them.
///
/// A pair is a `pairwise` result, a tie a choice beside it; a ranking is a `ranker` over a list; a rating has stars.
struct LabelStudioFormatter: ExportFormatter {
  private var raters: [String: Int] = [:]
  private var criteria: [String: Set<String>] = [:]
  private var tasks = 0
  private var annotations = 0

  var opening: String { "[\n" }
  var separator: String { ",\n" }
  var closing: String { "\n]\n" }

  mutating func rows(of stored: StoredRecord, _ manifest: inout ExportManifest) throws -> [String] {
    let record = stored.record
    var list: [JSONValue] = []
    var scale: JSONValue?
    for vote in record.votes {
      guard let result = result(vote, record.items.count, &manifest) else { continue }
      if case .rating(_, _, let given) = vote.answer, given != .five {
        scale = [.number(given.lowest), .number(given.highest)]
      }
      if vote.weight != 1 { manifest.simplify("a weight has no place in the format") }
      annotations += 1
      var annotation: [String: JSONValue] = [
        "id": .integer(annotations), "completed_by": completedBy(vote.rater ?? ""),
        "result": [result], "was_cancelled": false, "ground_truth": false,
        "lead_time": .number(orNull: vote.seconds),
      ]
      if let created = vote.created.map(ExchangeWords.text) {
        annotation["created_at"] = .string(created)
        annotation["updated_at"] = .string(created)
      }
      list.append(.object(annotation))
    }
    guard !list.isEmpty else { return [] }
    tasks += 1
    return [
      ExportJSON.object([
        ("id", .integer(tasks)), ("data", data(record, scale)), ("annotations", .array(list)),
        ("predictions", []),
      ])
    ]
  }

  private mutating func completedBy(_ name: String) -> JSONValue {
    let id = raters[name] ?? raters.count + 1
    raters[name] = id
    return ["id": .integer(id), "email": .string(name)]
  }

  private mutating func result(
    _ vote: ExchangeVote, _ count: Int, _ manifest: inout ExportManifest
  ) -> JSONValue? {
    let id = "result-\(annotations + 1)"
    func result(_ name: String, _ target: String, _ type: String, _ value: JSONValue) -> JSONValue {
      [
        "id": .string(id), "from_name": .string(name), "to_name": .string(target),
        "type": .string(type), "value": value,
      ]
    }
    let name = vote.criterion
    switch vote.answer {
    case .verdict(let verdict, let margin):
      if margin != nil { manifest.simplify("a margin has no place in the format") }
      criteria["pairwise", default: []].insert(name)
      if verdict == .first || verdict == .second {
        return result(name, name, "pairwise", ["selected": verdict == .first ? "left" : "right"])
      }
      return result(
        "\(name)_tie", "prompt", "choices",
        ["choices": [verdict == .bothBad ? "both bad" : "tie"]])
    case .ranks(let ranks):
      guard Set(ranks).count == ranks.count else {
        manifest.drop("a ranking with ties has no place in the format")
        return nil
      }
      criteria["ranker", default: []].insert(name)
      let order = ranks.indices.sorted { ranks[$0] < ranks[$1] }
      return result(
        name, "items", "ranker",
        ["ranker": .object([name: .array(order.map { .string("item_\($0 + 1)") })])])
    case .rating(_, let value, _):
      criteria["rating", default: []].insert(name)
      let number: JSONValue = Int(exactly: value).map { .integer($0) } ?? .number(value)
      return result("\(name)_rating", "response", "rating", ["rating": number])
    case .demonstration:
      manifest.drop("a demonstration has no place among annotations")
      return nil
    }
  }

  private func data(_ record: ExchangeRecord, _ scale: JSONValue?) -> JSONValue {
    func value(_ blocks: [ContentBlock]) -> JSONValue {
      if blocks.count == 1, let media = blocks.first?.media {
        return .string(ExportMedia.path(media))
      }
      return .string(ExchangeContent.text(blocks))
    }
    var data: [String: JSONValue] = ["prompt": value(record.prompt), "record": .string(record.id)]
    if record.prompt.isEmpty { data["prompt"] = nil }
    if ExchangeContent.isLongDialogue(record.prompt) {
      data["prompt_messages"] = ExchangeContent.json(record.prompt)
    }
    data["scale"] = scale
    if record.items.count > 2 {
      data["items"] = .array(
        record.items.enumerated().map { index, item in
          [
            "id": .string("item_\(index + 1)"), "body": value(item),
            "model": .string(record.origin(index) ?? ""),
          ]
        })
      return .object(data)
    }
    let names = record.items.count == 1 ? ["response"] : ["answer1", "answer2"]
    for (index, name) in names.enumerated() where record.items.indices.contains(index) {
      data[name] = value(record.items[index])
      if let origin = record.origin(index) { data["model_\(name)"] = .string(origin) }
    }
    return .object(data)
  }

  func companions(_ options: ExportOptions) -> [(ending: String, content: String)] {
    var lines = ["<View>", "  <Text name=\"prompt\" value=\"$prompt\"/>"]
    for name in (criteria["pairwise"] ?? []).sorted().map(Self.escaped) {
      lines += [
        "  <Pairwise name=\"\(name)\" toName=\"answer1,answer2\"/>",
        "  <Text name=\"answer1\" value=\"$answer1\"/>",
        "  <Text name=\"answer2\" value=\"$answer2\"/>",
        "  <Choices name=\"\(name)_tie\" toName=\"prompt\">",
        "    <Choice value=\"tie\"/><Choice value=\"both bad\"/>", "  </Choices>",
      ]
    }
    for name in (criteria["ranker"] ?? []).sorted().map(Self.escaped) {
      lines += [
        "  <List name=\"items\" value=\"$items\"/>",
        "  <Ranker name=\"\(name)\" toName=\"items\"/>",
      ]
    }
    for name in (criteria["rating"] ?? []).sorted().map(Self.escaped) {
      lines += [
        "  <Text name=\"response\" value=\"$response\"/>",
        "  <Rating name=\"\(name)_rating\" toName=\"response\" maxRating=\"5\"/>",
      ]
    }
    return [(".config.xml", (lines + ["</View>"]).joined(separator: "\n") + "\n")]
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
  }
}
