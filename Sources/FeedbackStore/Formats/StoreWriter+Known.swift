import Foundation
import GRDB
import RLHFCore

extension UnusableRecord {
  /// What a store's own export says when it is read back.
  static let alreadyStored = UnusableRecord("the vote is in the store already")
}

/// Recognising what a file says as something that a rater of this store said: an export that comes back.
///
/// Superseded votes count: an export from before a rater changed their mind adds nothing either.
extension StoreWriter {
  /// Throws ``UnusableRecord/alreadyStored`` where `rater`, who is no rater of an imported file, said so before.
  ///
  /// Nothing is added. `verdict` says what is said of a preference; where there is none, its label does.
  func requireNew<Prompt: Encodable, Artifact: Encodable>(
    _ record: FeedbackRecord<Prompt, Artifact>, by rater: String, criterion: String,
    verdict: Verdict? = nil
  ) throws {
    guard let rater = try ownRaters.get()[rater] else { return }
    func rows(_ prompt: Prompt, _ artifacts: [Artifact]) throws -> [Int64]? {
      let prompt = try payload(prompt)
      let found = try artifacts.compactMap { try artifactRow(payload($0), prompt) }
      return found.count == artifacts.count ? found : nil
    }
    let isKnown: Bool
    switch record {
    case .prompt, .demonstration: return
    case .preference(let pair):
      guard let sides = try rows(pair.prompt, [pair.chosen, pair.rejected]) else { return }
      let said = verdict ?? (pair.isTie ? .tie : pair.label > 0.5 ? .first : .second)
      isKnown = try hasJudged(sides[0], sides[1], said, rater, criterion)
    case .ranking(let ranking):
      guard let places = try rows(ranking.prompt, ranking.artifacts) else { return }
      isKnown = try hasRanked(places, rater, criterion)
    case .rating(let rating):
      guard let item = try rows(rating.prompt, [rating.artifact]) else { return }
      isKnown = try exists(
        "SELECT 1 FROM ratings WHERE artifact = ? AND value = ? AND rater = ? AND criterion = ?",
        [item[0], rating.value, rater, criterion])
    }
    if isKnown { throw UnusableRecord.alreadyStored }
  }

  private func artifactRow(_ artifact: Payload, _ prompt: Payload) throws -> Int64? {
    try Int64.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT artifacts.id FROM artifacts JOIN prompts ON prompts.id = artifacts.prompt
          WHERE prompts.hash = ? AND artifacts.hash = ?
          """),
      arguments: [Data(prompt.hash.bytes), Data(artifact.hash.bytes)])
  }

  /// Whether a rater said so of two artifacts, whichever stood first, or ordered them so in a ranking.
  private func hasJudged(
    _ first: Int64, _ second: Int64, _ verdict: Verdict, _ rater: Int64, _ criterion: String
  ) throws -> Bool {
    func words(_ verdict: Verdict) -> String {
      // Formats without a place for both bad write a tie.
      verdict.sides == 0 ? "('tie', 'bothBad')" : "('\(verdict.rawValue)')"
    }
    for (one, other, said) in [(first, second, verdict), (second, first, verdict.swapped)] {
      let isJudged = try exists(
        """
        SELECT 1 FROM judgments JOIN comparisons ON comparisons.id = comparison
        WHERE first = ? AND second = ? AND rater = ? AND criterion = ? AND verdict IN \(words(said))
        """, [one, other, rater, criterion])
      if isJudged { return true }
      guard said == .first else { continue }
      let isRanked = try exists(
        """
        SELECT 1 FROM places AS better JOIN places AS worse ON worse.ranking = better.ranking
        JOIN rankings ON rankings.id = better.ranking
        WHERE better.artifact = ? AND worse.artifact = ? AND better.place < worse.place
          AND rater = ? AND criterion = ?
        """, [one, other, rater, criterion])
      if isRanked { return true }
    }
    return false
  }

  private func hasRanked(_ artifacts: [Int64], _ rater: Int64, _ criterion: String) throws -> Bool {
    let subject = artifacts.sorted().map(String.init).joined(separator: " ")
    let order = artifacts.map(String.init).joined(separator: " ")
    return try exists(
      """
      SELECT 1 FROM rankings WHERE subject = ? AND rater = ? AND criterion = ?
        AND substr(content, 1, ?) = ?
      """, [subject, rater, criterion, order.count + 1, order + "/"])
  }

  private func exists(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
    try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) != nil
  }
}
