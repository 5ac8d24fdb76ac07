import RLHFCore
import Torch

/// What a direct loss says of some examples.
struct DirectPreferenceOutcome {
  /// The losses, `[N]`, with gradient.
  var losses: Tensor
  /// The weights of the examples, `[N]`.
  var weights: Tensor
  /// The probability that the first side of a pair is better, or 1 and 0 for desirable rows and others.
  var labels: [Double]
  /// The implied rewards of all rows; of pairs first the chosen sides, then the rejected ones.
  var rewards: [Double]
  /// The log-probabilities of all rows under the policy, in the same order.
  var logProbabilities: [Double]
}

/// Adds up what is worth telling of updates or evaluations.
struct DirectPreferenceFigures {
  private(set) var loss = 0.0
  private var count = 0
  private var rewards = (chosen: [Double](), rejected: [Double]())
  private var logProbabilities = (chosen: [Double](), rejected: [Double]())
  private var margins: [Double] = []

  /// Takes in `outcome`, whose losses add up to `loss`.
  mutating func add(_ outcome: DirectPreferenceOutcome, loss: Double) {
    self.loss += loss
    count += outcome.labels.count
    let isPaired = outcome.rewards.count > outcome.labels.count
    for (row, label) in outcome.labels.enumerated() {
      // A tie has no preferred side: its rows would blur both means.
      guard label != 0.5 else { continue }
      if isPaired {
        let other = row + outcome.labels.count
        let (better, worse) = label > 0.5 ? (row, other) : (other, row)
        rewards.chosen.append(outcome.rewards[better])
        rewards.rejected.append(outcome.rewards[worse])
        logProbabilities.chosen.append(outcome.logProbabilities[better])
        logProbabilities.rejected.append(outcome.logProbabilities[worse])
        margins.append(outcome.rewards[better] - outcome.rewards[worse])
      } else if label > 0.5 {
        rewards.chosen.append(outcome.rewards[row])
        logProbabilities.chosen.append(outcome.logProbabilities[row])
      } else {
        rewards.rejected.append(outcome.rewards[row])
        logProbabilities.rejected.append(outcome.logProbabilities[row])
      }
    }
  }

  /// The figures of an update, with `others`.
  ///
  /// The margin of rows without pairs is that of the means. The accuracy is there for pairs alone.
  func metrics(_ others: [String: Double]) -> [String: Double] {
    var metrics = others
    let means = (Statistics.mean(rewards.chosen), Statistics.mean(rewards.rejected))
    metrics["preference/loss"] = loss / Double(max(count, 1))
    metrics["preference/chosenReward"] = means.0
    metrics["preference/rejectedReward"] = means.1
    metrics["preference/margin"] = margins.isEmpty ? means.0 - means.1 : Statistics.mean(margins)
    metrics["preference/chosenLogProbability"] = Statistics.mean(logProbabilities.chosen)
    metrics["preference/rejectedLogProbability"] = Statistics.mean(logProbabilities.rejected)
    if let accuracy { metrics["preference/accuracy"] = accuracy }
    return metrics
  }

  /// The figures of an evaluation on held-out pairs.
  func heldOutMetrics(withLoss: Bool) -> [String: Double] {
    guard let accuracy else { return [:] }
    var metrics = [
      "preference/heldOutAccuracy": accuracy,
      "preference/heldOutMargin": Statistics.mean(margins),
    ]
    if withLoss { metrics["preference/heldOutLoss"] = loss / Double(max(count, 1)) }
    return metrics
  }

  /// The share of pairs whose preferred side has the higher reward; equal rewards count half.
  private var accuracy: Double? {
    guard !margins.isEmpty else { return nil }
    let correct = margins.reduce(0.0) { $0 + ($1 > 0 ? 1 : $1 == 0 ? 0.5 : 0) }
    return correct / Double(margins.count)
  }
}
