public import RLHFCore
import RLHFPlugin
import Torch

/// One iteration's trajectories with everything that their update needs, computed once before it.
struct Experience {
  /// The trajectories.
  var rollout: Rollout
  /// Log-probabilities when the actions were taken, `[B, T]`.
  var logProbabilities: Tensor
  /// Log-probabilities under the reference policy, `[B, T]`.
  var reference: Tensor
  /// Entropies when the actions were taken, `[B, T]`.
  var entropies: Tensor
  /// The critic's values when the actions were taken, `[B, T]`.
  var values: Tensor
  /// Advantages, whitened if so configured, `[B, T]`.
  var advantages: Tensor
  /// The critic's targets, `[B, T]`.
  var returns: Tensor

  /// The rows with the given indices.
  func rows(_ indices: [Int]) -> Experience {
    let index = Tensor(indices)
    func select(_ tensor: Tensor) -> Tensor { tensor.indexSelect(dim: 0, indices: index) }
    return Experience(
      rollout: rollout.rows(indices), logProbabilities: select(logProbabilities),
      reference: select(reference), entropies: select(entropies), values: select(values),
      advantages: select(advantages), returns: select(returns))
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
