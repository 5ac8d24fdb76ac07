import Foundation
import Presentation
import RLHFCore

/// Reads tasks with annotations of Label Studio, and the flat JSON-MIN.
///
/// A result is known by its `type`, whatever its controls are called: `pairwise`, `ranker`, `rating`, or `choices`
/// that name a side or a tie.
enum LabelStudioReader {
  static func parse(_ json: JSONValue, _ reading: ExchangeReading) throws -> ExchangeParse {
    guard let members = json.objectValue else {
      throw RLHFError(.invalidData, "found \(json.kind), expected a task of Label Studio.")
    }
    guard let data = json["data"]?.objectValue else { return try flat(members, reading) }
    let annotations = (json["annotations"] ?? json["completions"])?.arrayValue ?? []
    let predictions = json["predictions"]?.arrayValue ?? []
    let isPredicted = annotations.isEmpty && reading.takesSuggestions
    guard !(isPredicted ? predictions : annotations).isEmpty else {
      throw UnusableRecord("the task has no annotations yet")
    }
    var task = try Task(data, reading)
    task.record.id = ExchangeWords.name(json["id"]) ?? ""
    for annotation in isPredicted ? predictions : annotations {
      guard annotation["was_cancelled"]?.boolValue != true else {
        task.losses.append("an annotation was cancelled")
        continue
      }
      let results = annotation["result"]?.arrayValue ?? []
      if results.isEmpty { task.losses.append("an annotation is empty") }
      var votes = results.compactMap { task.vote($0, reading) }
      // A tie is a choice beside a pairwise control that was left alone.
      if votes.contains(where: { task.isTie($0) }) {
        votes.removeAll { if case .verdict = $0.answer { !task.isTie($0) } else { false } }
      }
      let rater =
        isPredicted
        ? annotation["model_version"]?.stringValue ?? "prediction"
        : ExchangeWords.name(annotation["completed_by"])
      for var vote in votes {
        vote.rater = rater
        vote.created = ExchangeWords.date(annotation["created_at"])
        vote.seconds = seconds(annotation["lead_time"])
        task.record.votes.append(vote)
      }
    }
    return ExchangeParse(records: [task.record], losses: task.losses)
  }

  private static func seconds(_ json: JSONValue?) -> Double? {
    json?.doubleValue.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
  }

  /// JSON-MIN: the data and the answers side by side, by the names of the controls.
  private static func flat(
    _ members: [String: JSONValue], _ reading: ExchangeReading
  ) throws -> ExchangeParse {
    let own: Set<String> = [
      "id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "project",
    ]
    var data: [String: JSONValue] = [:]
    var answers: [(String, JSONValue)] = []
    for (key, value) in members.sorted(by: { $0.key < $1.key }) where !own.contains(key) {
      let word = value.stringValue?.lowercased()
      let isSide = word.map { $0 == "left" || $0 == "right" || $0 == "tie" || $0 == "both bad" }
      if isSide == true || value.doubleValue != nil || value["rank"] != nil {
        answers.append((key, value))
      } else {
        data[key] = value
      }
    }
    var task = try Task(data, reading)
    task.record.id = ExchangeWords.name(members["id"]) ?? ""
    guard !answers.isEmpty else { throw UnusableRecord("the task has no annotations yet") }
    for (name, value) in answers {
      let kind: (String, JSONValue) =
        value.stringValue != nil
        ? ("choices", ["choices": [value]])
        : value.doubleValue != nil ? ("rating", ["rating": value]) : ("ranker", ["ranker": value])
      let result: JSONValue = [
        "from_name": .string(name), "type": .string(kind.0), "value": kind.1,
      ]
      guard var vote = task.vote(result, reading) else { continue }
      vote.rater = ExchangeWords.name(members["annotator"])
      vote.created = ExchangeWords.date(members["created_at"])
      vote.seconds = seconds(members["lead_time"])
      task.record.votes.append(vote)
    }
    return ExchangeParse(records: [task.record], losses: task.losses)
  }

  /// What is judged, and the names by which results refer to it.
  private struct Task {
    var record: ExchangeRecord
    var losses: [String] = []
    private let names: [String]
    private let fields: ExchangeFields
    private let scale: JSONValue?

    init(_ data: [String: JSONValue], _ reading: ExchangeReading) throws {
      let fields = ExchangeFields(data, ignoring: ["id"])
      self.fields = fields
      scale = data["scale"]
      let lists = data.filter { $0.value.arrayValue?.first?["id"] != nil }
      guard let list = lists.min(by: { $0.key < $1.key })?.value.arrayValue else {
        names = fields.itemNames
        let content = try fields.content(reading)
        record = ExchangeRecord(prompt: content.prompt, items: content.items)
        record.origins = fields.itemNames.map { data["model_\($0)"]?.stringValue ?? "" }
        return
      }
      names = list.map { ExchangeWords.name($0["id"]) ?? "" }
      let items = try list.map { item in
        try reading.blocks(
          of: item["body"] ?? item["html"] ?? item["text"] ?? item["title"] ?? item["content"])
      }
      let prompt = fields.promptName ?? fields.itemNames.first
      record = ExchangeRecord(
        prompt: try prompt.map { try reading.blocks(of: data[$0]) } ?? [], items: items,
        origins: list.map { $0["model"]?.stringValue ?? "" })
    }

    func isTie(_ vote: ExchangeVote) -> Bool {
      if case .verdict(let verdict, _) = vote.answer {
        return verdict == .tie || verdict == .bothBad
      }
      return false
    }

    mutating func vote(_ result: JSONValue, _ reading: ExchangeReading) -> ExchangeVote? {
      do {
        let name = result["from_name"]?.stringValue ?? ""
        return ExchangeVote(
          try answer(result, reading),
          criterion: ExchangeWords.criterion(
            result["type"]?.stringValue == "rating" ? stem(name) : name))
      } catch {
        losses.append((error as? UnusableRecord)?.reason ?? "a result cannot be read")
        return nil
      }
    }

    /// The name of a control without the item that it is about.
    private func stem(_ name: String) -> String {
      guard record.items.count > 1, let place = ExchangeWords.place(of: name) else { return name }
      let stem = place.stem.hasSuffix("_") ? String(place.stem.dropLast()) : place.stem
      return stem
    }

    private func answer(
      _ result: JSONValue, _ reading: ExchangeReading
    ) throws -> ExchangeVote.Answer {
      let value = result["value"] ?? .null
      switch result["type"]?.stringValue {
      case "pairwise":
        switch value["selected"]?.stringValue {
        case "left" where names.count == 2: return .verdict(.first, margin: nil)
        case "right" where names.count == 2: return .verdict(.second, margin: nil)
        default: throw UnusableRecord("no side was chosen")
        }
      case "rating":
        guard let number = value["rating"]?.doubleValue else {
          throw UnusableRecord("a rating is not a number")
        }
        let named =
          fields.item(named: result["to_name"]?.stringValue ?? "")
          ?? fields.item(named: result["from_name"]?.stringValue ?? "")
        guard let item = record.items.count == 1 ? 0 : named else {
          throw UnusableRecord("a rating does not say which of several items it is about")
        }
        return try reading.rating(number, of: item, scale: scale)
      case "choices":
        guard let word = value["choices"]?[0]?.stringValue,
          let verdict = ExchangeWords.verdict(word, names: names)
        else { throw UnusableRecord("a classification with labels is no preference") }
        return .verdict(verdict, margin: nil)
      case "ranker": return try ranking(value["ranker"] ?? .null)
      default: throw UnusableRecord("a result is of a kind that is not about preferences")
      }
    }

    private func ranking(_ value: JSONValue) throws -> ExchangeVote.Answer {
      var tiers: [[JSONValue]] = []
      if let list = value.arrayValue {
        tiers = list.map { [$0] }
      } else {
        let buckets = (value.objectValue ?? [:]).filter { $0.key != "_" }
        if buckets.count == 1, let list = buckets.first?.value.arrayValue {
          tiers = list.map { [$0] }
        } else {
          let numbered = buckets.compactMap { key, ids in
            ExchangeWords.place(of: key).map { ($0.index, ids.arrayValue ?? []) }
          }
          guard numbered.count == buckets.count, !numbered.isEmpty else {
            throw UnusableRecord("the buckets of a ranker are not an order")
          }
          tiers = numbered.sorted { $0.0 < $1.0 }.map(\.1)
        }
      }
      var ranks = [Int](repeating: 0, count: names.count)
      var next = 1
      for tier in tiers {
        for id in tier {
          guard let name = ExchangeWords.name(id), let item = names.firstIndex(of: name),
            ranks[item] == 0
          else { throw UnusableRecord("a ranker names an item that is not there, or twice") }
          ranks[item] = next
        }
        next += tier.count
      }
      guard !ranks.contains(0) else {
        throw UnusableRecord("a ranking leaves items out or repeats one")
      }
      return try exchangeAnswer(ranks: ranks)
    }
  }
}
