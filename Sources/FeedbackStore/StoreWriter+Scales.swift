import Foundation
import GRDB
import RLHFCore

/// Adding rankings and ratings.
///
/// As with judgments, what an imported file says are the votes of a crowd; another rater orders a set of artifacts, or
/// rates one on a scale, once per criterion, and the latest word stands.
extension StoreWriter {
  /// Adds a ranking of artifacts.
  func add<Prompt: Encodable, Artifact: Encodable>(
    _ ranking: Ranking<Prompt, Artifact>, rater: String, kind: RaterKind, _ context: Context,
    prompt known: Payload?, group: ContentHash?
  ) throws {
    let payloads = try ranking.artifacts.map { try payload($0) }
    guard payloads.count > 1 else {
      throw UnusableRecord("a ranking has fewer than two artifacts")
    }
    guard Set(payloads.map(\.hash)).count == payloads.count else {
      throw UnusableRecord("a ranking has equal artifacts")
    }
    guard ranking.weight >= 0, ranking.weight.isFinite,
      ranking.topCount.map({ (1...payloads.count).contains($0) }) ?? true
    else { throw UnusableRecord("weight or number of places is out of range") }
    let prompt = try prompt(known ?? payload(ranking.prompt), context, group: group)
    let artifacts = try payloads.map { try artifact($0, for: prompt, context) }
    try self.ranking(
      of: artifacts, for: prompt, topCount: ranking.topCount, weight: ranking.weight,
      criterion: ranking.criterion, rater: self.rater(rater, kind), kind: kind, context)
  }

  /// Adds a ranking by rows, the best one first; one that `isWithdrawn` has no places and stands for the artifacts that
  /// nobody orders any longer.
  func ranking(
    of artifacts: [Int64], for prompt: Int64, topCount: Int? = nil, weight: Double = 1,
    isWithdrawn: Bool = false, criterion: String, rater: Int64, kind: RaterKind, _ context: Context
  ) throws {
    let subject = artifacts.sorted().map(String.init).joined(separator: " ")
    let content =
      isWithdrawn
      ? "withdrawn"
      : artifacts.map(String.init).joined(separator: " ") + "/\(topCount ?? 0)/\(weight)"
    let isNew = try opinion(
      in: "rankings", Opinion(subject: subject, content: content), rater: rater, kind: kind,
      criterion: criterion
    ) { supersedes in
      try insert(
        """
        INSERT INTO rankings (prompt, rater, criterion, topCount, confidence, subject, content,
          origin, round, supersedes, created)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          prompt, rater, criterion, topCount, isWithdrawn ? 0 : weight, subject, content,
          context.source, context.round, supersedes, created,
        ])
      let id = lastInsertedRow
      for (place, artifact) in (isWithdrawn ? [] : artifacts).enumerated() {
        try insert(
          "INSERT INTO places (ranking, place, artifact) VALUES (?, ?, ?)", [id, place, artifact])
      }
    }
    if isNew { tally.rankings += 1 }
  }

  /// Adds a rating of an artifact.
  func add<Prompt: Encodable, Artifact: Encodable>(
    _ rating: Rating<Prompt, Artifact>, rater: String, kind: RaterKind, _ context: Context,
    prompt known: Payload?, group: ContentHash?
  ) throws {
    guard rating.scale.contains(rating.value) else {
      throw UnusableRecord("a rating is off its scale")
    }
    guard rating.weight >= 0, rating.weight.isFinite else {
      throw UnusableRecord("the weight of a rating is out of range")
    }
    let prompt = try prompt(known ?? payload(rating.prompt), context, group: group)
    let artifact = try artifact(payload(rating.artifact), for: prompt, context)
    try self.rating(
      of: artifact, value: rating.value, scale: rating.scale, weight: rating.weight,
      criterion: rating.criterion, rater: self.rater(rater, kind), kind: kind, context)
  }

  /// Adds a rating by rows; one of weight 0 teaches nothing, and withdraws an earlier one.
  func rating(
    of artifact: Int64, value: Double, scale: RatingScale, weight: Double = 1, criterion: String,
    rater: Int64, kind: RaterKind, _ context: Context
  ) throws {
    let opinion = Opinion(
      subject: "\(artifact)/\(scale.lowest)/\(scale.highest)",
      content: "\(artifact)/\(scale.lowest)/\(scale.highest)/\(value)/\(weight)")
    let isNew = try self.opinion(
      in: "ratings", opinion, rater: rater, kind: kind, criterion: criterion
    ) { supersedes in
      try insert(
        """
        INSERT INTO ratings (artifact, rater, criterion, value, lowest, highest, confidence,
          subject, content, origin, round, supersedes, created)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          artifact, rater, criterion, value, scale.lowest, scale.highest, weight, opinion.subject,
          opinion.content, context.source, context.round, supersedes, created,
        ])
    }
    if isNew { tally.ratings += 1 }
  }

  /// What an opinion is about, and what it says of it.
  private struct Opinion {
    var subject: String
    var content: String
  }

  /// Lets `add` add an opinion unless it is known; it is handed the row that it takes the place of.
  private func opinion(
    in table: String, _ opinion: Opinion, rater: Int64, kind: RaterKind, criterion: String,
    add: (Int64?) throws -> Void
  ) throws -> Bool {
    let standing = try standing(
      in: table, subject: opinion.subject, rater: rater, criterion: criterion)
    var supersedes: Int64?
    if kind == .imported {
      let before = countVote("\(table)/\(rater)/\(criterion)/\(opinion.content)")
      if standing.count(where: { $0.content == opinion.content }) > before {
        tally.known += 1
        return false
      }
      if before > 0 { tally.repeated += 1 }
    } else if let earlier = standing.last {
      if earlier.content == opinion.content {
        tally.known += 1
        return false
      }
      tally.amended += 1
      supersedes = earlier.id
    }
    try add(supersedes)
    return true
  }
}
