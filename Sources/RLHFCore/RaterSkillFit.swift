import Foundation

/// Items' scores and raters' skills, fitted together: a skilled rater's comparisons follow the scores, one without skill
/// guesses, and one with a negative skill prefers the worse.
///
/// P(i over j | rater r) = σ(skill_r (s_i - s_j)) after Chen and others (2013), with the penalty
/// ½ Σ s² + ½ Σ (skill - 1)².
public struct RaterSkillFit: Sendable, Hashable {
  /// The scores of the items.
  public private(set) var scores: [Double]
  /// The skills of the raters; 1 is what is expected of a rater who judged nothing.
  public private(set) var skills: [Double]
  /// The negative log-likelihood with the penalty.
  public private(set) var penalisedLoss: Double

  /// One comparison.
  public struct Vote: Sendable, Hashable {
    /// Who compared.
    public var rater: Int
    /// The preferred item.
    public var winner: Int
    /// The other item.
    public var loser: Int

    /// Creates a vote.
    public init(rater: Int, winner: Int, loser: Int) {
      self.rater = rater
      self.winner = winner
      self.loser = loser
    }
  }

  /// Fits votes: scores for the skills, skills for the scores, by turns, until neither moves.
  public init(_ votes: [Vote], items: Int, raters: Int) throws {
    guard
      let bad = votes.first(where: {
        !(0..<raters).contains($0.rater) || !(0..<items).contains($0.winner)
          || !(0..<items).contains($0.loser) || $0.winner == $0.loser
      })
    else {
      scores = Array(repeating: 0, count: items)
      skills = Array(repeating: 1, count: raters)
      penalisedLoss = .infinity
      fit(votes)
      return
    }
    throw RLHFError(
      .invalidData,
      "Rater \(bad.rater) preferred item \(bad.winner) to item \(bad.loser); expected two of \(items) items and one of \(raters) raters."
    )
  }

  private mutating func fit(_ votes: [Vote]) {
    for _ in 0..<2000 {
      let before = penalisedLoss
      fitScores(votes)
      fitSkills(votes)
      penalisedLoss = loss(votes)
      if before - penalisedLoss < 1e-13 * max(1, penalisedLoss) { break }
    }
  }

  private func loss(_ votes: [Vote]) -> Double {
    let likelihood = votes.reduce(0.0) { sum, vote in
      let logit = skills[vote.rater] * (scores[vote.winner] - scores[vote.loser])
      return sum + max(0, -logit) + log1p(exp(-abs(logit)))
    }
    return likelihood + scores.reduce(0) { $0 + $1 * $1 / 2 }
      + skills.reduce(0) { $0 + ($1 - 1) * ($1 - 1) / 2 }
  }

  /// A few steps of Newton's method on the scores; the loss is convex in them.
  private mutating func fitScores(_ votes: [Vote]) {
    let count = scores.count
    for _ in 0..<20 {
      var gradient = scores
      var curvature = [Double](repeating: 0, count: count * count)
      for index in 0..<count { curvature[index * count + index] = 1 }
      for vote in votes {
        let skill = skills[vote.rater]
        let p = Statistics.sigmoid(skill * (scores[vote.winner] - scores[vote.loser]))
        gradient[vote.winner] -= skill * (1 - p)
        gradient[vote.loser] += skill * (1 - p)
        let weight = skill * skill * p * (1 - p)
        curvature[vote.winner * count + vote.winner] += weight
        curvature[vote.loser * count + vote.loser] += weight
        curvature[vote.winner * count + vote.loser] -= weight
        curvature[vote.loser * count + vote.winner] -= weight
      }
      guard let step = SymmetricSystem(curvature, size: count)?.solve(gradient) else { return }
      advance(\.scores, by: step, votes)
      if (step.map(abs).max() ?? 0) < 1e-10 { return }
    }
  }

  /// The same for the skills, which do not depend on each other.
  private mutating func fitSkills(_ votes: [Vote]) {
    for _ in 0..<20 {
      var gradient = skills.map { $0 - 1 }
      var curvature = [Double](repeating: 1, count: skills.count)
      for vote in votes {
        let distance = scores[vote.winner] - scores[vote.loser]
        let p = Statistics.sigmoid(skills[vote.rater] * distance)
        gradient[vote.rater] -= distance * (1 - p)
        curvature[vote.rater] += distance * distance * p * (1 - p)
      }
      let step = zip(gradient, curvature).map { $0 / $1 }
      advance(\.skills, by: step, votes)
      if (step.map(abs).max() ?? 0) < 1e-10 { return }
    }
  }

  /// Takes a step, or a shorter one where that raises the loss.
  private mutating func advance(
    _ values: WritableKeyPath<RaterSkillFit, [Double]>, by step: [Double], _ votes: [Vote]
  ) {
    let (start, before) = (self[keyPath: values], loss(votes))
    var length = 1.0
    repeat {
      self[keyPath: values] = zip(start, step).map { $0 - length * $1 }
      length /= 2
    } while loss(votes) > before + 1e-12 * abs(before) && length > 1e-6
  }
}
