import Foundation
import Presentation
import RLHFCore

/// Reads records of Argilla.
///
/// Responses are by question as the SDK exports them, a list of submissions as the server has them, or columns
/// such as `pref.responses`. A ranking is a list of names or of `{"value", "rank"}`.
enum ArgillaReader {
  /// One answer to one question.
  private struct Response {
    var question: String
    var value: JSONValue
    var user: String?
    var status: String?
    var created: Date?
    var isSuggestion = false
  }

  static func parse(_ json: JSONValue, _ reading: ExchangeReading) throws -> ExchangeParse {
    guard let members = json.objectValue else {
      throw RLHFError(.invalidData, "found \(json.kind), expected a record of Argilla.")
    }
    let columns = members.filter { !$0.key.contains(".") }
    let fields = ExchangeFields(
      json["fields"]?.objectValue ?? columns,
      ignoring: json["fields"] == nil ? ["id", "status", "_server_id", "external_id"] : [])
    let content = try fields.content(reading)
    var parse = ExchangeParse()
    var record = ExchangeRecord(
      id: ExchangeWords.name(json["id"] ?? json["external_id"]) ?? "", prompt: content.prompt,
      items: content.items,
      origins: fields.itemNames.map { json["metadata"]?["model_\($0)"]?.stringValue ?? "" })
    let names = raters(json["metadata"]?["raters"])
    for response in try responses(members, suggestions: reading.takesSuggestions) {
      do {
        if response.status == "draft" || response.status == "discarded" {
          throw UnusableRecord(
            "an answer was \(response.status == "draft" ? "a draft" : "discarded")")
        }
        let answer = try answer(response, fields, json["metadata"]?["scale"], reading)
        record.votes.append(
          ExchangeVote(
            answer, criterion: ExchangeWords.criterion(response.question),
            rater: response.user.map { names[$0] ?? $0 }, created: response.created))
      } catch let error as UnusableRecord {
        parse.losses.append(error.reason)
      }
    }
    if record.votes.isEmpty, parse.losses.isEmpty {
      throw UnusableRecord("the record has no answers yet")
    }
    parse.records = [record]
    return parse
  }

  private static func answer(
    _ response: Response, _ fields: ExchangeFields, _ scale: JSONValue?, _ reading: ExchangeReading
  ) throws -> ExchangeVote.Answer {
    let names = fields.itemNames
    switch response.value {
    case .integer, .number:
      guard let value = response.value.doubleValue else { break }
      let item = names.count == 1 ? 0 : fields.item(named: response.question)
      guard let item else {
        throw UnusableRecord("a rating does not say which of several items it is about")
      }
      return try reading.rating(value, of: item, scale: scale)
    case .string(let word):
      if let verdict = ExchangeWords.verdict(word, names: names) {
        return .verdict(verdict, margin: nil)
      }
    case .array(let places):
      return try ranking(places, fields)
    default: break
    }
    throw UnusableRecord("an answer is neither a ranking, a rating nor the choice of a side")
  }

  private static func ranking(
    _ places: [JSONValue], _ fields: ExchangeFields
  ) throws -> ExchangeVote.Answer {
    let order = places.map { place in
      (place.stringValue ?? place["value"]?.stringValue).flatMap { fields.item(named: $0) }
    }
    let items = order.compactMap { $0 }
    guard items.count == order.count, !items.isEmpty else {
      throw UnusableRecord("an answer is neither a ranking, a rating nor the choice of a side")
    }
    var ranks = try exchangeRanks(order: items, count: fields.itemNames.count)
    let given = places.map { $0["rank"]?.integerValue }
    if given.contains(where: { $0 != nil }) {
      for (item, rank) in zip(items, given) {
        guard let rank, rank >= 1, rank <= 1000 else {
          throw UnusableRecord("a rank is missing or out of range")
        }
        ranks[item] = rank
      }
    }
    return try exchangeAnswer(ranks: ranks)
  }

  private static func responses(
    _ members: [String: JSONValue], suggestions takesSuggestions: Bool
  ) throws -> [Response] {
    var responses: [Response] = []
    switch members["responses"] {
    case .object(let questions)?:
      for (question, answers) in questions.sorted(by: { $0.key < $1.key }) {
        for answer in answers.arrayValue ?? [answers] {
          responses.append(response(question, answer["value"] ?? .null, answer))
        }
      }
    case .array(let submissions)?:
      for submission in submissions {
        for (question, value) in (submission["values"]?.objectValue ?? [:]).sorted(by: {
          $0.key < $1.key
        }) {
          responses.append(response(question, value["value"] ?? value, submission))
        }
      }
    default:
      for (key, answers) in members.sorted(by: { $0.key < $1.key })
      where key.hasSuffix(".responses") {
        let users = members[key + ".users"]?.arrayValue ?? []
        let states = members[key + ".status"]?.arrayValue ?? []
        for (index, value) in (answers.arrayValue ?? []).enumerated() {
          responses.append(
            Response(
              question: String(key.dropLast(10)), value: value,
              user: users.indices.contains(index) ? ExchangeWords.name(users[index]) : nil,
              status: states.indices.contains(index) ? states[index].stringValue : nil))
        }
      }
    }
    if responses.isEmpty, takesSuggestions { responses = suggestions(members) }
    return responses
  }

  private static func response(
    _ question: String, _ value: JSONValue, _ source: JSONValue
  ) -> Response {
    Response(
      question: question, value: value, user: ExchangeWords.name(source["user_id"]),
      status: source["status"]?.stringValue,
      created: ExchangeWords.date(source["updated_at"] ?? source["inserted_at"]))
  }

  private static func suggestions(_ members: [String: JSONValue]) -> [Response] {
    let given: [(String, JSONValue)] =
      switch members["suggestions"] {
      case .object(let questions)?: questions.map { ($0.key, $0.value) }
      case .array(let list)?:
        list.map { ($0["question_name"]?.stringValue ?? "preference", $0) }
      default:
        members.compactMap { key, value in
          guard key.hasSuffix(".suggestion") else { return nil }
          let agent = members[key + ".agent"] ?? .null
          return (String(key.dropLast(11)), ["value": value, "agent": agent])
        }
      }
    return given.sorted { $0.0 < $1.0 }.map { question, suggestion in
      Response(
        question: question, value: suggestion["value"] ?? .null,
        user: suggestion["agent"]?.stringValue ?? "suggestion")
    }
  }

  /// The names behind the ids that an export of this program gave to raters: `ID=name`.
  private static func raters(_ json: JSONValue?) -> [String: String] {
    let pairs = (json?.arrayValue ?? []).compactMap { entry -> (String, String)? in
      guard let text = entry.stringValue, let sign = text.firstIndex(of: "=") else { return nil }
      return (String(text[..<sign]), String(text[text.index(after: sign)...]))
    }
    return Dictionary(pairs, uniquingKeysWith: { $1 })
  }
}
