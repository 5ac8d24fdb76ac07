import RLHFPlugin
import Torch

/// Sums over the trajectories of an iteration, from which its figures are made.
struct RolloutFigures {
  var rows = 0
  var reward = 0.0
  /// Sum of the k1 estimate of the divergence from the reference policy.
  var divergence = 0.0
  var entropy = 0.0
  var actions = 0
  var complete = 0
  var groups = 0
  /// The number of groups whose scores are all the same.
  var silentGroups = 0

  mutating func add(_ rollout: Rollout, rewards: Tensor, entropies: Tensor, divergence: Tensor) {
    rows += rollout.count
    reward += rewards.sum().item()
    self.divergence += divergence.sum().item()
    entropy += (entropies * rollout.mask.to(entropies.dtype)).sum().item()
    actions += rollout.lengths().reduce(0, +)
    complete += rollout.isComplete.count { $0 }
  }

  var silentGroupFraction: Double { Double(silentGroups) / Double(Swift.max(groups, 1)) }

  var metrics: [String: Double] {
    let count = Double(Swift.max(rows, 1))
    return [
      "objective/reward": reward / count, "objective/kl": divergence / count,
      "objective/entropy": entropy / Double(Swift.max(actions, 1)),
      "objective/length": Double(actions) / count,
      "objective/complete": Double(complete) / count,
    ]
  }
}
