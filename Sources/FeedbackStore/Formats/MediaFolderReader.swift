import Foundation
import Presentation
import RLHFCore

/// Reads the lines of a media folder's `metadata.jsonl`.
///
/// - `file_name` with `rating` (and `scale`) or `label`: a rating; with neither, a demonstration.
/// - `chosen_file_name` and `rejected_file_name`, or two of `NAME_a_file_name` … with `winner`: a pair.
/// - `file_names` with `ranking`, the rank of each.
///
/// The prompt is `prompt`, `text` or `caption`; `rater`, `criterion`, `seconds` and `created` may stand beside.
enum MediaFolderReader {
  static func parse(_ json: JSONValue, _ reading: ExchangeReading) throws -> ExchangeParse {
    guard let members = json.objectValue else {
      throw RLHFError(.invalidData, "found \(json.kind), expected a JSON object.")
    }
    let prompt = json["prompt"] ?? json["text"] ?? json["caption"]
    var names: [String] = []
    var answer: ExchangeVote.Answer?
    if let chosen = json["chosen_file_name"], let rejected = json["rejected_file_name"] {
      names = try [chosen, rejected].map(path)
      answer = .verdict(.first, margin: try margin(json["margin"]))
    } else if let list = json["file_names"]?.arrayValue {
      names = try list.map(path)
      answer = try ranking(json["ranking"], names.count)
    } else if json["file_name"] != nil {
      names = [try path(json["file_name"])]
      answer = try single(json, reading)
    } else {
      let keys = members.keys.filter { $0.hasSuffix("_file_name") }.sorted()
      guard keys.count > 1 else {
        throw RLHFError(
          .invalidData,
          "found no 'file_name'; expected it, 'chosen_file_name' with 'rejected_file_name', or 'file_names'."
        )
      }
      names = try keys.map { try path(json[$0]) }
      let sides = keys.map { String($0.dropLast(10)) }
      answer = try pair(json["winner"] ?? json["verdict"], sides, json["margin"])
    }
    let items = try names.map { [ExchangeContent.media(try reading.media($0))] }
    guard let answer else { throw UnusableRecord("the line says nothing of its files") }
    let vote = ExchangeVote(
      answer, criterion: json["criterion"]?.stringValue ?? Criterion.overall.id,
      rater: ExchangeWords.name(json["rater"]), weight: json["weight"]?.doubleValue ?? 1,
      created: ExchangeWords.date(json["created"]), seconds: json["seconds"]?.doubleValue,
      comment: json["comment"]?.stringValue)
    let record = ExchangeRecord(
      id: ExchangeWords.name(json["id"]) ?? "", prompt: try ExchangeContent.blocks(of: prompt),
      items: items, origins: (json["origins"]?.arrayValue ?? []).map { $0.stringValue ?? "" },
      votes: [vote])
    return ExchangeParse(records: [record])
  }

  private static func path(_ json: JSONValue?) throws -> String {
    guard let path = json?.stringValue else {
      throw RLHFError(.invalidData, "a file name is \(json?.kind ?? "missing"); expected a string.")
    }
    return path
  }

  private static func margin(_ json: JSONValue?) throws -> Double? {
    guard let json, !json.isNull else { return nil }
    guard let margin = json.doubleValue, margin >= 0 else {
      throw UnusableRecord("the margin is negative or not a number")
    }
    return margin
  }

  private static func pair(
    _ winner: JSONValue?, _ sides: [String], _ margin: JSONValue?
  ) throws -> ExchangeVote.Answer {
    guard let word = ExchangeWords.name(winner),
      let verdict = ExchangeWords.verdict(word, names: sides), sides.count == 2
    else { throw UnusableRecord("the winner of a pair is missing or not known") }
    return .verdict(verdict, margin: try self.margin(margin))
  }

  private static func ranking(_ json: JSONValue?, _ count: Int) throws -> ExchangeVote.Answer {
    let ranks = (json?.arrayValue ?? []).compactMap(\.integerValue)
    guard ranks.count == count, ranks.allSatisfy({ (1...1000).contains($0) }) else {
      throw UnusableRecord("a rank is missing or out of range")
    }
    return try exchangeAnswer(ranks: ranks)
  }

  private static func single(
    _ json: JSONValue, _ reading: ExchangeReading
  ) throws -> ExchangeVote.Answer {
    if let value = (json["rating"] ?? json["score"])?.doubleValue {
      return try reading.rating(value, of: 0, scale: json["scale"])
    }
    if let label = json["label"] {
      guard let isGood = label.boolValue else {
        throw UnusableRecord("a classification with labels is no preference")
      }
      return .rating(item: 0, value: isGood ? 1 : 0, scale: .desirability)
    }
    return .demonstration(item: 0)
  }
}
