import Foundation
import Presentation
import RLHFCore

/// Reads augmented manifests of SageMaker Ground Truth: what was shown, `NAME` and `NAME-metadata`.
///
/// The label of two items is the index or the class name of the better one; that of one item is a number. Where
/// the metadata lists `worker-votes`, these count instead of the consolidated label.
enum GroundTruthReader {
  static func parse(_ json: JSONValue, _ reading: ExchangeReading) throws -> ExchangeParse {
    guard let members = json.objectValue else {
      throw RLHFError(.invalidData, "found \(json.kind), expected a line of a manifest.")
    }
    let labels = members.keys.filter { members[$0 + "-metadata"]?.objectValue != nil }.sorted()
    guard !labels.isEmpty else { throw UnusableRecord("the line has no label yet") }
    let own = Set(labels + labels.map { $0 + "-metadata" })
    let fields = ExchangeFields(members, ignoring: own)
    let content = try content(fields, reading)
    var record = ExchangeRecord(
      id: ExchangeWords.name(json["id"]) ?? "", prompt: content.prompt, items: content.items,
      origins: fields.itemNames.map { json["model-\($0)"]?.stringValue ?? "" })
    var parse = ExchangeParse()
    for label in labels {
      let metadata = members[label + "-metadata"] ?? .null
      if metadata["human-annotated"]?.stringValue == "no", !reading.takesSuggestions {
        parse.losses.append("a label was given by a machine")
        continue
      }
      let votes = metadata["worker-votes"]?.arrayValue ?? []
      for vote in votes.isEmpty ? [metadata] : votes {
        do {
          record.votes.append(
            try self.vote(
              vote, label, votes.isEmpty ? members[label] : vote["label"], metadata, fields,
              reading))
        } catch let error as UnusableRecord {
          parse.losses.append(error.reason)
        }
      }
    }
    parse.records = [record]
    return parse
  }

  private static func vote(
    _ vote: JSONValue, _ label: String, _ value: JSONValue?, _ metadata: JSONValue,
    _ fields: ExchangeFields, _ reading: ExchangeReading
  ) throws -> ExchangeVote {
    let answer = try answer(value, vote["class-name"]?.stringValue, metadata, fields, reading)
    let confidence = vote["confidence"]?.doubleValue ?? 1
    guard confidence >= 0, confidence <= 1 else {
      throw UnusableRecord("the confidence of a label is out of range")
    }
    return ExchangeVote(
      answer, criterion: metadata["criterion"]?.stringValue ?? ExchangeWords.criterion(label),
      rater: ExchangeWords.name(vote["worker-id"]) ?? ExchangeWords.name(metadata["job-name"]),
      weight: confidence,
      created: ExchangeWords.date(vote["creation-date"] ?? metadata["creation-date"]),
      seconds: vote["seconds"]?.doubleValue)
  }

  private static func answer(
    _ value: JSONValue?, _ name: String?, _ metadata: JSONValue, _ fields: ExchangeFields,
    _ reading: ExchangeReading
  ) throws -> ExchangeVote.Answer {
    let count = fields.itemNames.count
    if let ranks = value?.arrayValue?.map(\.integerValue), ranks.count == count, count > 1 {
      let numbers = ranks.compactMap { $0 }
      guard numbers.count == count, numbers.allSatisfy({ (1...1000).contains($0) }) else {
        throw UnusableRecord("a rank is missing or out of range")
      }
      return try exchangeAnswer(ranks: numbers)
    }
    if count == 2 {
      if let name, let verdict = ExchangeWords.verdict(name, names: fields.itemNames) {
        return .verdict(verdict, margin: nil)
      }
      switch value?.integerValue {
      case 0: return .verdict(.first, margin: nil)
      case 1: return .verdict(.second, margin: nil)
      default: break
      }
    }
    if count == 1, let number = name.flatMap(Double.init) ?? value?.doubleValue {
      return try reading.rating(number, of: 0, scale: metadata["scale"])
    }
    throw UnusableRecord("a classification with labels is no preference")
  }

  /// The prompt and the items; `source-ref` is a file beside the manifest.
  private static func content(
    _ fields: ExchangeFields, _ reading: ExchangeReading
  ) throws -> (prompt: [ContentBlock], items: [[ContentBlock]]) {
    func blocks(_ name: String) throws -> [ContentBlock] {
      guard name.hasSuffix("-ref"), let path = fields.members[name]?.stringValue else {
        return try reading.blocks(of: fields.members[name])
      }
      guard !path.contains("://") else {
        throw UnusableRecord("a file lies elsewhere; nothing is fetched")
      }
      return [ExchangeContent.media(try reading.media(path))]
    }
    guard !fields.itemNames.isEmpty else {
      throw UnusableRecord("the record has no field that looks like something to judge")
    }
    return (try fields.promptName.map(blocks) ?? [], try fields.itemNames.map(blocks))
  }
}
