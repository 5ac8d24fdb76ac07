public import Torch

/// How the scores of a reward model become rewards.
public struct ScoreOptions: Codable, Sendable, Equatable {
  /// How scores are normalised over the run.
  public enum Normalisation: String, Codable, Sendable, CaseIterable {
    /// Not at all.
    case none
    /// Divided by the running standard deviation.
    case scale
    /// The running mean taken off, then divided by the running standard deviation.
    case standardise
  }

  /// How scores are normalised over the run.
  public var normalisation: Normalisation = .none
  /// The largest size of a score after normalisation; `nil` does not clip.
  public var clip: Double? = 5
  /// The score, after normalisation and clipping, of a trajectory that did not end by itself; `nil` leaves its score.
  public var incompleteScore: Double?
  /// What long trajectories cost, after all that.
  public var length = LengthPenalty()

  /// Creates the defaults.
  public init() {}

  /// The scores as rewards; `moments` have seen them already, and without `lengths` none is punished.
  public func shaped(
    _ scores: [Double], isComplete: [Bool], lengths: [Int]? = nil, moments: RunningMoments
  ) -> [Double] {
    var shaped = scores
    switch normalisation {
    case .none: break
    case .scale: shaped = moments.normalised(scores, shiftsMean: false)
    case .standardise: shaped = moments.normalised(scores, shiftsMean: true)
    }
    if let clip { shaped = shaped.map { min(max($0, -clip), clip) } }
    if let incompleteScore {
      shaped = zip(shaped, isComplete).map { $1 ? $0 : incompleteScore }
    }
    if let lengths { shaped = zip(shaped, lengths).map { $0 + length(length: $1) } }
    return shaped
  }
}

/// The reward of each action, `[B, T]`.
///
/// `scores` `[B]` at a row's last action, and -β times the estimated divergence from the reference
/// at every action (Ziegler and others 2019, equation 2); 0 outside the mask.
public func shapedRewards(
  scores: Tensor, logProbabilities: Tensor, reference: Tensor, mask: Tensor,
  coefficient: Double, estimator: KLEstimator = .k1
) -> Tensor {
  shapedRewards(
    scores: scores, divergence: estimator(logProbabilities, reference: reference), mask: mask,
    coefficient: coefficient)
}

/// The reward of each action, `[B, T]`, with the divergence at every action, `[B, T]`, as it is known.
public func shapedRewards(
  scores: Tensor, divergence: Tensor, mask: Tensor, coefficient: Double
) -> Tensor {
  precondition(
    scores.shape == [mask.shape[0]] && divergence.shape == mask.shape,
    "shapedRewards: scores \(scores.shape), divergence \(divergence.shape), mask \(mask.shape) do not fit"
  )
  let present = mask.to(divergence.dtype)
  let length = mask.shape[1]
  let none = Tensor.zeros([mask.shape[0], 1], dtype: present.dtype, device: present.device)
  let isLast =
    present
    - Tensor.concatenate([present.narrow(dim: 1, start: 1, length: length - 1), none], dim: 1)
  return isLast * scores.to(present.dtype).unsqueezed(1) - divergence * present * coefficient
}
