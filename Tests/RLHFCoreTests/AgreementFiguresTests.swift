import Foundation
import RLHFCore
import Testing

/// Agreement against krippendorff, statsmodels and published examples, to the digits given there.
struct AgreementFiguresTests {
  /// Ratings written as letters; a dot is missing.
  private func ratings(_ rows: [String], letters: String) -> [[Int?]] {
    let order = Array(letters)
    return rows.map { row in row.filter { $0 != " " }.map { order.firstIndex(of: $0) } }
  }

  private func near(_ found: Double, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(found - expected) < tolerance
  }

  @Test func twoRaters() throws {
    let agreement = try RaterAgreement(
      ratings(["AAAAABBBTT", "AAAABBBBTA"], letters: "ABT"), categories: 3)
    #expect(near(agreement.percentAgreement(0, 1), 0.8))
    #expect(near(agreement.cohenKappa(0, 1), 0.6721311475))
    #expect(near(agreement.scottPi(0, 1), 0.6694214876))
    #expect(near(agreement.gwetAC1(0, 1), 0.7132616487))
    #expect(!agreement.hasKappaParadox(0, 1))
  }

  @Test func weightedKappa() throws {
    let agreement = try RaterAgreement(
      ratings(["1234554321", "1235544223"], letters: "12345"), categories: 5)
    #expect(near(agreement.cohenKappa(0, 1), 0.5))
    #expect(near(agreement.cohenKappa(0, 1, weighting: .linear), 0.6753246753))
    #expect(near(agreement.cohenKappa(0, 1, weighting: .quadratic), 0.8108108108))
  }

  @Test func agreementOnOneCategoryWarns() throws {
    let first = String(repeating: "A", count: 48) + "BB"
    let second = String(repeating: "A", count: 46) + "BBAA"
    let agreement = try RaterAgreement(ratings([first, second], letters: "AB"), categories: 2)
    #expect(near(agreement.percentAgreement(0, 1), 0.92))
    #expect(near(agreement.cohenKappa(0, 1), -0.0416666667))
    #expect(near(agreement.gwetAC1(0, 1), 0.9133448873))
    #expect(agreement.hasKappaParadox(0, 1))
  }

  @Test func fleiss() throws {
    let counts = [[5, 0, 0], [3, 2, 0], [0, 4, 1], [1, 1, 3], [2, 2, 1], [0, 5, 0]]
    let units = counts.map { row in row.indices.flatMap { Array(repeating: $0, count: row[$0]) } }
    let raters = (0..<5).map { rater in units.map { Optional($0[rater]) } }
    let agreement = try RaterAgreement(raters, categories: 3)
    #expect(near(agreement.percentAgreement, 0.5833333, 1e-7))
    #expect(near(agreement.fleissKappa, 0.3279569892))
  }

  private static let classic = [
    "1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
  ]

  @Test(arguments: [
    (RaterAgreement.Difference.nominal, 0.7434210526), (.ordinal, 0.8153875038),
    (.interval, 0.8491071429), (.ratio, 0.7974027747),
  ])
  func krippendorff(difference: RaterAgreement.Difference, expected: Double) throws {
    let agreement = try RaterAgreement(
      ratings(Self.classic, letters: "12345"), categories: 5, values: [1, 2, 3, 4, 5])
    #expect(near(agreement.krippendorffAlpha(difference), expected))
    let interval = agreement.krippendorffInterval(difference, resamples: 200, seed: 4)
    #expect(interval.contains(expected) && interval.lower < expected && interval.upper <= 1)
    #expect(agreement.krippendorffInterval(difference, resamples: 200, seed: 4) == interval)
  }

  @Test func valuesMustFitTheCategories() {
    #expect(throws: RLHFError.self) { try RaterAgreement([[0, 1]], categories: 2, values: [1]) }
  }

  @Test func rawAgreement() throws {
    let units = ["AAB", "AAA", "BAT", "TTA"]
    let rows = (0..<3).map { rater in String(units.map { Array($0)[rater] }) }
    let agreement = try RaterAgreement(ratings(rows, letters: "ABT"), categories: 3)
    #expect(near(agreement.percentAgreement, 5.0 / 12))
    #expect(agreement.agreementInterval(seed: 1).contains(5.0 / 12))
  }

  @Test func anUnsureIntervalIsNoNumber() throws {
    let nothing = try RaterAgreement([[0, nil], [nil, 1]], categories: 2)
    #expect(nothing.krippendorffInterval(.nominal, seed: 1).lower.isNaN)
  }

  @Test func intraclassCorrelation() throws {
    let ratings: [[Double]] = [
      [9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7],
    ]
    let found = try IntraclassCorrelation(ratings)
    #expect(near(found.targetMeanSquare, 11.2416667, 1e-7))
    #expect(near(found.raterMeanSquare, 32.4861111, 1e-7))
    #expect(near(found.residualMeanSquare, 1.0194444, 1e-7))
    #expect(near(found.single, 0.2897637795) && near(found.average, 0.6200505476))
    #expect(near(found.consistency, 0.7148407148))
    #expect(throws: RLHFError.self) { try IntraclassCorrelation([[1, 2], [1]]) }
    #expect(throws: RLHFError.self) { try IntraclassCorrelation([[1], [2]]) }
  }

  @Test func concordance() throws {
    let orders: [[Double]] = [[1, 2, 3, 4, 5], [2, 1, 4, 3, 5], [1, 3, 2, 5, 4]]
    #expect(near(Statistics.kendallTau(orders[0], orders[1]), 0.6))
    #expect(near(Statistics.spearmanCorrelation(orders[0], orders[1]), 0.8))
    let all = try RankConcordance(orders)
    #expect(all.deviation == 68 && near(all.coefficient, 0.7555555556))
    #expect(near(all.friedman, 9.0666667, 1e-7) && all.degreesOfFreedom == 4)
    #expect(try RankConcordance([orders[0], orders[0]]).coefficient == 1)
    // With ties the same order is still perfect concordance.
    #expect(near(try RankConcordance([[1, 2, 2, 4], [1, 2, 2, 4]]).coefficient, 1))
    #expect(throws: RLHFError.self) { try RankConcordance([[1, 2], [1]]) }
  }

  @Test func circularTriads() throws {
    let wins = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)].map { (winner: $0.0, loser: $0.1) }
    let found = try CircularTriads(wins: wins, items: 4)
    #expect(found.count == 1 && found.most == 2 && found.consistency == 0.5)
    #expect(throws: RLHFError.self) { try CircularTriads(wins: Array(wins.dropLast()), items: 4) }
    #expect(throws: RLHFError.self) { try CircularTriads(wins: wins + [(3, 2)], items: 4) }
  }

  @Test func ceilings() {
    let ceiling = AgreementCeiling(agreement: 0.68)
    #expect(near(ceiling.accuracy.lower, 0.68) && near(ceiling.accuracy.upper, 0.8))
    #expect(near(ceiling.majorityAccuracy(of: 1), 0.8))
    #expect(
      near(ceiling.majorityAccuracy(of: 3), 0.896) && near(ceiling.majorityAccuracy(of: 2), 0.8))
    #expect(AgreementCeiling(agreement: 1).accuracy.lower == 1)
    #expect(AgreementCeiling(agreement: 0.5).accuracy.upper == 0.5)
    #expect(AgreementCeiling(agreement: .nan).accuracy.lower.isNaN)
    // Raters of mixed tasks: half are clear, half are coin flips. The best model is right on 3 of 4 votes.
    let mixed = AgreementCeiling(agreement: 0.75)
    #expect(mixed.accuracy.contains(0.75))
  }
}
