import Foundation

/// Items' scores and raters' reliabilities, fitted together (Chen and others 2013, Crowd-BT): rater k says that i is
/// better than j with probability ηₖ σ(sᵢ - sⱼ) + (1 - ηₖ) σ(sⱼ - sᵢ).
///
/// η is 1 for who never errs, 0.5 for who guesses and 0 for who says the opposite. The likelihood alone cannot tell
/// scores with reliabilities from the opposite scores with one minus the reliabilities; an anchor can: comparisons of
/// which the truth is known (``Vote/isGold``), or a prior by which raters are more often right than wrong.
public struct CrowdFit: Sendable, Hashable {
  /// One comparison by one rater.
  public struct Vote: Sendable, Hashable {
    /// Who compared.
    public var rater: Int
    /// The preferred item; where the truth is known, the item that was said to be better.
    public var winner: Int
    /// The other item.
    public var loser: Int
    /// How much it counts; half a vote each way is a tie.
    public var weight: Double
    /// The side it was on, where that may matter: 1 where the preferred item was shown first, -1 where second.
    public var side: Double
    /// Whether the vote is known to be right or wrong; then it tells of the rater alone.
    public var isGold: Bool?

    /// Creates a vote.
    public init(
      rater: Int, winner: Int, loser: Int, weight: Double = 1, side: Double = 0,
      isGold: Bool? = nil
    ) {
      self.rater = rater
      self.winner = winner
      self.loser = loser
      self.weight = weight
      self.side = side
      self.isGold = isGold
    }
  }

  /// What is assumed before the first vote.
  public struct Prior: Sendable, Hashable, Codable {
    /// The weight λ of λ/2 Σ score².
    public var scorePenalty = 0.1
    /// The weight of ½ Σ (logit η - mean)².
    public var reliabilityPenalty = 0.1
    /// The logit of the reliability that is expected of an unknown rater: the anchor, where it is above 0.
    public var reliabilityLogit = 0.0
    /// Whether an advantage of the side shown first is fitted too.
    public var hasSideBias = false

    /// The prior without an anchor, as in the literature.
    public init() {}

    /// An anchored prior: an unknown rater is right three times in four.
    public static var anchored: Prior {
      var prior = Prior()
      prior.reliabilityLogit = log(3)
      prior.reliabilityPenalty = 0.5
      return prior
    }
  }

  /// The scores of the items.
  public private(set) var scores: [Double]
  /// The reliabilities η of the raters.
  public private(set) var reliabilities: [Double]
  /// The log-odds that the side shown first gains; 0 where it was not fitted.
  public private(set) var sideBias = 0.0
  /// The negative log-likelihood with the penalties: what was minimised.
  public private(set) var objective: Double

  /// Fits votes from the start and, where there is an anchor, from its mirrored twin; the better end counts.
  ///
  /// The search ends where no slope of the objective is steeper than `tolerance`.
  public init(
    _ votes: [Vote], items: Int, raters: Int, prior: Prior = .anchored, tolerance: Double = 1e-9
  ) throws {
    for vote in votes {
      guard (0..<raters).contains(vote.rater), (0..<items).contains(vote.winner),
        (0..<items).contains(vote.loser), vote.winner != vote.loser, vote.weight >= 0,
        vote.weight.isFinite
      else {
        throw RLHFError(
          .invalidData,
          "Rater \(vote.rater) preferred item \(vote.winner) to item \(vote.loser) with the weight \(vote.weight); expected two of \(items) items, one of \(raters) raters and a weight of at least 0."
        )
      }
    }
    let problem = Problem(votes: votes, items: items, raters: raters, prior: prior)
    // Equal scores are a saddle: start from who won more often.
    var first = [Double](repeating: 0, count: items + raters + 1)
    for vote in votes where vote.isGold == nil {
      first[vote.winner] += 0.1 * vote.weight
      first[vote.loser] -= 0.1 * vote.weight
    }
    let largest = max(1, first.map(abs).max() ?? 1)
    for item in 0..<items { first[item] /= largest }
    for rater in 0..<raters { first[items + rater] = 1 }
    var starts = [first]
    if prior.reliabilityLogit != 0 || votes.contains(where: { $0.isGold != nil }) {
      starts.append(first.indices.map { $0 < items ? -first[$0] : first[$0] })
      starts.append(first.indices.map { $0 < items + raters ? -first[$0] : first[$0] })
    }
    let search = GradientDescent(tolerance: tolerance)
    let ends = starts.map { search.minimum(from: $0, of: problem.value) }
    let best = ends.min { $0.value < $1.value } ?? (first, .infinity)
    scores = Array(best.point[..<items])
    reliabilities = best.point[items..<items + raters].map(Statistics.sigmoid)
    sideBias = prior.hasSideBias ? best.point[items + raters] : 0
    objective = best.value
  }

  /// The objective at other scores and reliabilities, to compare solutions.
  public static func objective(
    of votes: [Vote], scores: [Double], reliabilities: [Double], prior: Prior
  ) -> Double {
    let problem = Problem(
      votes: votes, items: scores.count, raters: reliabilities.count, prior: prior)
    return problem.value(scores + reliabilities.map { log($0) - log1p(-$0) } + [0]).value
  }

  /// The probability that a rater says `first` rather than `second`, wherever they are shown.
  public static func probability(difference: Double, reliability: Double) -> Double {
    reliability * Statistics.sigmoid(difference)
      + (1 - reliability) * Statistics.sigmoid(-difference)
  }

  private struct Problem {
    let votes: [Vote]
    let items: Int
    let raters: Int
    let prior: Prior

    func value(_ values: [Double]) -> (value: Double, gradient: [Double]) {
      var gradient = [Double](repeating: 0, count: values.count)
      var sum = 0.0
      for item in 0..<items {
        sum += prior.scorePenalty / 2 * values[item] * values[item]
        gradient[item] = prior.scorePenalty * values[item]
      }
      for index in items..<items + raters {
        let away = values[index] - prior.reliabilityLogit
        sum += prior.reliabilityPenalty / 2 * away * away
        gradient[index] = prior.reliabilityPenalty * away
      }
      let last = items + raters
      if prior.hasSideBias {
        sum += values[last] * values[last] / 2
        gradient[last] = values[last]
      }
      for vote in votes {
        let index = items + vote.rater
        let reliability = Statistics.sigmoid(values[index])
        if let isRight = vote.isGold {
          let chance = isRight ? reliability : 1 - reliability
          sum -= vote.weight * log(max(chance, 1e-300))
          gradient[index] -= vote.weight * ((isRight ? 1 : 0) - reliability)
          continue
        }
        let side = prior.hasSideBias ? vote.side : 0
        let difference = values[vote.winner] - values[vote.loser]
        let (up, down) = (
          Statistics.sigmoid(difference + side * values[last]),
          Statistics.sigmoid(-difference + side * values[last])
        )
        let chance = max(reliability * up + (1 - reliability) * down, 1e-300)
        sum -= vote.weight * log(chance)
        let (upSlope, downSlope) = (up * (1 - up), down * (1 - down))
        let slope =
          vote.weight / chance * (reliability * upSlope - (1 - reliability) * downSlope)
        gradient[vote.winner] -= slope
        gradient[vote.loser] += slope
        gradient[index] -=
          vote.weight / chance * reliability * (1 - reliability) * (up - down)
        gradient[last] -=
          vote.weight / chance * side * (reliability * upSlope + (1 - reliability) * downSlope)
      }
      return (sum, gradient)
    }
  }
}
