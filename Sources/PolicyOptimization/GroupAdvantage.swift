public import Torch

/// What the reward of a trajectory is compared with, among the trajectories of the same prompt.
public enum GroupBaseline: String, Codable, Sendable, CaseIterable {
  /// The mean of the group, the trajectory itself included (GRPO, Shao et al. 2024).
  case mean
  /// The mean of the other trajectories (RLOO, Ahmadian et al. 2024).
  case others
}

/// By which standard deviation (division by n - 1) differences from the baseline are divided.
public enum AdvantageScaling: String, Codable, Sendable, CaseIterable {
  /// By none (Dr. GRPO, Liu et al. 2025).
  case none
  /// By that of the trajectory's own group (GRPO).
  case group
  /// By that of the whole batch.
  case batch
}

/// Advantages of whole trajectories by comparison with others of the same prompt: no critic is needed.
public struct GroupAdvantage: Sendable, Equatable {
  /// The number of trajectories of a prompt; they are consecutive.
  public var groupSize: Int
  /// What a reward is compared with.
  public var baseline: GroupBaseline
  /// What differences are divided by.
  public var scaling: AdvantageScaling
  /// What is added to the standard deviation.
  public var epsilon: Double

  /// Creates an estimator.
  public init(
    groupSize: Int, baseline: GroupBaseline = .mean, scaling: AdvantageScaling = .group,
    epsilon: Double = 1e-4
  ) {
    self.groupSize = groupSize
    self.baseline = baseline
    self.scaling = scaling
    self.epsilon = epsilon
  }

  /// The advantages `[B]` of trajectories with `rewards` `[B]`, B being a multiple of the group size.
  ///
  /// With the mean as baseline: r - mean(group), divided by the standard deviation of the rewards. With the others as
  /// baseline: r - mean(others), divided by the standard deviation of these differences. A group whose rewards are all
  /// the same has advantages 0.
  public func callAsFunction(_ rewards: Tensor) -> Tensor {
    precondition(
      rewards.rank == 1 && groupSize > 1 && rewards.shape[0] % groupSize == 0,
      "GroupAdvantage: rewards \(rewards.shape) are not groups of \(groupSize), which must be at least 2"
    )
    // In float64: the rounding of a mean would be large beside the epsilon of a group without spread.
    let groups = rewards.to(.float64).reshaped([rewards.shape[0] / groupSize, groupSize])
    var differences = groups - groups.mean(dim: 1, keepDim: true)
    if baseline == .others {
      differences = differences * (Double(groupSize) / Double(groupSize - 1))
    }
    let spread = baseline == .others ? differences : groups
    switch scaling {
    case .none: break
    case .group:
      differences = differences / (spread.standardDeviation(dim: 1, keepDim: true) + epsilon)
    case .batch: differences = differences / (spread.standardDeviation() + epsilon)
    }
    return differences.reshaped(rewards.shape).to(rewards.dtype)
  }

  /// For each group whether its rewards differ at all; where they do not, there is nothing to learn from it.
  public static func haveSignal(_ rewards: [Double], groupSize: Int) -> [Bool] {
    precondition(
      groupSize > 0 && rewards.count.isMultiple(of: groupSize),
      "GroupAdvantage: \(rewards.count) rewards are not groups of \(groupSize)")
    return stride(from: 0, to: rewards.count, by: groupSize).map { start in
      rewards[start..<start + groupSize].contains { $0 != rewards[start] }
    }
  }
}

/// The discounted sums of the rewards from each action on, `[B, T]`: G_t = r_t + γ G_{t+1}; 0 outside the mask.
public func returnsToGo(rewards: Tensor, mask: Tensor, discount: Double = 1) -> Tensor {
  GeneralizedAdvantage(discount: discount, lambda: 1)(
    rewards: rewards,
    values: Tensor.zeros(rewards.shape, dtype: rewards.dtype, device: rewards.device), mask: mask
  ).advantages
}
