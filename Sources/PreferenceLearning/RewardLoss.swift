import RLHFCore
import Torch

/// The loss of a reward model over a batch that mixes pairs, rankings and ratings.
struct RewardLoss<Prompt: Sendable, Artifact: Sendable> {
  let options: RewardOptions
  let scales: RatingScales

  /// A batch's loss.
  struct Value {
    /// The sum over examples and the mean over members; a scalar tensor with gradient.
    var sum: Tensor
    /// The losses of each form, summed over examples, and their number.
    var byForm: [String: (sum: Double, count: Int)]
  }

  /// The loss of `examples`, from the members' scores of their samples in order, `[B, M]`, each by the head of its
  /// criterion.
  func callAsFunction(
    _ examples: [RewardExamples<Prompt, Artifact>.Weighted], scores: Tensor
  ) -> Value {
    var pairs: [(row: Int, pair: PreferencePair<Prompt, Artifact>, weights: [Double])] = []
    var rankings: [(row: Int, ranking: Ranking<Prompt, Artifact>, weights: [Double])] = []
    var ratings: [(row: Int, rating: Rating<Prompt, Artifact>, weights: [Double])] = []
    var row = 0
    for weighted in examples {
      func weights(_ own: Double, _ form: Double) -> [Double] {
        weighted.memberWeights.map { $0 * own * form }
      }
      switch weighted.example {
      case .pair(let pair): pairs.append((row, pair, weights(pair.weight, options.pairWeight)))
      case .ranking(let ranking):
        rankings.append((row, ranking, weights(ranking.weight, options.rankingWeight)))
      case .rating(let rating):
        ratings.append((row, rating, weights(rating.weight, options.ratingWeight)))
      }
      row += weighted.example.samples.count
    }
    var value = Value(sum: Tensor(0), byForm: [:])
    func add(_ form: String, _ losses: Tensor, _ weights: [[Double]]) {
      let flat = Tensor(weights.flatMap { $0.map(Float.init) }, shape: losses.shape)
      let sum = (losses * flat).sum() / Double(losses.shape[1])
      value.sum = value.sum + sum
      value.byForm[form] = (sum.item(), weights.count)
    }
    if !pairs.isEmpty {
      add("pair", pairLosses(pairs.map { ($0.row, $0.pair) }, scores), pairs.map(\.weights))
    }
    if !rankings.isEmpty {
      add(
        "ranking", rankingLosses(rankings.map { ($0.row, $0.ranking) }, scores),
        rankings.map(\.weights))
    }
    if !ratings.isEmpty {
      let rows = scores.indexSelect(dim: 0, indices: Tensor(ratings.map(\.row)))
      add(
        "rating", scales.losses(scores: rows, ratings: ratings.map(\.rating)),
        ratings.map(\.weights))
    }
    return value
  }

  /// The losses of pairs, `[N, M]`; the chosen side is in a pair's first row.
  private func pairLosses(
    _ pairs: [(Int, PreferencePair<Prompt, Artifact>)], _ scores: Tensor
  ) -> Tensor {
    let members = scores.shape[1]
    func side(_ offset: Int) -> Tensor {
      scores.indexSelect(dim: 0, indices: Tensor(pairs.map { $0.0 + offset })).reshaped([-1])
    }
    func perMember(_ value: (PreferencePair<Prompt, Artifact>) -> Double) -> Tensor {
      Tensor(pairs.flatMap { Array(repeating: Float(value($0.1)), count: members) })
    }
    let loss = BradleyTerryLoss(
      centring: options.centring, labelSmoothing: options.labelSmoothing)
    let losses = loss(
      chosen: side(0), rejected: side(1),
      margins: options.usesMargins ? perMember(\.margin) : nil,
      labels: pairs.allSatisfy { $0.1.label == 1 } ? nil : perMember(\.label))
    return losses.reshaped([pairs.count, members])
  }

  /// The losses of rankings, `[N, M]`; a ranking's rows are in its order.
  private func rankingLosses(
    _ rankings: [(Int, Ranking<Prompt, Artifact>)], _ scores: Tensor
  ) -> Tensor {
    let members = scores.shape[1]
    let longest = rankings.map { $0.1.artifacts.count }.max() ?? 0
    let places = rankings.flatMap { row, ranking in
      (0..<longest).map { row + min($0, ranking.artifacts.count - 1) }
    }
    let ranks = rankings.flatMap { _, ranking in
      (0..<longest).map { place in
        place >= ranking.artifacts.count ? -1 : min(place, ranking.topCount ?? place)
      }
    }
    let counts = rankings.map { $0.1.topCount ?? longest }
    func forMembers(_ tensor: Tensor) -> Tensor {
      Tensor.concatenate(Array(repeating: tensor, count: members), dim: 0)
    }
    let own = scores.indexSelect(dim: 0, indices: Tensor(places))
      .reshaped([rankings.count, longest, members]).permuted([2, 0, 1])
      .reshaped([members * rankings.count, longest])
    let order = forMembers(Tensor(ranks, shape: [rankings.count, longest]))
    let losses =
      options.rankingLoss == .allPairs
      ? PlackettLuceLoss.allPairs(scores: own, ranks: order)
      : PlackettLuceLoss()(
        scores: own, ranks: order, topCounts: forMembers(Tensor(counts)))
    return losses.reshaped([members, rankings.count]).transposed()
  }
}
