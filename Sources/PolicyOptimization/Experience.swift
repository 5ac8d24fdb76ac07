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
  /// The reference policy's distributions of the actions, where the divergence is computed from them in the loss.
  var referenceDistributions: NormalActions?
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
      reference: select(reference), referenceDistributions: referenceDistributions?.mapped(select),
      rewards: select(rewards), values: values.map(select),
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

  /// The sums of the rewards of each trajectory, `[count]`.
  private var totals: Tensor { Tensor.concatenate(parts.map { $0.rewards.sum(dim: 1) }, dim: 0) }

  /// Gives every action the advantage of its trajectory, from those of all trajectories, `[count]`.
  private mutating func spread(_ advantages: Tensor) {
    let shares = advantages.split(dim: 0, sizes: parts.map(\.rollout.count))
    for (index, own) in shares.enumerated() {
      let mask = parts[index].rollout.mask
      parts[index].advantages = own.unsqueezed(1) * mask.to(own.dtype)
    }
  }

  /// Estimates the advantages of all trajectories.
  ///
  /// `byPrompt` gives those of trajectories from their rewards, in order, where the recipe compares scores of a prompt.
  mutating func estimateAdvantages(
    _ recipe: PolicyRecipe, discount: Double, lambda: Double, byPrompt: ([Double]) -> [Double]
  ) {
    switch recipe.source {
    case .group(let baseline):
      guard count > 0 else { return }
      let estimator = GroupAdvantage(
        groupSize: recipe.groupSize, baseline: baseline, scaling: recipe.scaling)
      spread(estimator(totals))
    case .prompts:
      guard count > 0 else { return }
      let totals = totals
      spread(Tensor(byPrompt(totals.to(.float64).doubles())).to(totals.dtype).to(totals.device))
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
    for index in parts.indices {
      let mask = parts[index].rollout.mask
      if recipe.whitens { parts[index].advantages = parts[index].advantages.whitened(mask) }
      guard let clip = recipe.advantageClip else { continue }
      parts[index].advantages = parts[index].advantages.clamped(min: -clip, max: clip)
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
