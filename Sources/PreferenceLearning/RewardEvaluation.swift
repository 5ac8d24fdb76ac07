import Foundation

public import RLHFCore

/// How well scores predict held-out preferences.
///
/// Ties are left out of it.
public struct RewardEvaluation: Sendable, Codable {
  /// The number of pairs with a preference.
  public var count: Int
  /// The share of pairs whose preferred side scores higher; equal scores count half.
  public var accuracy: Double
  /// The 95 % Wilson interval of the accuracy.
  public var interval: Interval
  /// The mean difference between the scores of the preferred and the other side.
  public var meanMargin: Double
  /// The mean of -log σ(difference), in nats; a coin's is 0.693.
  public var logLoss: Double
  /// The expected calibration error of σ(difference) as the probability of the preference.
  public var calibrationError: Double
  /// The temperature that calibrates the differences best: above 1, they are too bold.
  public var temperature: Double
  /// The points of the reliability diagram.
  public var reliability: [ReliabilityBin]

  /// Evaluates the differences between the scores of the preferred and the other side, one per pair.
  ///
  /// Calibration looks at each pair from either side by turns, or every outcome would be true.
  public init(differences: [Double]) {
    count = differences.count
    let correct = differences.reduce(0.0) { $0 + ($1 > 0 ? 1 : $1 == 0 ? 0.5 : 0) }
    accuracy = correct / Double(count)
    interval = Statistics.wilsonInterval(
      successes: Int(correct.rounded()), trials: count, confidence: 0.95)
    meanMargin = Statistics.mean(differences)
    func sigmoid(_ value: Double) -> Double { 1 / (1 + exp(-value)) }
    let outcomes = differences.indices.map { $0.isMultiple(of: 2) }
    let probabilities = zip(differences, outcomes).map { sigmoid($1 ? $0 : -$0) }
    logLoss = Statistics.logLoss(probabilities: probabilities, outcomes: outcomes)
    reliability = Statistics.reliabilityBins(
      probabilities: probabilities, outcomes: outcomes, count: 10)
    calibrationError = Statistics.expectedCalibrationError(reliability)
    temperature = Statistics.fittedTemperature(probabilities: probabilities, outcomes: outcomes)
  }

  /// Evaluates scores on pairs, each by the criterion that it was judged by.
  public init<Prompt, Artifact>(
    of pairs: [PreferencePair<Prompt, Artifact>],
    scores: ([Sample<Prompt, Artifact>]) throws -> [Scores]
  ) rethrows {
    let decided = pairs.filter { !$0.isTie }
    let chosen = try scores(decided.map { Sample(prompt: $0.prompt, artifact: $0.chosen) })
    let rejected = try scores(decided.map { Sample(prompt: $0.prompt, artifact: $0.rejected) })
    self.init(
      differences: decided.indices.map { index in
        let pair = decided[index]
        func score(_ scores: Scores) -> Double {
          scores.byCriterion[pair.criterion] ?? scores.total
        }
        let difference = score(chosen[index]) - score(rejected[index])
        return pair.label < 0.5 ? -difference : difference
      })
  }

  /// Evaluates a score function on pairs.
  public init<Prompt, Artifact>(
    of pairs: [PreferencePair<Prompt, Artifact>],
    score: ([Sample<Prompt, Artifact>]) throws -> [Double]
  ) rethrows {
    let decided = pairs.filter { !$0.isTie }
    let chosen = try score(decided.map { Sample(prompt: $0.prompt, artifact: $0.chosen) })
    let rejected = try score(decided.map { Sample(prompt: $0.prompt, artifact: $0.rejected) })
    self.init(
      differences: decided.indices.map { index in
        let difference = chosen[index] - rejected[index]
        return decided[index].label < 0.5 ? -difference : difference
      })
  }
}
