import Foundation
import RLHFCore
import Testing

struct CrowdFitTests {
  private func near(_ found: [Double], _ expected: [Double], _ tolerance: Double) -> Bool {
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < tolerance }
  }

  /// Two good raters, one who guesses and one who says the opposite, on A, B and C.
  private static let votes: [CrowdFit.Vote] = {
    let tables: [[(Int, Int, Int, Int)]] = [
      [(0, 1, 4, 0), (0, 2, 4, 0), (1, 2, 3, 1)], [(0, 1, 3, 1), (0, 2, 4, 0), (1, 2, 4, 0)],
      [(0, 1, 2, 2), (0, 2, 2, 2), (1, 2, 2, 2)], [(0, 1, 0, 4), (0, 2, 0, 4), (1, 2, 1, 3)],
    ]
    return tables.enumerated().flatMap { rater, table in
      table.flatMap { first, second, won, lost in
        Array(repeating: CrowdFit.Vote(rater: rater, winner: first, loser: second), count: won)
          + Array(repeating: CrowdFit.Vote(rater: rater, winner: second, loser: first), count: lost)
      }
    }
  }()

  @Test func probabilities() {
    for (reliability, expected) in [
      (1.0, 0.7310586), (0.9, 0.6848469), (0.5, 0.5), (0.1, 0.3151531),
    ] {
      let found = CrowdFit.probability(difference: 1, reliability: reliability)
      #expect(abs(found - expected) < 1e-7)
    }
  }

  @Test func reliabilitiesAreLearned() throws {
    let fit = try CrowdFit(Self.votes, items: 3, raters: 4, prior: CrowdFit.Prior())
    #expect(near(fit.scores, [2.599888, -0.433866, -2.166019], 1e-5))
    #expect(near(fit.reliabilities, [0.953827, 0.919568, 0.5, 0.046173], 1e-5))
    #expect(abs(fit.objective - 19.703283) < 1e-6)
    let pooled = try StrengthFit(
      comparisons: Self.votes.map { ($0.winner, $0.loser) }, count: 3, penalty: 0.1)
    #expect(near(pooled.scores, [0.253581, 0.084556, -0.338136], 1e-6))
  }

  @Test func withoutAnAnchorTheMirrorImageIsAsGood() throws {
    let prior = CrowdFit.Prior()
    let fit = try CrowdFit(Self.votes, items: 3, raters: 4, prior: prior)
    let mirrored = CrowdFit.objective(
      of: Self.votes, scores: fit.scores.map { -$0 },
      reliabilities: fit.reliabilities.map { 1 - $0 },
      prior: prior)
    #expect(abs(mirrored - fit.objective) < 1e-9)
  }

  /// Most raters say the opposite: what a crowd believes without an anchor is wrong.
  private static let inverted = votes.map {
    $0.rater == 2
      ? $0 : CrowdFit.Vote(rater: $0.rater, winner: $0.loser, loser: $0.winner)
  }

  @Test func aPriorOrGoldTellsTheMirrorImageApart() throws {
    let prior = CrowdFit.Prior.anchored
    let fit = try CrowdFit(Self.votes, items: 3, raters: 4, prior: prior)
    let mirrored = CrowdFit.objective(
      of: Self.votes, scores: fit.scores.map { -$0 },
      reliabilities: fit.reliabilities.map { 1 - $0 },
      prior: prior)
    #expect(mirrored > fit.objective + 0.5)
    #expect(fit.scores[0] > fit.scores[1] && fit.scores[1] > fit.scores[2])
    #expect(fit.reliabilities[0] > 0.85 && fit.reliabilities[3] < 0.2)
    // Of the inverted votes the prior believes the majority; gold shows that it is the majority that errs.
    let misled = try CrowdFit(Self.inverted, items: 3, raters: 4, prior: prior)
    #expect(misled.scores[0] < misled.scores[2] && misled.reliabilities[3] < 0.2)
    let gold = (0..<8).flatMap { _ in
      [
        CrowdFit.Vote(rater: 0, winner: 0, loser: 1, isGold: false),
        .init(rater: 1, winner: 0, loser: 1, isGold: false),
        .init(rater: 3, winner: 0, loser: 1, isGold: true),
      ]
    }
    for anchor in [prior, CrowdFit.Prior()] {
      let shown = try CrowdFit(Self.inverted + gold, items: 3, raters: 4, prior: anchor)
      #expect(shown.scores[0] > shown.scores[1] && shown.scores[1] > shown.scores[2])
      #expect(shown.reliabilities[0] < 0.2 && shown.reliabilities[3] > 0.8)
    }
  }

  @Test func theSideShownFirstIsTakenOut() throws {
    // Two equal items; whatever is shown first wins three times in four.
    var prior = CrowdFit.Prior.anchored
    prior.hasSideBias = true
    let votes = (0..<80).flatMap { index -> [CrowdFit.Vote] in
      let first = index % 2
      let isFirst = index % 8 < 6
      return [
        .init(
          rater: index % 5, winner: isFirst ? first : 1 - first, loser: isFirst ? 1 - first : first,
          side: isFirst ? 1 : -1)
      ]
    }
    let fit = try CrowdFit(votes, items: 2, raters: 5, prior: prior)
    #expect(abs(fit.sideBias - log(3)) < 0.15)
    #expect(abs(fit.scores[0] - fit.scores[1]) < 0.2)
  }

  @Test func mistakesAreRefused() {
    #expect(throws: RLHFError.self) {
      try CrowdFit([.init(rater: 1, winner: 0, loser: 1)], items: 2, raters: 1)
    }
    #expect(throws: RLHFError.self) {
      try CrowdFit([.init(rater: 0, winner: 1, loser: 1)], items: 2, raters: 1)
    }
    #expect(throws: RLHFError.self) {
      try CrowdFit([.init(rater: 0, winner: 0, loser: 1, weight: .nan)], items: 2, raters: 1)
    }
  }

  @Test func nothingSaysNothing() throws {
    let fit = try CrowdFit([], items: 2, raters: 1)
    #expect(fit.scores.allSatisfy { abs($0) < 1e-6 } && abs(fit.reliabilities[0] - 0.75) < 1e-6)
  }
}
