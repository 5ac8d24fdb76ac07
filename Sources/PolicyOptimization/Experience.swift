public import RLHFCore
import RLHFPlugin
import Torch

/// Trajectories with everything that their update needs, computed once before it.
struct Experience {
  /// The trajectories.
  var rollout: Rollout
  /// Log-probabilities when the actions were taken, `[B, T]`.
  var logProbabilities: Tensor
  /// Log-probabilities under the reference policy, `[B, T]`.
  var reference: Tensor
  /// The shaped rewards of the actions, `[B, T]`.
  var rewards: Tensor
  /// The critic's values when the actions were taken, `[B, T]`, where there is a critic.
  var values: Tensor?
  /// Advantages, `[B, T]`; 0 until they are estimated.
  var advantages: Tensor
  /// The critic's targets, `[B, T]`, where there is a critic.
  var returns: Tensor?

  /// The rows with the given indices.
  func rows(_ indices: [Int]) -> Experience {
    let index = Tensor(indices)
    func select(_ tensor: Tensor) -> Tensor { tensor.indexSelect(dim: 0, indices: index) }
    return Experience(
      rollout: rollout.rows(indices), logProbabilities: select(logProbabilities),
      reference: select(reference), rewards: select(rewards), values: values.map(select),
      advantages: select(advantages), returns: returns.map(select))
  }
}

/// The experience of an iteration: of one rollout, or of several where groups were replaced.
///
/// Rollouts cannot be joined, as only the policy knows what their tensors mean; rows are counted over all of them.
struct ExperienceBuffer {
  var parts: [Experience]

  /// The number of trajectories.
  var count: Int { parts.reduce(0) { $0 + $1.rollout.count } }

  /// The rows with the given numbers in portions of at most `size`, none of which spans two rollouts.
  func microbatches(of rows: [Int], size: Int) -> [Experience] {
    var portions: [Experience] = []
    var first = 0
    for part in parts {
      let own = rows.filter { (first..<first + part.rollout.count).contains($0) }
      portions += ShuffledBatches.inOrder(own.map { $0 - first }, size: size).map(part.rows)
      first += part.rollout.count
    }
    return portions
  }

  /// Estimates the advantages of all trajectories.
  mutating func estimateAdvantages(_ recipe: PolicyRecipe, discount: Double, lambda: Double) {
    switch recipe.source {
    case .group(let baseline):
      guard count > 0 else { return }
      let estimator = GroupAdvantage(
        groupSize: recipe.groupSize, baseline: baseline, scaling: recipe.scaling)
      let totals = Tensor.concatenate(parts.map { $0.rewards.sum(dim: 1) }, dim: 0)
      let advantages = estimator(totals).split(dim: 0, sizes: parts.map(\.rollout.count))
      for (index, own) in advantages.enumerated() {
        let mask = parts[index].rollout.mask
        parts[index].advantages = own.unsqueezed(1) * mask.to(own.dtype)
      }
    case .returns:
      for index in parts.indices {
        parts[index].advantages = returnsToGo(
          rewards: parts[index].rewards, mask: parts[index].rollout.mask, discount: discount)
      }
    case .critic:
      for index in parts.indices {
        guard let values = parts[index].values else {
          preconditionFailure("ExperienceBuffer: the critic's values are missing")
        }
        let estimate = GeneralizedAdvantage(discount: discount, lambda: lambda)(
          rewards: parts[index].rewards, values: values, mask: parts[index].rollout.mask)
        parts[index].advantages = estimate.advantages
        parts[index].returns = estimate.returns
      }
    }
    guard recipe.whitens else { return }
    for index in parts.indices {
      let mask = parts[index].rollout.mask
      parts[index].advantages = parts[index].advantages.whitened(mask)
    }
  }
}

/// What one iteration of policy optimisation did.
public struct PolicyIteration<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// The number of the iteration, from 0.
  public var index: Int
  /// The figures of the iteration, by their stable names.
  public var metrics: [String: Double]
  /// What was sampled.
  public var samples: [Sample<Prompt, Artifact>]
  /// The reward model's scores of the samples, before normalisation.
  public var scores: [Double]
}
