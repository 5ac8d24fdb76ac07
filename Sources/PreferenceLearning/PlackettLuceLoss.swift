public import Torch

/// The Plackett–Luce loss of a reward model over rankings: the negative log-likelihood of choosing the best, then the best
/// of those left, and so on (Plackett 1975).
public struct PlackettLuceLoss: Sendable {
  /// How many of the first choices count; `nil` for all of them.
  public var topCount: Int?

  /// Creates a loss.
  public init(topCount: Int? = nil) {
    self.topCount = topCount
  }

  /// The loss of each ranking, `[N]`, with gradient.
  ///
  /// For scores s in the order of their ranks it is the sum over places k of log Σ_{j ≥ k} exp s_j - s_k. Equal ranks are
  /// chosen one by one, each among all of them (Breslow 1974).
  /// - Parameters:
  ///   - scores: Scores of the ranked artifacts, `[N, K]`.
  ///   - ranks: Their ranks as integers, `[N, K]`; 0 is best, -1 is padding.
  ///   - topCounts: How many of the first choices count in each row, integers `[N]`; `nil` for ``topCount``.
  /// - Returns: The losses, `[N]`.
  public func callAsFunction(
    scores: Tensor, ranks: Tensor, topCounts: Tensor? = nil
  ) -> Tensor {
    requireShapes(scores, ranks)
    // Element (n, i, j) says whether j was still there when i was chosen.
    let remaining = ranks.unsqueezed(1) .>= ranks.unsqueezed(2)
    let all = scores.unsqueezed(1).expanded(remaining.shape)
    let among = all.maskedFill(remaining.logicalNot(), -.infinity).logSumExp(dim: 2)
    var counts = ranks .>= 0
    if let topCounts {
      counts = counts .& (ranks .< topCounts.unsqueezed(1))
    } else if let topCount {
      counts = counts .& (ranks .< Double(topCount))
    }
    return ((among - scores) * counts.to(scores.dtype)).sum(dim: 1)
  }

  /// The mean over the pairs of each ranking of -log σ(better - worse), `[N]` (Ouyang and others 2022, equation 1).
  ///
  /// Pairs of equal ranks are left out; a row without pairs has loss 0.
  public static func allPairs(scores: Tensor, ranks: Tensor) -> Tensor {
    PlackettLuceLoss().requireShapes(scores, ranks)
    let isPair =
      (ranks.unsqueezed(2) .< ranks.unsqueezed(1)) .& (ranks.unsqueezed(2) .>= 0)
    let difference = scores.unsqueezed(2) - scores.unsqueezed(1)
    let weights = isPair.to(scores.dtype)
    let sums = -(difference.logSigmoid() * weights).sum(dims: [1, 2])
    return sums / weights.sum(dims: [1, 2]).clamped(min: 1)
  }

  private func requireShapes(_ scores: Tensor, _ ranks: Tensor) {
    precondition(
      scores.rank == 2 && scores.shape == ranks.shape,
      "PlackettLuceLoss: scores \(scores.shape) and ranks \(ranks.shape) differ; expected [N, K] both"
    )
  }
}
