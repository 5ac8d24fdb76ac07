import Foundation
import RLHFCore
import Testing

/// Leaderboards against choix, SciPy and sums by hand, to the digits given there.
struct StrengthFiguresTests {
  private func near(_ found: [Double], _ expected: [Double], _ tolerance: Double = 1e-7) -> Bool {
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < tolerance }
  }

  private func wins(_ table: [(Int, Int, Int, Int)]) -> [(winner: Int, loser: Int)] {
    table.flatMap { first, second, won, lost in
      Array(repeating: (winner: first, loser: second), count: won)
        + Array(repeating: (winner: second, loser: first), count: lost)
    }
  }

  @Test func bradleyTerry() throws {
    let table = wins([(0, 1, 7, 3), (0, 2, 9, 1), (1, 2, 6, 4)])
    let fit = try StrengthFit(comparisons: table, count: 3)
    #expect(near(fit.scores, [0.9436058499, -0.1601606972, -0.7834451527], 1e-9))
    #expect(near([fit.logLikelihood], [-16.3249904943], 1e-9))
    #expect(near(fit.eloRatings(), [1163.9211, 972.1772, 863.9016], 1e-4))
    #expect(near(fit.standardErrors, [0.3772066, 0.3282507, 0.3581457]))
    #expect(near([fit.standardError(of: 0, minus: 1)], [0.6097527]))
    #expect(fit.intervals()[0].contains(fit.scores[0]) && fit.intervals()[0].lower > 0)
  }

  @Test func undefeatedItemsNeedAPenalty() throws {
    let table = wins([(0, 1, 5, 0), (1, 2, 2, 1)])
    let error = #expect(throws: RLHFError.self) { try StrengthFit(comparisons: table, count: 3) }
    #expect(error?.message.contains("penalty above 0") == true)
    let fit = try StrengthFit(comparisons: table, count: 3, penalty: 0.1)
    #expect(near(fit.scores, [2.2134488, -0.8587436, -1.3547052]))
  }

  @Test func davidson() throws {
    let results = [
      DavidsonFit.Results(0, 1, wins: 5, losses: 2, ties: 3),
      .init(1, 2, wins: 4, losses: 3, ties: 3), .init(0, 2, wins: 6, losses: 1, ties: 3),
    ]
    let fit = try DavidsonFit(results, count: 3)
    #expect(near(fit.scores, [0.8529688, -0.2138095, -0.6391593]))
    #expect(near([fit.tieStrength, fit.logLikelihood], [0.9822578, -30.2667844]))
    #expect(fit.standardErrors.allSatisfy { (0.2...0.6).contains($0) })
    #expect(zip(fit.intervals(), fit.scores).allSatisfy { $0.contains($1) })
    #expect(fit.eloRatings()[0] > 1100)
    // Counting a tie as half a win each gives other strengths.
    let halves = try StrengthFit(
      comparisons: wins([(0, 1, 5, 2), (1, 2, 4, 3), (0, 2, 6, 1)]),
      ties: [(0, 1), (0, 1), (0, 1), (1, 2), (1, 2), (1, 2), (0, 2), (0, 2), (0, 2)], count: 3)
    let strengths = halves.scores.map { exp($0) }
    let sum = strengths.reduce(0, +)
    #expect(near(strengths.map { $0 / sum }, [0.5369752, 0.2640794, 0.1989454]))
  }

  @Test func davidsonWithoutTiesIsBradleyTerry() throws {
    let plain = try StrengthFit(
      comparisons: wins([(0, 1, 7, 3), (0, 2, 9, 1), (1, 2, 6, 4)]), count: 3)
    let results = [
      DavidsonFit.Results(0, 1, wins: 7, losses: 3, ties: 0),
      .init(0, 2, wins: 9, losses: 1, ties: 0), .init(1, 2, wins: 6, losses: 4, ties: 0),
    ]
    let fit = try DavidsonFit(results, count: 3)
    #expect(near(fit.scores, plain.scores, 1e-9) && fit.tieStrength == 0)
    #expect(near(fit.standardErrors, plain.standardErrors, 1e-9))
    #expect(throws: RLHFError.self) {
      try DavidsonFit([.init(0, 1, wins: 5, losses: 0, ties: 0)], count: 2)
    }
    #expect(throws: RLHFError.self) {
      try DavidsonFit([.init(0, 1, wins: 0, losses: 0, ties: 3)], count: 2)
    }
    let held = try DavidsonFit([.init(0, 1, wins: 5, losses: 0, ties: 0)], count: 2, penalty: 0.1)
    #expect(held.scores[0] > 0.5)
  }

  @Test(arguments: [
    (32.0, [981.2971, 1016.5703, 1002.1326], 1e-4),
    (4.0, [997.954414, 1002.011182, 1000.034404], 1e-6),
  ])
  func elo(step: Double, expected: [Double], tolerance: Double) {
    var elo = EloRatings(count: 3, largestStep: step)
    elo.record(0, against: 1)
    elo.record(1, against: 2)
    elo.record(0, against: 2, result: 0.5)
    elo.record(2, against: 0)
    elo.record(1, against: 0)
    #expect(near(elo.ratings, expected, tolerance))
  }

  @Test func plackettLuce() throws {
    let scores = [1, 0.5, 0, -0.5]
    let forward = StrengthFit.logProbability(of: [0, 1, 2, 3], scores: scores)
    let backward = StrengthFit.logProbability(of: [3, 2, 1, 0], scores: scores)
    #expect(near([forward, backward], [-1.9416853265, -4.9416853265], 1e-9))
    let order = try PlaceOrder([1, 2, 2, 4])
    #expect(
      order.strictPairs.map { [$0.better, $0.worse] } == [
        [0, 1], [0, 2], [0, 3], [1, 3], [2, 3],
      ])
    #expect(order.ties.map { [$0.0, $0.1] } == [[1, 2]])
    for bad in [[1, 2, 2, 3], [2, 3], [1, 1, 2], [0, 1]] {
      #expect(throws: RLHFError.self) { try PlaceOrder(bad) }
    }
  }

  @Test func styleControl() throws {
    let rows: [(Int, Int, Double, Double, Double)] = [
      (0, 1, 1, 120, 60), (0, 1, 1, 90, 100), (0, 1, 0, 50, 110), (0, 2, 1, 200, 80),
      (0, 2, 1, 70, 75), (0, 2, 1, 60, 140), (1, 2, 1, 130, 70), (1, 2, 0, 60, 90),
      (1, 2, 0, 40, 120), (1, 2, 1, 100, 95), (1, 0, 0, 80, 160), (2, 0, 0, 90, 85),
    ]
    let features = rows.map { ($0.3 - $0.4) / ($0.3 + $0.4) }
    #expect(near([Statistics.mean(features)], [-0.0649442046], 1e-9))
    let scaled = CovariateFit.standardized(features)
    #expect(near([(features[0] - features[1]) / (scaled[0] - scaled[1])], [0.2945817130], 1e-9))
    let votes = zip(rows, scaled).map { row, feature in
      CovariateFit.Vote(row.0, row.1, outcome: row.2, features: [feature])
    }
    let fit = try CovariateFit(votes, count: 3, penalty: 0.5)
    #expect(near(fit.scores, [1.1144758, -0.2645397, -0.8499361]))
    #expect(near(fit.coefficients, [1.4679418]) && near([fit.objective], [4.0826182]))
    #expect(fit.coefficientErrors[0] > 0)
    let plain = try CovariateFit(
      rows.map { .init($0.0, $0.1, outcome: $0.2) }, count: 3, penalty: 0.5)
    #expect(near(plain.scores, [0.9866838, -0.3313779, -0.6553059]))
    #expect(near([plain.objective], [6.1776306]))
  }

  @Test func covariatesThatDecideEverythingAreRefused() throws {
    let votes = (0..<6).map { _ in CovariateFit.Vote(0, 1, outcome: 1, features: [1]) }
    #expect(throws: RLHFError.self) { try CovariateFit(votes, count: 2, penalty: 0) }
    #expect(throws: RLHFError.self) {
      try CovariateFit([.init(0, 2, outcome: 1)], count: 2, penalty: 1)
    }
    #expect(throws: RLHFError.self) {
      try CovariateFit([.init(0, 1, outcome: 2)], count: 2, penalty: 1)
    }
    #expect(try CovariateFit(votes, count: 2, penalty: 1).coefficients[0] > 0)
  }

  @Test func sideBias() throws {
    // A wins 14 of 20 where it is shown first, and 9 of 20 where it is second.
    var choices: [SideBias.Choice] = []
    for index in 0..<20 {
      choices.append(.init(first: 0, second: 1, isFirstChosen: index < 14))
      choices.append(.init(first: 1, second: 0, isFirstChosen: index >= 9))
    }
    let fit = try SideBias(choices, items: 2)
    #expect(near([fit.bias ?? 0, fit.firstShareAmongEquals ?? 0], [0.5239843, 0.6280788], 2e-7))
    // The better of the two is ahead by as much as both orders together say.
    let strength = (log(0.7 / 0.3) + log(0.45 / 0.55)) / 2
    #expect(near([strength], [0.3233136]))
    #expect(fit.firstChosen == 25 && fit.choices == 40 && (fit.standardError ?? 0) > 0.2)
    let screening = SideBias(firstChosen: 57, choices: 90)
    #expect(near([screening.significance], [0.0148668]))
    let interval = screening.interval()
    #expect(near([interval.lower, interval.upper], [0.5302230, 0.7255275]))
  }
}
