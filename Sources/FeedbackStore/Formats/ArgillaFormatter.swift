import Foundation
import Presentation
import RLHFCore

/// Writes records of Argilla, as its SDK reads and writes them, and beside them the settings of their dataset.
///
/// Users are UUIDs there: each rater gets one made from the name, and the names stand in the metadata. A ranking with
/// ties is in the server's form, `{"value", "rank"}`.
struct ArgillaFormatter: ExportFormatter {
  /// How many fields the settings have for items.
  let mostItems: Int
  private var isChat: Bool?
  private var questions: [String: Set<String>] = [:]

  init(mostItems: Int) { self.mostItems = mostItems }

  var opening: String { "[\n" }
  var separator: String { ",\n" }
  var closing: String { "\n]\n" }

  mutating func rows(of stored: StoredRecord, _ manifest: inout ExportManifest) throws -> [String] {
    let record = stored.record
    let names = record.items.indices.map { "response_\($0 + 1)" }
    var responses: [String: [JSONValue]] = [:]
    var raters: Set<String> = []
    var scale: JSONValue?
    for vote in record.votes {
      let value: JSONValue
      var question = vote.criterion
      switch vote.answer {
      case .verdict(let verdict, let margin):
        if margin != nil { manifest.simplify("a margin has no place in the format") }
        if verdict == .bothBad { manifest.simplify("both bad is written as a tie") }
        let ranks = verdict == .first ? [1, 2] : verdict == .second ? [2, 1] : [1, 1]
        value = ranking(ranks, names)
        questions["ranking", default: []].insert(question)
      case .ranks(let ranks):
        value = ranking(ranks, names)
        questions["ranking", default: []].insert(question)
      case .rating(_, let number, let given):
        question += "_rating"
        value = Int(exactly: number).map { .integer($0) } ?? .number(number)
        scale = [.number(given.lowest), .number(given.highest)]
        questions["rating", default: []].insert(question)
      case .demonstration:
        manifest.drop("a demonstration has no place among answers")
        continue
      }
      if vote.weight != 1 { manifest.simplify("a weight has no place in the format") }
      if vote.seconds != nil { manifest.simplify("how long it took has no place in the format") }
      let rater = vote.rater ?? ""
      let id = Self.identity(rater)
      raters.insert("\(id)=\(rater)")
      responses[question, default: []].append(["value": value, "user_id": .string(id)])
    }
    guard !responses.isEmpty else { return [] }
    if isChat == nil { isChat = ExchangeContent.isDialogue(record.prompt) }
    var fields: [String: JSONValue] = ["prompt": prompt(record.prompt)]
    for (name, item) in zip(names, record.items) { fields[name] = field(item) }
    var metadata: [String: JSONValue] = [
      "raters": .array(raters.sorted().map { .string($0) })
    ]
    if let scale { metadata["scale"] = scale }
    for (index, name) in names.enumerated() {
      if let origin = record.origin(index) { metadata["model_\(name)"] = .string(origin) }
    }
    return [
      ExportJSON.object([
        ("id", .string(record.id)), ("fields", .object(fields)), ("metadata", .object(metadata)),
        ("suggestions", [:]), ("responses", .object(responses.mapValues { .array($0) })),
        ("vectors", [:]), ("status", "completed"), ("_server_id", .null),
      ])
    ]
  }

  private func ranking(_ ranks: [Int], _ names: [String]) -> JSONValue {
    let order = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    guard Set(ranks).count < ranks.count else { return .array(order.map { .string(names[$0]) }) }
    return .array(
      order.map { ["value": .string(names[$0]), "rank": .integer(ranks[$0])] })
  }

  /// A chat, in datasets whose first record has one; words otherwise.
  private func prompt(_ blocks: [ContentBlock]) -> JSONValue {
    guard isChat == true else { return field(blocks) }
    return .array(
      ExchangeContent.turns(blocks, role: "user").map {
        ["role": .string($0.role), "content": .string($0.text)]
      })
  }

  private func field(_ blocks: [ContentBlock]) -> JSONValue {
    if blocks.count == 1, let media = blocks.first?.media {
      return .string(ExportMedia.path(media))
    }
    return .string(ExchangeContent.text(blocks))
  }

  /// A UUID of version 8 made from a name.
  static func identity(_ name: String) -> String {
    var bytes = Array(ContentHash(of: Array("rater/\(name)".utf8)).bytes.prefix(16))
    bytes[6] = bytes[6] & 0x0f | 0x80
    bytes[8] = bytes[8] & 0x3f | 0x80
    let digits = ContentHash(digest: bytes).description
    let cuts = [0, 8, 12, 16, 20, 32]
    return zip(cuts, cuts.dropFirst()).map { start, end in
      String(digits.dropFirst(start).prefix(end - start))
    }.joined(separator: "-")
  }

  func companions(_ options: ExportOptions) -> [(ending: String, content: String)] {
    let items = (1...mostItems).map { "response_\($0)" }
    func field(_ name: String, _ type: String, _ isRequired: Bool) -> JSONValue {
      [
        "name": .string(name), "title": .string(name), "required": .bool(isRequired),
        "settings": type == "chat"
          ? ["type": "chat", "use_markdown": true] : ["type": "text", "use_markdown": true],
      ]
    }
    let rankings = (questions["ranking"] ?? []).sorted().map { name -> JSONValue in
      [
        "name": .string(name), "title": .string(options.question), "required": false,
        "settings": [
          "type": "ranking",
          "options": .array(items.map { ["value": .string($0), "text": .string($0)] }),
        ],
      ]
    }
    let ratings = (questions["rating"] ?? []).sorted().map { name -> JSONValue in
      [
        "name": .string(name), "title": .string(name), "required": false,
        "settings": [
          "type": "rating", "options": .array((1...5).map { ["value": .integer($0)] }),
        ],
      ]
    }
    let settings: JSONValue = [
      "guidelines": .string(options.question), "allow_extra_metadata": true,
      "fields": .array(
        [field("prompt", isChat == true ? "chat" : "text", true)]
          + items.enumerated().map { field($1, "text", $0 == 0) }),
      "questions": .array(rankings + ratings),
      "distribution": ["strategy": "overlap", "min_submitted": 1],
    ]
    return [(".settings.json", settings.description + "\n")]
  }
}
