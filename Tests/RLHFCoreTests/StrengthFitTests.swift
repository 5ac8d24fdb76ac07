import Foundation
import RLHFCore
import TestSupport
import Testing

/// Fits against Newton's method in NumPy, choix and SciPy; results of iterative fits agree within 1e-4.
@Suite("Strengths from comparisons and rankings") struct StrengthFitTests {
  private static let hasOracle = Oracles.has("algorithms/rankings.json")

  private func pairs(_ value: OracleValue) -> [(winner: Int, loser: Int)] {
    value.array.map { (winner: $0[0].int, loser: $0[1].int) }
  }

  @Test(
    "Bradley–Terry scores, errors, penalty and ties equal the reference", .enabled(if: hasOracle))
  func bradleyTerry() throws {
    let oracle = try Oracles.json("algorithms/rankings.json")
    let plain = oracle["bradley_terry"]
    let count = plain["items"].int
    let comparisons = pairs(plain["comparisons_winner_loser"])
    let fit = try StrengthFit(comparisons: comparisons, count: count)
    #expect(agrees(fit.scores, plain["scores"].doubles, within: 1e-6))
    #expect(agrees(fit.standardErrors, plain["standard_errors"].doubles, within: 1e-6))
    #expect(agrees([fit.logLikelihood], [plain["log_likelihood"].double], within: 1e-8))
    #expect(agrees(fit.eloRatings(), plain["elo_scale"].doubles, within: 1e-6))
    for (key, value) in plain.object where key.hasPrefix("scores_l2_") {
      let penalty = try #require(Double(key.dropFirst("scores_l2_".count)))
      let held = try StrengthFit(comparisons: comparisons, count: count, penalty: penalty)
      #expect(agrees(held.scores, value.doubles, within: 1e-6))
    }
    let tied = oracle["bradley_terry_with_ties"]
    let ties = tied["ties"].array.map { ($0[0].int, $0[1].int) }
    let withTies = try StrengthFit(comparisons: comparisons, ties: ties, count: count)
    #expect(agrees(withTies.scores, tied["scores"].doubles, within: 1e-6))
    #expect(!agrees(fit.scores, tied["scores"].doubles, within: 1e-4))
  }

  @Test("bootstrap intervals with given draws equal the reference", .enabled(if: hasOracle))
  func bootstrap() throws {
    let oracle = try Oracles.json("algorithms/rankings.json")
    let bootstrap = oracle["bradley_terry_bootstrap"]
    let intervals = try StrengthFit.bootstrapIntervals(
      comparisons: pairs(oracle["bradley_terry"]["comparisons_winner_loser"]),
      count: oracle["bradley_terry"]["items"].int, penalty: bootstrap["l2"].double,
      resamples: bootstrap["resample_indices"].array.map { $0.array.map(\.int) })
    #expect(
      agrees(intervals.map(\.lower), bootstrap["low_2.5_percent"].doubles, within: 1e-4))
    #expect(
      agrees(intervals.map(\.upper), bootstrap["high_97.5_percent"].doubles, within: 1e-4))
  }

  @Test("drawn bootstrap intervals hold the scores and repeat", .enabled(if: hasOracle))
  func drawn() throws {
    let oracle = try Oracles.json("algorithms/rankings.json")["bradley_terry"]
    let comparisons = pairs(oracle["comparisons_winner_loser"])
    func intervals(_ seed: Seed) throws -> [Interval] {
      try StrengthFit.bootstrapIntervals(
        comparisons: comparisons, count: oracle["items"].int, resamples: 50, seed: seed)
    }
    let one = try intervals(1)
    #expect(try one == intervals(1) && one != intervals(2))
    #expect(zip(one, oracle["scores"].doubles).allSatisfy { $0.contains($1) })
  }

  @Test("Plackett–Luce scores equal the reference", .enabled(if: hasOracle))
  func plackettLuce() throws {
    let oracle = try Oracles.json("algorithms/rankings.json")["plackett_luce"]
    let rankings = oracle["rankings_best_first"].array.map { $0.array.map(\.int) }
    let expected = oracle["scores"].doubles
    let fit = try StrengthFit(rankings.map { .init($0) }, count: expected.count)
    #expect(agrees(fit.scores, expected, within: 1e-4))
    let turned = try StrengthFit(rankings.map { .init($0.reversed()) }, count: expected.count)
    #expect(!agrees(turned.scores, expected, within: 1e-4))
  }

  @Test("Elo ratings equal the reference after every comparison", .enabled(if: hasOracle))
  func elo() throws {
    let oracle = try Oracles.json("algorithms/rankings.json")
    let online = oracle["elo_online"]
    let comparisons = pairs(oracle["bradley_terry"]["comparisons_winner_loser"])
    for (step, expected) in online["by_K"].object {
      var elo = EloRatings(
        count: oracle["bradley_terry"]["items"].int, initial: online["initial"].double,
        largestStep: try #require(Double(step)), scale: online["scale"].double)
      let after = expected["after_each_comparison"].array.map(\.doubles)
      for (index, comparison) in comparisons.enumerated() {
        elo.record(comparison.winner, against: comparison.loser)
        if index < after.count { #expect(agrees(elo.ratings, after[index], within: 1e-9)) }
      }
      #expect(agrees(elo.ratings, expected["final"].doubles, within: 1e-9))
    }
  }

  @Test(
    "scores and raters' skills equal the reference",
    .enabled(if: Oracles.has("algorithms/rater_skill_bradley_terry.json")))
  func raterSkill() throws {
    let oracle = try Oracles.json("algorithms/rater_skill_bradley_terry.json")
    let votes = oracle["votes_rater_winner_loser"].array.map {
      RaterSkillFit.Vote(rater: $0[0].int, winner: $0[1].int, loser: $0[2].int)
    }
    let fit = try RaterSkillFit(
      votes, items: oracle["items"].int, raters: oracle["raters"].int)
    let loss = oracle["penalised_negative_log_likelihood"].double
    #expect(fit.penalisedLoss < loss + 1e-6 * loss)
    #expect(agrees(fit.scores, oracle["scores"].doubles, within: 1e-3))
    #expect(agrees(fit.skills, oracle["skills"].doubles, within: 1e-3))
    #expect(throws: RLHFError.self) {
      try RaterSkillFit([.init(rater: 9, winner: 0, loser: 1)], items: 2, raters: 2)
    }
  }

  @Test("what has no maximum is refused, and a penalty gives it one")
  func undecided() throws {
    let wins = [(winner: 0, loser: 1), (winner: 0, loser: 1), (winner: 1, loser: 2)]
    let error = #expect(throws: RLHFError.self) { try StrengthFit(comparisons: wins, count: 3) }
    #expect(error?.message.contains("Use a penalty above 0") == true)
    let fit = try StrengthFit(comparisons: wins, count: 3, penalty: 0.1)
    #expect(fit.scores[0] > fit.scores[1] && fit.scores[1] > fit.scores[2])
    #expect(throws: RLHFError.self) { try StrengthFit([.init([0, 3])], count: 3) }
    #expect(throws: RLHFError.self) { try StrengthFit([.init([0, 0])], count: 3) }
    #expect(throws: RLHFError.self) { try StrengthFit([.init([0])], count: 3) }
    #expect(throws: RLHFError.self) { try StrengthFit([.init([0, 1], weight: -1)], count: 3) }
  }
}
