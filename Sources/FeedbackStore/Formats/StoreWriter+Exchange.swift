import Foundation
import GRDB
import RLHFCore

extension StoreWriter {
  /// What goes with a record of another program's file.
  struct Addition {
    /// The prompt of the record.
    var prompt: Payload
    /// What decides the split of a new prompt.
    var group: ContentHash?
    /// The vote.
    var vote: ExchangeVote
    /// The model that made each artifact of the record, in its order.
    var origins: [String?]
    /// The name of whoever said it.
    var rater: String
  }

  /// Adds a record with its own rater, of the kind `imported`, and what its file says beside.
  ///
  /// Where a person or a program of the store has that name, the name gets " (imported)" behind it; what they said
  /// themselves is not added again.
  func add<Prompt: Encodable, Artifact: Encodable>(
    _ record: FeedbackRecord<Prompt, Artifact>, _ addition: Addition, _ context: Context
  ) throws {
    var said: Verdict?
    if case .verdict(let verdict, _) = addition.vote.answer { said = verdict }
    try requireNew(
      record, by: addition.rater, criterion: addition.vote.criterion, verdict: said)
    let prompt = try prompt(addition.prompt, context, group: addition.group)
    func artifact(_ value: Artifact, _ index: Int) throws -> Int64 {
      var context = context
      if addition.origins.indices.contains(index), let origin = addition.origins[index] {
        context.source = origin
      }
      return try self.artifact(payload(value), for: prompt, context)
    }
    switch (record, addition.vote.answer) {
    case (.preference(let pair), .verdict(let verdict, let margin)):
      guard try payload(pair.chosen).hash != payload(pair.rejected).hash else {
        throw UnusableRecord.equalSides
      }
      try check(weight: addition.vote.weight, margin: margin ?? 0)
      let comparison = try comparison(
        prompt: prompt, first: artifact(pair.chosen, 0), second: artifact(pair.rejected, 1), context
      )
      let vote = Vote(
        verdict: verdict, margin: margin == 0 ? nil : margin, confidence: addition.vote.weight)
      let before = tally.judgments
      try crowdVote(
        vote, on: comparison, rater: importedRater(addition.rater),
        criterion: addition.vote.criterion)
      if tally.judgments > before { try note(addition.vote, in: "judgments") }
    case (.ranking(var ranking), _):
      ranking.weight = addition.vote.weight
      ranking.criterion = addition.vote.criterion
      for (index, value) in ranking.artifacts.enumerated() { _ = try artifact(value, index) }
      let before = tally.rankings
      _ = try importedRater(addition.rater)
      try add(
        ranking, rater: importedName(addition.rater), kind: .imported, context,
        prompt: addition.prompt, group: addition.group)
      if tally.rankings > before {
        try note(addition.vote, in: "rankings", row: lastRow(of: "rankings"))
      }
    case (.rating(var rating), _):
      rating.weight = addition.vote.weight
      rating.criterion = addition.vote.criterion
      _ = try artifact(rating.artifact, 0)
      let before = tally.ratings
      _ = try importedRater(addition.rater)
      try add(
        rating, rater: importedName(addition.rater), kind: .imported, context,
        prompt: addition.prompt, group: addition.group)
      if tally.ratings > before { try note(addition.vote, in: "ratings") }
    case (.demonstration(let sample), _):
      try demonstration(artifact: artifact(sample.artifact, 0), context)
    case (.prompt, _), (.preference, _):
      throw UnusableRecord("the domain reads the record as something else than it says")
    }
  }

  private func check(weight: Double, margin: Double) throws {
    guard weight >= 0, weight.isFinite, margin.isFinite else {
      throw UnusableRecord("label, margin or weight is out of range")
    }
  }

  private func importedRater(_ name: String) throws -> Int64 {
    try rater(importedName(name), .imported)
  }

  /// The name under which an imported rater is kept.
  func importedName(_ name: String) throws -> String {
    let kind = try String.fetchOne(
      database.cachedStatement(sql: "SELECT kind FROM raters WHERE name = ?"), arguments: [name])
    guard let kind, kind != RaterKind.imported.rawValue else { return name }
    return "\(name) (imported)"
  }

  private func lastRow(of table: String) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT max(id) FROM \(table)") ?? 0
  }

  /// Keeps when and how the vote was given, where its file says so.
  private func note(_ vote: ExchangeVote, in table: String, row: Int64? = nil) throws {
    let row = row ?? lastInsertedRow
    guard
      vote.created != nil || vote.seconds != nil || vote.order != nil || vote.comment != nil
    else { return }
    let said = vote.created.map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
    let shown = vote.order.map { JSONValue.array($0.map { .integer($0) }).description }
    try insert(
      """
      INSERT INTO particulars (opinion, row, said, seconds, shown, comment)
      VALUES (?, ?, ?, ?, ?, ?)
      """, [table, row, said, vote.seconds, shown, vote.comment])
  }
}
