import GRDB
public import RLHFCore

extension FeedbackStore {
  /// Adds rankings by one rater; those that teach nothing, such as one with equal artifacts, are refused.
  ///
  /// The rankings of an imported rater are votes, and those of another rater stand until the rater orders the same
  /// artifacts anew.
  @discardableResult
  public func addRankings<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ rankings: [Ranking<Prompt, Artifact>], rater: String = "imported",
    kind: RaterKind = .imported, origin: String, round: Int = 0, split: SplitRule = .standard
  ) throws -> Tally {
    try add(
      rankings.map { FeedbackRecord.ranking($0) }, rater: rater, kind: kind, source: origin,
      round: round, split: split)
  }

  /// Adds ratings by one rater; one that is off its scale is refused.
  ///
  /// The ratings of an imported rater are votes, and those of another rater stand until the rater rates the same
  /// artifact on the same scale anew.
  @discardableResult
  public func addRatings<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ ratings: [Rating<Prompt, Artifact>], rater: String = "imported",
    kind: RaterKind = .imported, origin: String, round: Int = 0, split: SplitRule = .standard
  ) throws -> Tally {
    try add(
      ratings.map { FeedbackRecord.rating($0) }, rater: rater, kind: kind, source: origin,
      round: round, split: split)
  }

  /// The rankings that stand, in the order in which they were given.
  public func rankings<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    of criterion: String? = nil, split: Split? = nil
  ) throws -> [Ranking<Prompt, Artifact>] {
    try read { db in
      let prompts = PayloadReader<Prompt>("prompt", self)
      let artifacts = PayloadReader<Artifact>("artifact", self)
      let rows = try Row.fetchCursor(
        db, sql: Self.places, arguments: [criterion, split?.rawValue])
      var rankings: [Ranking<Prompt, Artifact>] = []
      var last: Int64?
      while let row = try rows.next() {
        let artifact = try artifacts.value(id: row["artifact"], json: row["artifactPayload"])
        if row["id"] == last, let index = rankings.indices.last {
          rankings[index].artifacts.append(artifact)
          continue
        }
        last = row["id"]
        rankings.append(
          Ranking(
            prompt: try prompts.value(id: row["prompt"], json: row["promptPayload"]),
            artifacts: [artifact], topCount: row["topCount"], weight: row["confidence"],
            criterion: row["criterion"]))
      }
      return rankings
    }
  }

  /// The ratings that stand and have a weight, in the order in which they were given.
  public func ratings<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    of criterion: String? = nil, split: Split? = nil
  ) throws -> [Rating<Prompt, Artifact>] {
    try read { db in
      let prompts = PayloadReader<Prompt>("prompt", self)
      let artifacts = PayloadReader<Artifact>("artifact", self)
      let rows = try Row.fetchCursor(
        db, sql: Self.rated, arguments: [criterion, split?.rawValue])
      return try rows.collect { row in
        Rating(
          prompt: try prompts.value(id: row["prompt"], json: row["promptPayload"]),
          artifact: try artifacts.value(id: row["artifact"], json: row["artifactPayload"]),
          value: row["value"],
          scale: try RatingScale(lowest: row["lowest"], highest: row["highest"]),
          weight: row["confidence"], criterion: row["criterion"])
      }
    }
  }

  private static let places = """
    SELECT rankings.id, rankings.topCount, rankings.confidence, rankings.criterion,
      prompts.id AS prompt, prompts.payload AS promptPayload,
      artifacts.id AS artifact, artifacts.payload AS artifactPayload
    FROM rankings
    JOIN prompts ON prompts.id = rankings.prompt
    JOIN places ON places.ranking = rankings.id
    JOIN artifacts ON artifacts.id = places.artifact
    WHERE NOT EXISTS (SELECT 1 FROM rankings AS later WHERE later.supersedes = rankings.id)
      AND (?1 IS NULL OR rankings.criterion = ?1)
      AND (?2 IS NULL OR prompts.split = ?2)
    ORDER BY rankings.id, places.place
    """

  private static let rated = """
    SELECT ratings.value, ratings.lowest, ratings.highest, ratings.confidence, ratings.criterion,
      prompts.id AS prompt, prompts.payload AS promptPayload,
      artifacts.id AS artifact, artifacts.payload AS artifactPayload
    FROM ratings
    JOIN artifacts ON artifacts.id = ratings.artifact
    JOIN prompts ON prompts.id = artifacts.prompt
    WHERE ratings.confidence > 0
      AND NOT EXISTS (SELECT 1 FROM ratings AS later WHERE later.supersedes = ratings.id)
      AND (?1 IS NULL OR ratings.criterion = ?1)
      AND (?2 IS NULL OR prompts.split = ?2)
    ORDER BY ratings.id
    """
}
