import Foundation
import RLHFCore
import Testing

/// Tests of rates, of what can be told apart and of what to ask next, to the digits given there.
struct DetectionTests {
  private func near(_ found: Double?, _ expected: Double, _ tolerance: Double = 1e-7) -> Bool {
    found.map { abs($0 - expected) < tolerance } ?? false
  }

  @Test func winRates() {
    let rate = WinRate(wins: 62, losses: 38)
    let (wilson, exact) = (
      rate.interval(), Statistics.clopperPearsonInterval(successes: 62, trials: 100)
    )
    #expect(near(wilson.lower, 0.5220975530, 1e-9) && near(wilson.upper, 0.7090240075, 1e-9))
    #expect(near(exact.lower, 0.5174607) && near(exact.upper, 0.7152325))
    #expect(near(rate.signTest, 0.0209787))
    let tied = WinRate(wins: 40, losses: 25, ties: 20)
    #expect(near(tied.rate, 0.5882353) && near(tied.netRate, 0.1764706))
    #expect(near(tied.signTest, 0.0816815))
    #expect(Statistics.comparisonsNeeded(rate: 0.55) == 783)
    #expect(Statistics.comparisonsNeeded(rate: 0.6) == 194)
    #expect(Statistics.comparisonsNeeded(rate: 0.4) == 194)
  }

  @Test func listening() {
    #expect(near(Statistics.binomialUpperTail(successes: 12, trials: 16), 0.0384064))
    #expect(Statistics.binomialUpperTail(successes: 0, trials: 3) == 1)
    #expect([10, 16, 20].map { Statistics.leastCorrect(ofTrials: $0) } == [9, 12, 15])
    #expect(Statistics.leastCorrect(ofTrials: 3) == nil)
    #expect(near(Statistics.sensitivity(ofChoiceRate: 0.8), 1.1902322))
    let found = Statistics.sensitivity(hitRate: 0.82, falseAlarmRate: 0.35)
    #expect(near(found.sensitivity, 1.3006856) && near(found.criterion, -0.2650223))
  }

  @Test func opinionScores() {
    let found = Statistics.meanInterval(of: [4, 5, 3, 4, 4, 2, 5, 4])
    #expect(found.mean == 3.875)
    #expect(near(found.interval.upper - found.mean, 0.8285228))
    #expect(near(found.mean - found.interval.lower, 0.8285228))
    #expect(Statistics.meanInterval(of: [4]).interval.lower.isNaN)
    #expect(near(Statistics.studentQuantile(0.975, degrees: 1), 12.7062047))
    #expect(near(Statistics.studentQuantile(0.025, degrees: 7), -2.3646243))
  }

  @Test func postScreening() {
    let references: [Double] = [100, 98, 95, 88, 100, 99, 100, 85, 100, 97]
    #expect(Statistics.failsPostScreening(references: references))
    #expect(
      !Statistics.failsPostScreening(references: references.map { max($0, 86) } + [99, 99, 99, 99]))
    #expect(Statistics.failsPostScreening(references: [100, 100], anchors: [95, 20]))
    #expect(!Statistics.failsPostScreening(references: [], anchors: []))
  }

  @Test func deception() throws {
    let errors = [(4, 5), (8, 6), (7, 5), (3, 3)].map {
      DeceptionRate.Errors(generated: $0.0, of: 15, real: $0.1, of: 15)
    }
    let rate = try #require(DeceptionRate(errors))
    for (found, expected) in zip(rate.byRater, [30, 46.6666667, 40, 20]) {
      #expect(near(found, expected))
    }
    #expect(near(rate.mean, 34.1666667) && near(rate.generated, 36.6666667))
    #expect(near(rate.real, 31.6666667))
    #expect(near(rate.interval.map { $0.upper - rate.mean }, 18.5643, 1e-4))
    #expect(DeceptionRate([]) == nil)
    #expect(DeceptionRate([errors[0]])?.interval == nil)
  }

  @Test func softLabels() {
    let label = SoftLabel(hits: 4, misses: 1)
    #expect(near(label.mean, 0.7142857) && near(label.probability(above: 0.5), 0.890625))
    #expect(near(label.margin, 0.9162907))
    let gold = SoftLabel(hits: 8, misses: 2, alpha: 2, beta: 1)
    #expect(near(gold.mean, 0.7692308) && near(gold.probability(above: 0.7), 0.7471847))
  }

  @Test func sequentialOutliers() {
    let evidence = Statistics.sequentialOutlierEvidence([0.3, 0.2, 0.25, 0.1, 0.15])
    #expect(near(evidence.last, 138.8888889))
    #expect(Statistics.isSequentialOutlier([0.3, 0.2, 0.25, 0.1, 0.15]))
    #expect(!Statistics.isSequentialOutlier([0.5, 0.6, 0.4, 0.9]))
  }

  @Test(arguments: [
    (0.0, 1.0, 0.0937090), (0.0, 0.1, 0.0120555), (2.0, 1.0, 0.0541645), (1.0, 2.0, 0.1387379),
  ])
  func expectedInformation(mean: Double, variance: Double, expected: Double) {
    let deviation = variance.squareRoot()
    let found = Statistics.expectedInformation(mean: mean, deviation: deviation)
    #expect(near(found, expected, 6e-8), "\(found)")
    #expect(near(Statistics.expectedInformation(mean: -mean, deviation: deviation), found, 1e-12))
    #expect(Statistics.expectedInformation(mean: mean, deviation: 0) < 1e-12)
  }

  @Test func calibration() {
    let probabilities = [0.9, 0.8, 0.7, 0.6, 0.55, 0.95, 0.4, 0.3]
    let outcomes = [true, true, false, true, false, true, false, true]
    #expect(Statistics.accuracy(probabilities: probabilities, outcomes: outcomes) == 0.625)
    #expect(
      near(Statistics.areaUnderCurve(scores: probabilities, outcomes: outcomes), 0.7333333))
    #expect(
      near(Statistics.brierScore(probabilities: probabilities, outcomes: outcomes), 0.206875))
    #expect(near(Statistics.logLoss(probabilities: probabilities, outcomes: outcomes), 0.5759877))
    let bins = Statistics.reliabilityBins(
      probabilities: probabilities, outcomes: outcomes, edges: [0, 0.25, 0.5, 0.75, 1])
    #expect(near(Statistics.expectedCalibrationError(bins), 0.1875))
  }
}
