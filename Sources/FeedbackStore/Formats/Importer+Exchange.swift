import Foundation
import GRDB
import RLHFCore

extension Importer {
  /// Adds the votes of records, each with its rater, and returns how many could be used.
  func add(
    _ parse: ExchangeParse, at line: Int, to writer: StoreWriter, _ context: StoreWriter.Context,
    _ options: ImportOptions, losses: inout FileImport
  ) throws -> Int {
    for reason in parse.losses {
      try lose(UnusableRecord(reason), at: line, options, &losses)
    }
    var used = 0
    for record in parse.records {
      var group: ContentHash?
      for vote in record.votes {
        do {
          for said in try domainRecords(vote, of: record, "\(losses.file):\(line)") {
            let prompt = try writer.payload(said.record.prompt)
            group = group ?? prompt.hash
            let addition = StoreWriter.Addition(
              prompt: prompt, group: group, vote: said.vote, origins: said.origins,
              rater: vote.rater ?? options.rater)
            try writer.add(said.record, addition, context)
          }
          used += 1
        } catch let error as UnusableRecord {
          try lose(error, at: line, options, &losses)
          if error == .alreadyStored { used += 1 }
        }
      }
    }
    return used
  }

  private struct Said {
    var record: FeedbackRecord<Prompt, Artifact>
    var vote: ExchangeVote
    var origins: [String?]
  }

  /// What a vote says in the domain's types; a ranking with ties is the comparisons of its items, which together
  /// weigh as much as the ranking.
  private func domainRecords(
    _ vote: ExchangeVote, of record: ExchangeRecord, _ place: String
  ) throws -> [Said] {
    func item(_ index: Int) throws -> JSONValue {
      guard record.items.indices.contains(index) else {
        throw UnusableRecord("an answer is about an item that is not there")
      }
      return ExchangeContent.json(record.items[index])
    }
    var line: [String: JSONValue] = [:]
    if !record.prompt.isEmpty { line["prompt"] = ExchangeContent.json(record.prompt) }
    line["criterion"] = .string(vote.criterion)
    var origins: [String?] = []
    switch vote.answer {
    case .verdict(let verdict, _):
      guard verdict != .skip else { throw UnusableRecord("the rater skipped the comparison") }
      guard record.items.count == 2 else {
        throw UnusableRecord("a choice of a side is not about two items")
      }
      line["chosen"] = try item(0)
      line["rejected"] = try item(1)
      origins = [record.origin(0), record.origin(1)]
    case .ranks(let ranks) where Set(ranks).count < ranks.count:
      return try tied(ranks, vote, of: record, place)
    case .ranks(let ranks):
      guard ranks.count == record.items.count, ranks.count > 1 else {
        throw UnusableRecord("a ranking leaves items out or repeats one")
      }
      let order = ranks.indices.sorted { ranks[$0] < ranks[$1] }
      line["completions"] = .array(try order.map(item))
      line["ranking"] = .array(order.indices.map { .integer($0 + 1) })
      origins = order.map(record.origin)
    case .rating(let index, let value, let scale):
      line["completion"] = try item(index)
      line["artifact"] = line["completion"]
      line["rating"] = .number(value)
      line["scale"] = [.number(scale.lowest), .number(scale.highest)]
      origins = [record.origin(index)]
    case .demonstration(let index):
      line["completion"] = try item(index)
      line["artifact"] = line["completion"]
      origins = [record.origin(index)]
    }
    return try parsed(.object(line), place).map { Said(record: $0, vote: vote, origins: origins) }
  }

  private func tied(
    _ ranks: [Int], _ vote: ExchangeVote, of record: ExchangeRecord, _ place: String
  ) throws -> [Said] {
    guard ranks.count == record.items.count else {
      throw UnusableRecord("a ranking leaves items out or repeats one")
    }
    let places = ranks.indices.flatMap { first in
      ranks.indices.dropFirst(first + 1).map { (first, $0) }
    }
    return try places.flatMap { first, second -> [Said] in
      var pair = record
      pair.items = [record.items[first], record.items[second]]
      pair.origins = [record.origin(first) ?? "", record.origin(second) ?? ""]
      var part = vote
      let verdict: Verdict =
        ranks[first] == ranks[second] ? .tie : ranks[first] < ranks[second] ? .first : .second
      part.answer = .verdict(verdict, margin: nil)
      part.weight = vote.weight / Double(places.count)
      part.order = nil
      return try domainRecords(part, of: pair, place)
    }
  }

  private func parsed(
    _ json: JSONValue, _ place: String
  ) throws -> [FeedbackRecord<Prompt, Artifact>] {
    do {
      return try parse(json)
    } catch let error as UnusableRecord {
      throw error
    } catch let error as RLHFError {
      throw InvalidLine(
        reason: "not of a form that the domain reads",
        error: RLHFError(error.code, "\(place): \(error.message)", cause: error.cause))
    } catch {
      throw InvalidLine(
        reason: "not of a form that the domain reads",
        error: RLHFError(
          .invalidData, "\(place): the record is not of the form that the domain reads.",
          cause: error))
    }
  }
}
