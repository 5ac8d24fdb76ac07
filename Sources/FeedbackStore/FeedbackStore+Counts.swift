import Foundation
import GRDB
import RLHFCore

extension FeedbackStore {
  /// How much the store holds.
  public func counts() throws -> FeedbackCounts {
    try read { db in
      var counts = FeedbackCounts()
      counts.prompts = try Self.bySplit(db, "prompts")
      counts.demonstrations = try Self.bySplit(
        db,
        """
        demonstrations JOIN artifacts ON artifacts.id = artifact
        JOIN prompts ON prompts.id = prompt WHERE \(Self.standingDemonstration)
        """)
      counts.comparisons = try Self.bySplit(
        db, "comparisons JOIN prompts ON prompts.id = comparisons.prompt")
      counts.pairs = try Self.bySplit(
        db,
        """
        judgments JOIN comparisons ON comparisons.id = comparison
        JOIN prompts ON prompts.id = comparisons.prompt
        WHERE verdict <> 'skip' AND \(Self.stands)
        """)
      counts.rankings = try Self.bySplit(
        db,
        """
        rankings JOIN prompts ON prompts.id = rankings.prompt
        WHERE EXISTS (SELECT 1 FROM places WHERE ranking = rankings.id) AND NOT EXISTS (
          SELECT 1 FROM rankings AS later WHERE later.supersedes = rankings.id)
        """)
      counts.ratings = try Self.bySplit(
        db,
        """
        ratings JOIN artifacts ON artifacts.id = artifact
        JOIN prompts ON prompts.id = artifacts.prompt
        WHERE ratings.confidence > 0 AND NOT EXISTS (
          SELECT 1 FROM ratings AS later WHERE later.supersedes = ratings.id)
        """)
      let judgments = "SELECT count(*) FROM judgments WHERE"
      counts.ties = try Self.number(
        db, "\(judgments) verdict IN ('tie', 'bothBad') AND \(Self.stands)")
      counts.skips = try Self.number(db, "\(judgments) verdict = 'skip' AND \(Self.stands)")
      counts.superseded = try Self.number(db, "\(judgments) supersedes IS NOT NULL")
      counts.artifacts = try Self.number(db, "SELECT count(*) FROM artifacts")
      counts.latestRound = try Int.fetchOne(db, sql: "SELECT max(round) FROM comparisons")
      let raters = try Row.fetchAll(
        db,
        sql: """
          SELECT name, kind, (
            SELECT count(*) FROM judgments WHERE rater = raters.id AND \(Self.stands)) AS judgments
          FROM raters ORDER BY name
          """)
      counts.raters = raters.compactMap { row in
        RaterKind(rawValue: row["kind"]).map {
          .init(rater: row["name"], kind: $0, judgments: row["judgments"])
        }
      }
      return counts
    }
  }

  /// The imports so far, in order.
  public func imports() throws -> [FileImport] {
    try read { db in
      try String.fetchAll(db, sql: "SELECT summary FROM imports ORDER BY id").map {
        try JSONDecoder().decode(FileImport.self, from: Data($0.utf8))
      }
    }
  }

  /// A demonstration that nobody wrote in the Studio, or behind which somebody who did still stands.
  static let standingDemonstration = """
    (NOT EXISTS (SELECT 1 FROM authors WHERE demonstration = demonstrations.id)
      OR EXISTS (
        SELECT 1 FROM authors WHERE demonstration = demonstrations.id AND stands AND NOT EXISTS (
          SELECT 1 FROM authors AS later WHERE later.demonstration = authors.demonstration
            AND later.rater = authors.rater AND later.id > authors.id)))
    """

  private static let stands =
    "NOT EXISTS (SELECT 1 FROM judgments AS later WHERE later.supersedes = judgments.id)"

  private static func number(_ db: Database, _ sql: String) throws -> Int {
    try Int.fetchOne(db, sql: sql) ?? 0
  }

  private static func bySplit(_ db: Database, _ rows: String) throws -> FeedbackCounts.BySplit {
    let train = "coalesce(sum(prompts.split = 'train'), 0)"
    guard let row = try Row.fetchOne(db, sql: "SELECT \(train), count(*) FROM \(rows)") else {
      return .init()
    }
    let (trained, all): (Int, Int) = (row[0], row[1])
    return .init(train: trained, heldOut: all - trained)
  }
}
