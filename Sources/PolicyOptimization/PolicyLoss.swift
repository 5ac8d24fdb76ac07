public import Torch

/// Over what the probability ratio ρ of new and old policy is taken.
public enum RatioLevel: String, Codable, Sendable, CaseIterable {
  /// Each action has its own: ρ_t = π(a_t) / π_old(a_t).
  case action
  /// A trajectory has one, the geometric mean of its actions' (GSPO, Zheng et al. 2025, equation 7).
  case trajectoryMean
  /// A trajectory has one, the product of its actions' (RLOO, Ahmadian et al. 2024).
  case trajectory
}

/// How far the ratio may move from 1 before it is held.
public struct ClipRange: Codable, Sendable, Equatable {
  /// How far below 1.
  public var below: Double
  /// How far above 1; wider than `below` it is the clip-higher of DAPO, equation 10.
  public var above: Double
  /// The largest ratio of the unclipped term; `nil` does not bound it.
  ///
  /// It bounds the loss of actions with negative advantages: two-sided or dual clipping (Ye et al. 2020).
  public var limit: Double?

  /// Creates a range from 1 - `below` to 1 + `above`.
  public init(below: Double, above: Double, limit: Double? = nil) {
    self.below = below
    self.above = above
    self.limit = limit
  }

  /// Creates the range 1 ± `range`.
  public init(_ range: Double) {
    self.init(below: range, above: range)
  }
}

/// The clipped surrogate of PPO (Schulman and others 2017, equation 7) and its kin, and the figures that describe an
/// update.
public struct PolicyLoss {
  /// The weighted sum over masked actions of max(-A ρ, -A clip(ρ)), with gradient.
  public var sum: Tensor
  /// Per action, detached: whether the clipped term was the larger one, as 0 or 1.
  public var isClipped: Tensor
  /// Per action, detached: log π(a) - log π_old(a).
  public var logRatios: Tensor

  /// Computes the loss over `[B, T]` tensors.
  /// - Parameters:
  ///   - logProbabilities: Of the actions under the policy, with gradient.
  ///   - old: Of the actions when they were taken.
  ///   - advantages: Of the actions.
  ///   - mask: Where an action was taken; Boolean.
  ///   - clip: How far the ratio may move.
  ///   - ratio: Over what the ratio is taken.
  ///   - weights: The weight of each action, 0 outside the mask; 1 where `nil`.
  public init(
    logProbabilities: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clip: ClipRange,
    ratio: RatioLevel = .action, weights: Tensor? = nil
  ) {
    precondition(
      logProbabilities.shape == old.shape && old.shape == advantages.shape
        && old.shape == mask.shape,
      "PolicyLoss: log-probabilities \(logProbabilities.shape), old \(old.shape), advantages \(advantages.shape), mask \(mask.shape) differ"
    )
    let present = mask.to(logProbabilities.dtype)
    let logRatios = (logProbabilities - old) * present
    let ratios = Self.levelled(logRatios, present, ratio).exp()
    let bounded = clip.limit.map { ratios.clamped(max: $0) } ?? ratios
    let plain = -advantages * bounded
    let clipped = -advantages * ratios.clamped(min: 1 - clip.below, max: 1 + clip.above)
    sum = (plain.maximum(clipped) * (weights ?? present)).sum()
    isClipped = ((clipped .> plain).to(present.dtype) * present).detached()
    self.logRatios = logRatios.detached()
  }

  private static func levelled(
    _ logRatios: Tensor, _ present: Tensor, _ level: RatioLevel
  ) -> Tensor {
    switch level {
    case .action: logRatios
    case .trajectory: logRatios.sum(dim: 1, keepDim: true).expanded(logRatios.shape)
    case .trajectoryMean:
      (logRatios.sum(dim: 1, keepDim: true)
        / present.sum(dim: 1, keepDim: true).clamped(min: 1)).expanded(logRatios.shape)
    }
  }
}

/// How the losses of actions become the loss of an update.
public enum LossNormalisation: String, Codable, Sendable, CaseIterable {
  /// The mean over all actions of the update (PPO, DAPO; BNPO where an update goes through the model at once).
  case actions
  /// The mean over each trajectory's actions, then over trajectories (GRPO).
  case trajectories
  /// The sum over all actions, divided by the number of trajectories times the longest length (Dr. GRPO).
  case longest

  /// The weight of each action, `[B, T]`: its loss is summed with it, and the sum divided by ``divisor(mask:longest:)``.
  public func weights(mask: Tensor, dtype: DType = .float32) -> Tensor {
    let present = mask.to(dtype)
    guard self == .trajectories else { return present }
    return present / present.sum(dim: 1, keepDim: true).clamped(min: 1)
  }

  /// What the sum is divided by; the divisors of parts of an update add up to that of the update.
  public func divisor(mask: Tensor, longest: Int) -> Double {
    switch self {
    case .actions: mask.to(.float64).sum().item()
    case .trajectories: Double(mask.shape[0])
    case .longest: Double(mask.shape[0] * longest)
    }
  }
}
