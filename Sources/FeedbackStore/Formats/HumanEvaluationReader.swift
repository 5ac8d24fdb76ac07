import Foundation
import Presentation
import RLHFCore

/// Reads the output of a human evaluation of models by SageMaker or Bedrock: an input record, the responses of the
/// models, and the answers of the workers by method of rating.
enum HumanEvaluationReader {
  static func parse(_ json: JSONValue, _ reading: ExchangeReading) throws -> ExchangeParse {
    guard let input = json["inputRecord"] else {
      throw RLHFError(.invalidData, "'inputRecord' is missing; expected what was shown.")
    }
    let prompt = input["prompt"].map { $0["text"] ?? $0 }
    let responses =
      (json["modelResponses"] ?? input["responses"] ?? input["modelResponses"])?.arrayValue ?? []
    var record = ExchangeRecord(
      prompt: try reading.blocks(of: prompt),
      items: try responses.map { try reading.blocks(of: $0["response"] ?? $0["text"] ?? $0) },
      origins: responses.map { ExchangeWords.name($0["modelIdentifier"]) ?? "" })
    guard !record.items.isEmpty else { throw UnusableRecord("the record has no responses") }
    let result = json["humanEvaluationResult"] ?? json["evaluationResult"] ?? json
    let answers = (result["humanAnswers"] ?? json["humanAnswers"])?.arrayValue ?? []
    guard !answers.isEmpty else { throw UnusableRecord("the record has no answers yet") }
    let ids = responses.enumerated().map { index, response in
      ExchangeWords.name(response["modelResponseId"] ?? response["id"]) ?? String(index)
    }
    var parse = ExchangeParse()
    for answer in answers {
      let methods =
        (answer["answerContent"]?["evaluationResults"] ?? answer["evaluationResults"])?
        .objectValue ?? [:]
      if methods.isEmpty { parse.losses.append("an answer is empty") }
      for (method, metrics) in methods.sorted(by: { $0.key < $1.key }) {
        for metric in metrics.arrayValue ?? [metrics] {
          do {
            record.votes.append(
              ExchangeVote(
                try self.answer(method, metric, ids, reading),
                criterion: metric["metricName"]?.stringValue.map { $0.lowercased() }
                  ?? Criterion.overall.id,
                rater: ExchangeWords.name(answer["workerId"]),
                created: ExchangeWords.date(answer["submissionTime"]),
                seconds: answer["timeSpentInSeconds"]?.doubleValue))
          } catch let error as UnusableRecord {
            parse.losses.append(error.reason)
          }
        }
      }
    }
    parse.records = [record]
    return parse
  }

  private static func answer(
    _ method: String, _ metric: JSONValue, _ ids: [String], _ reading: ExchangeReading
  ) throws -> ExchangeVote.Answer {
    func item(_ id: JSONValue?) throws -> Int {
      if id == nil, ids.count == 1 { return 0 }
      guard let id = ExchangeWords.name(id), let index = ids.firstIndex(of: id) else {
        throw UnusableRecord("an answer names a response that is not there")
      }
      return index
    }
    let result = metric["result"] ?? .null
    switch method.lowercased() {
    case "thumbsupdown":
      guard let isGood = result.boolValue else { break }
      return .rating(
        item: try item(metric["modelResponseId"]), value: isGood ? 1 : 0, scale: .desirability)
    case "individuallikertscale":
      guard let value = result.doubleValue else { break }
      return try reading.rating(value, of: item(metric["modelResponseId"]))
    case "comparisonchoice":
      let chosen = try item(result["modelResponseId"] ?? result)
      guard ids.count == 2 else { break }
      return .verdict(chosen == 0 ? .first : .second, margin: nil)
    case "comparisonlikertscale":
      // 1 is strongly the left one, 3 neither, 5 strongly the right one.
      guard let value = result.doubleValue, (1...5).contains(value), ids.count == 2 else { break }
      let left = try item(metric["leftModelResponseId"] ?? .string(ids[0]))
      guard value != 3 else { return .verdict(.tie, margin: nil) }
      return .verdict((value < 3) == (left == 0) ? .first : .second, margin: abs(value - 3))
    case "comparisonrank":
      var ranks = [Int](repeating: 0, count: ids.count)
      for place in result.arrayValue ?? [] {
        guard let rank = place["rank"]?.integerValue, (1...1000).contains(rank) else {
          throw UnusableRecord("a rank is missing or out of range")
        }
        ranks[try item(place["modelResponseId"])] = rank
      }
      guard !ranks.contains(0) else {
        throw UnusableRecord("a ranking leaves items out or repeats one")
      }
      return try exchangeAnswer(ranks: ranks)
    default: break
    }
    throw UnusableRecord("an answer is neither a ranking, a rating nor the choice of a side")
  }
}
