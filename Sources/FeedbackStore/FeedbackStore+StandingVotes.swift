import GRDB
public import RLHFCore

/// A judgment that stands and says something, of a person or of a rater of an imported file, without what it is about.
public struct StandingVote: Sendable, Hashable {
  /// The row of the judgment.
  public var judgment: Int64
  /// The row of the rater.
  public var rater: Int64
  /// The criterion, by its id.
  public var criterion: String
  /// The row of the artifact that is first in canonical order.
  public var first: Int64
  /// The row of the other artifact.
  public var second: Int64
  /// What was said.
  public var verdict: Verdict
  /// How far it is trusted.
  public var confidence: Double
  /// The order in which the sides were shown; `nil` where the imported file does not say, and for people of the Studio,
  /// whose answers do.
  public var shown: [Int]?
}

extension FeedbackStore {
  /// The judgments of people and of the raters of imported files that stand and say something, in order.
  ///
  /// Those with a soft label are left out: they are what somebody made of votes, not votes.
  public func standingVotes() throws -> [StandingVote] {
    try read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT judgments.id, rater, criterion, first, second, verdict, confidence, shown
          FROM judgments
          JOIN comparisons ON comparisons.id = comparison
          JOIN raters ON raters.id = rater
          LEFT JOIN particulars ON opinion = 'judgments' AND row = judgments.id
          WHERE kind IN ('person', 'imported') AND verdict <> 'skip' AND label IS NULL
            AND NOT EXISTS (SELECT 1 FROM judgments AS later WHERE later.supersedes = judgments.id)
          ORDER BY judgments.id
          """)
      return try rows.collect { row in
        let shown: String? = row["shown"]
        return StandingVote(
          judgment: row["id"], rater: row["rater"], criterion: row["criterion"],
          first: row["first"], second: row["second"],
          verdict: Verdict(rawValue: row["verdict"]) ?? .skip, confidence: row["confidence"],
          shown: try shown.flatMap {
            try JSONValue(parsing: $0).arrayValue?.compactMap(\.integerValue)
          })
      }
    }
  }

  /// How many people and raters of imported files judged a comparison.
  public func votingRaters() throws -> Int {
    try read { db in
      try Int.fetchOne(
        db,
        sql: """
          SELECT count(*) FROM raters WHERE kind IN ('person', 'imported') AND EXISTS (
            SELECT 1 FROM judgments WHERE rater = raters.id AND verdict <> 'skip')
          """) ?? 0
    }
  }

  /// A number that is another one whenever something was said since: what was computed of it before is out of date.
  public func revision() throws -> StoreRevision {
    try read { db in
      func last(_ table: String) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT max(id) FROM \(table)") ?? 0
      }
      return try StoreRevision(
        judgments: last("judgments"), rankings: last("rankings"), ratings: last("ratings"),
        answers: last("answers"), tasks: last("tasks"))
    }
  }
}

/// How far a store has come: the last row of each table of what was asked and said, which only ever grow.
public struct StoreRevision: Sendable, Hashable {
  var judgments: Int64
  var rankings: Int64
  var ratings: Int64
  var answers: Int64
  var tasks: Int64
}
