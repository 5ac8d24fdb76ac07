public import Torch

/// The cumulative-logit loss of a reward model over ratings on a scale of K levels (McCullagh 1980).
///
/// The probability of a level of at most k is σ(cut_k - score): a higher score moves the whole rating up, and the cuts,
/// which are learned with the scores, say how far apart the levels are.
public struct OrdinalLoss {
  /// The cuts between levels, `[K - 1]` in rising order, or `[N, K - 1]` for a row of cuts per score.
  public var cuts: Tensor

  /// Creates a loss.
  public init(cuts: Tensor) {
    precondition(
      (1...2).contains(cuts.rank) && (cuts.shape.last ?? 0) > 0,
      "OrdinalLoss: cuts \(cuts.shape); expected [K - 1] or [N, K - 1] with at least one cut")
    self.cuts = cuts
  }

  /// The log-probabilities of the levels, `[N, K]`, with gradient.
  public func logProbabilities(_ scores: Tensor) -> Tensor {
    let rows = scores.shape[0]
    let cuts = self.cuts.rank == 1 ? self.cuts.unsqueezed(0) : self.cuts
    let count = cuts.shape[1]
    let distance = cuts - scores.unsqueezed(1)
    let end = Tensor.zeros([rows, 1], dtype: scores.dtype, device: scores.device)
    // σ(a) - σ(b) = σ(a) σ(-b) (1 - exp(b - a)) has no cancellation.
    let below = Tensor.concatenate([distance.logSigmoid(), end], dim: 1)
    let above = Tensor.concatenate([end, (-distance).logSigmoid()], dim: 1)
    guard count > 1 else { return below + above }
    let widths =
      cuts.narrow(dim: 1, start: 1, length: count - 1)
      - cuts.narrow(dim: 1, start: 0, length: count - 1)
    let gaps = (-(-widths).expm1()).log().expanded([rows, count - 1])
    return below + above + Tensor.concatenate([end, gaps, end], dim: 1)
  }

  /// The negative log-likelihood of each rating, `[N]`, with gradient.
  /// - Parameters:
  ///   - scores: The scores, `[N]`.
  ///   - levels: The levels as integers from 0, `[N]`.
  /// - Returns: The losses, `[N]`.
  public func callAsFunction(scores: Tensor, levels: Tensor) -> Tensor {
    precondition(
      scores.rank == 1 && scores.shape == levels.shape,
      "OrdinalLoss: scores \(scores.shape) and levels \(levels.shape) differ; expected [N] both")
    return -logProbabilities(scores).gather(dim: 1, indices: levels.unsqueezed(1)).squeezed(1)
  }
}

/// The losses of scores that should equal the ratings themselves.
public enum RegressionLoss {
  /// The squared error of each score, `[N]`, with gradient.
  public static func squared(scores: Tensor, targets: Tensor) -> Tensor {
    (scores - targets).square()
  }

  /// The Huber loss of each score, `[N]`, with gradient: d²/2 up to `delta`, and linear beyond (Huber 1964).
  public static func huber(scores: Tensor, targets: Tensor, delta: Double = 1) -> Tensor {
    let distance = (scores - targets).abs()
    let near = distance.clamped(max: delta)
    return near * (distance - near * 0.5)
  }
}
