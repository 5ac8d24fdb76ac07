import Foundation

/// How right a model can be about votes, given how far the raters themselves agree.
///
/// Where one rater says "first" of a comparison with probability p, two agree with p² + (1 - p)², and the best guess of
/// one vote is right with max(p, 1 - p). Over comparisons of any mix of difficulty, with the mean agreement a, the best
/// accuracy lies between a (some comparisons are clear, the others are coin flips) and (1 + √(2a - 1)) / 2 (all are
/// equally hard).
public struct AgreementCeiling: Sendable, Hashable, Codable {
  /// The share of pairs of votes on the same comparison that agree.
  public var agreement: Double
  /// The range of the best accuracy on single votes.
  public var accuracy: Interval

  /// The ceiling under a mean pairwise agreement, ties left out before; not a number where that is.
  public init(agreement: Double) {
    self.agreement = agreement
    let upper = (1 + max(0, 2 * agreement - 1).squareRoot()) / 2
    accuracy = Interval(lower: max(0.5, agreement), upper: max(upper, agreement), confidence: 1)
    if agreement.isNaN { accuracy = Interval(lower: .nan, upper: .nan, confidence: 1) }
  }

  /// How often the majority of `raters` equally good, independent raters is right about the truth, ties decided by a coin.
  ///
  /// Assumes that all comparisons are equally hard; a single rater is right with ``accuracy``'s upper end.
  public func majorityAccuracy(of raters: Int) -> Double {
    precondition(raters > 0, "majorityAccuracy: \(raters) raters; wanted at least 1")
    let right = accuracy.upper
    var sum = 0.0
    for hits in 0...raters where 2 * hits >= raters {
      let logWays =
        lgamma(Double(raters) + 1) - lgamma(Double(hits) + 1) - lgamma(Double(raters - hits) + 1)
      let share =
        exp(logWays) * pow(right, Double(hits)) * pow(1 - right, Double(raters - hits))
      sum += 2 * hits == raters ? share / 2 : share
    }
    return sum
  }
}
