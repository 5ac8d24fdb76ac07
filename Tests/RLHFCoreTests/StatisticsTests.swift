import Foundation
import RLHFCore
import Testing

/// Intervals, correlations, calibration and win rates against SciPy and scikit-learn, number by number.
///
/// The numbers are direct sums of at most a few hundred terms, so 1e-9 leaves room for another order of
/// addition and for nothing else; the temperature is the end of an iterative search (1e-4).
struct StatisticsTests {
  @Test(arguments: StatisticsOracle.files)
  func calibration(file: String) throws {
    guard let oracle = try StatisticsOracle(file)?["calibration"] else { return }
    let probabilities = oracle["probabilities"].numbers
    let outcomes = oracle["outcomes"].numbers.map { $0 == 1 }
    #expect(
      isClose(
        Statistics.brierScore(probabilities: probabilities, outcomes: outcomes),
        oracle["brier"].number))
    #expect(
      isClose(
        Statistics.logLoss(probabilities: probabilities, outcomes: outcomes),
        oracle["log_loss"].number))
    #expect(
      isClose(
        Statistics.areaUnderCurve(scores: probabilities, outcomes: outcomes), oracle["auc"].number))

    let bins = Statistics.reliabilityBins(
      probabilities: probabilities, outcomes: outcomes, count: oracle["bins_10"].items.count)
    for (bin, expected) in zip(bins, oracle["bins_10"].items) {
      #expect(bin.count == Int(expected["count"].number))
      #expect(isClose(bin.low, expected["low"].number))
      #expect(isClose(bin.high, expected["high"].number))
      #expect(isClose(bin.meanProbability, expected["mean_probability"].number))
      #expect(isClose(bin.frequency, expected["frequency"].number))
    }
    #expect(
      isClose(Statistics.expectedCalibrationError(bins), oracle["ece_10_bins"].number))
    #expect(
      isClose(
        Statistics.maximumCalibrationError(bins), oracle["max_calibration_error_10_bins"].number))
    let finer = Statistics.reliabilityBins(
      probabilities: probabilities, outcomes: outcomes, count: 15)
    #expect(isClose(Statistics.expectedCalibrationError(finer), oracle["ece_15_bins"].number))

    let temperature = Statistics.fittedTemperature(
      probabilities: probabilities, outcomes: outcomes)
    #expect(isClose(temperature, oracle["temperature"].number, 1e-4))
    let cooled = Statistics.probabilities(probabilities, at: temperature)
    #expect(
      isClose(
        Statistics.logLoss(probabilities: cooled, outcomes: outcomes),
        oracle["log_loss_after_temperature"].number))
  }

  @Test(arguments: StatisticsOracle.files)
  func calibrationNoticesOneFlippedOutcome(file: String) throws {
    guard let oracle = try StatisticsOracle(file)?["calibration"] else { return }
    let probabilities = oracle["probabilities"].numbers
    var outcomes = oracle["outcomes"].numbers.map { $0 == 1 }
    outcomes[0].toggle()
    #expect(
      !isClose(
        Statistics.brierScore(probabilities: probabilities, outcomes: outcomes),
        oracle["brier"].number))
    #expect(
      !isClose(
        Statistics.logLoss(probabilities: probabilities, outcomes: outcomes),
        oracle["log_loss"].number))
    #expect(
      !isClose(
        Statistics.areaUnderCurve(scores: probabilities, outcomes: outcomes), oracle["auc"].number))
    #expect(
      !isClose(
        Statistics.fittedTemperature(probabilities: probabilities, outcomes: outcomes),
        oracle["temperature"].number, 1e-4))
  }

  @Test(arguments: StatisticsOracle.files)
  func correlations(file: String) throws {
    guard let oracle = try StatisticsOracle(file)?["correlation"] else { return }
    let (x, y) = (oracle["x"].numbers, oracle["y"].numbers)
    let expected = ["pearson", "spearman", "kendall_tau_b"].map { oracle[$0].number }
    #expect(isClose(Statistics.pearsonCorrelation(x, y), expected[0]))
    #expect(isClose(Statistics.spearmanCorrelation(x, y), expected[1]))
    #expect(isClose(Statistics.kendallTau(x, y), expected[2]))

    var moved = y
    moved[0] += 10
    #expect(!isClose(Statistics.pearsonCorrelation(x, moved), expected[0]))
    #expect(!isClose(Statistics.spearmanCorrelation(x, moved), expected[1]))
    #expect(!isClose(Statistics.kendallTau(x, moved), expected[2]))
  }

  @Test func edgeCases() throws {
    let oracle = try #require(try StatisticsOracle(StatisticsOracle.edgeCases))
    for item in oracle["proportions"].items {
      let (wins, trials) = (Int(item["successes"].number), Int(item["trials"].number))
      let confidence = item["confidence"].number
      let wilson = Statistics.wilsonInterval(
        successes: wins, trials: trials, confidence: confidence)
      #expect(isClose([wilson.lower, wilson.upper], item["wilson"].numbers))
      let exact = Statistics.clopperPearsonInterval(
        successes: wins, trials: trials, confidence: confidence)
      #expect(isClose([exact.lower, exact.upper], item["clopper_pearson"].numbers))
      #expect(
        isClose(
          Statistics.signTest(wins: wins, losses: trials - wins), item["sign_test"].number))
    }
    for item in oracle["normal_quantiles"].items {
      #expect(
        isClose(
          Statistics.normalQuantile(item["probability"].number), item["quantile"].number, 1e-6))
    }
    for item in oracle["correlations"].items {
      let (x, y) = (item["x"].numbers, item["y"].numbers)
      #expect(isClose(Statistics.pearsonCorrelation(x, y), item["pearson"].number))
      #expect(isClose(Statistics.spearmanCorrelation(x, y), item["spearman"].number))
      #expect(isClose(Statistics.kendallTau(x, y), item["kendall_tau_b"].number))
    }
    for item in oracle["discrimination"].items {
      let area = Statistics.areaUnderCurve(
        scores: item["scores"].numbers, outcomes: item["outcomes"].numbers.map { $0 == 1 })
      #expect(isClose(area, item["auc"].number))
    }
    for item in oracle["quantiles"].items {
      let quantile = Statistics.quantile(item["fraction"].number, of: item["values"].numbers)
      #expect(isClose(quantile, item["quantile"].number))
    }
  }

  @Test func undefinedFiguresAreNotNumbers() {
    #expect(Statistics.mean([]).isNaN)
    #expect(Statistics.standardDeviation([3]).isNaN)
    #expect(Statistics.quantile(0.5, of: []).isNaN)
    #expect(Statistics.pearsonCorrelation([1, 2], [3, 3]).isNaN)
    #expect(Statistics.kendallTau([], []).isNaN)
    #expect(Statistics.areaUnderCurve(scores: [0.1, 0.2], outcomes: [true, true]).isNaN)
    #expect(Statistics.brierScore(probabilities: [], outcomes: []).isNaN)
    #expect(Statistics.expectedCalibrationError([]).isNaN)
    #expect(Statistics.wilsonInterval(successes: 0, trials: 0) == Interval(lower: 0, upper: 1))
    #expect(Statistics.signTest(wins: 0, losses: 0) == 1)
  }

  @Test func aCertainAndWrongPredictionHasAFiniteLoss() {
    let loss = Statistics.logLoss(probabilities: [0, 1], outcomes: [true, false])
    #expect(isClose(loss, 52 * log(2)))
    let temperature = Statistics.fittedTemperature(probabilities: [0, 1], outcomes: [true, false])
    #expect(isClose(temperature, 1000, 1e-6))
    let separated = Statistics.fittedTemperature(
      probabilities: [0.4, 0.6], outcomes: [false, true])
    #expect(isClose(separated, 0.001, 1e-6))
  }

  @Test func binEdgesBelongToTheBinBelow() {
    let bins = Statistics.reliabilityBins(
      probabilities: [0, 0.5, 0.5000001, 1], outcomes: [false, true, true, true], count: 2)
    #expect(bins.map(\.count) == [2, 2])
    #expect(bins[0].frequency == 0.5)
  }

  @Test func bootstrapIntervalHoldsTheMeanAndRepeats() {
    var generator = Seed(7).generator
    let values = (0..<400).map { _ in generator.uniform() }
    let interval = Statistics.bootstrapInterval(of: values, seed: 1)
    #expect(interval == Statistics.bootstrapInterval(of: values, seed: 1))
    #expect(interval != Statistics.bootstrapInterval(of: values, seed: 2))
    #expect(interval.contains(Statistics.mean(values)))
    // The normal interval of the same mean, which a percentile bootstrap of 400 uniforms comes close to.
    let half = 1.959964 * Statistics.standardDeviation(values) / 20
    #expect(abs(interval.upper - interval.lower - 2 * half) < 0.15 * 2 * half)
    let median = Statistics.bootstrapInterval(of: values, seed: 1) {
      Statistics.quantile(0.5, of: $0)
    }
    #expect(median != interval)
    #expect(Statistics.bootstrapInterval(of: [], seed: 1).lower.isNaN)
    #expect(
      Statistics.bootstrapInterval(of: [2, 2, 2], seed: 1) == Interval(lower: 2, upper: 2))
  }

  @Test func bootstrapIntervalsHoldTheTruthAsOftenAsTheySay() {
    var generator = Seed(11).generator
    var hits = 0
    for round in 0..<300 {
      let values = (0..<40).map { _ in generator.uniform() }
      let interval = Statistics.bootstrapInterval(
        of: values, confidence: 0.9, resamples: 400, seed: Seed(0).derived("round", round))
      hits += interval.contains(0.5) ? 1 : 0
    }
    // 270 expected; the standard deviation of the count is 5.2.
    #expect((245...290).contains(hits))
  }
}
