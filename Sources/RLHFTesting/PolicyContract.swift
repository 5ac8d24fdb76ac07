import NeuralNetworks
public import RLHFCore
public import RLHFPlugin
import Torch

/// What the engine takes for granted of a policy, checked on one.
public enum PolicyContract {
  /// Samples for `prompts` and looks whether the policy does what ``Policy`` promises.
  ///
  /// - Returns: A sentence for each promise that is broken: what was found, and where to look.
  public static func violations<P: Policy>(
    of policy: P, prompts: [P.Prompt], seed: Seed = 1, tolerance: Double = 1e-4
  ) throws -> [String] {
    precondition(prompts.count > 1, "PolicyContract: give at least two prompts")
    var violations: [String] = []
    func require(_ condition: Bool, _ sentence: String) {
      if !condition { violations.append(sentence) }
    }
    let rollout = try policy.sample(prompts, seed: seed)
    require(
      rollout.count == prompts.count,
      "sample gave \(rollout.count) trajectories for \(prompts.count) prompts; give one each.")
    require(
      rollout.lengths().allSatisfy { $0 > 0 },
      "sample gave a trajectory without actions; take at least one, such as the end.")
    require(
      hasContiguousRows(rollout.mask),
      "the mask of a rollout has gaps; the actions of a row begin at column 0 and follow one another."
    )
    let again = try policy.sample(prompts, seed: seed)
    require(
      again.mask.bools() == rollout.mask.bools()
        && rollout.actions.allSatisfy { name, tensor in
          again.actions[name].map { $0.to(.float64).doubles() == tensor.to(.float64).doubles() }
            ?? false
        },
      "the same seed took other actions; draw everything from the seed that sample is given.")
    let request = EvaluationRequest(entropies: true, features: true)
    let evaluation = try withoutGradient { try policy.evaluate(rollout, request) }
    let shape = rollout.mask.shape
    require(
      evaluation.logProbabilities.shape == shape,
      "evaluate gave log-probabilities \(evaluation.logProbabilities.shape) for actions \(shape).")
    require(
      evaluation.entropies?.shape == shape,
      "evaluate was asked for entropies \(shape) and gave \(evaluation.entropies?.shape ?? []).")
    require(
      evaluation.features?.shape == shape + [policy.featureSize],
      "evaluate was asked for features \(shape + [policy.featureSize]) and gave \(evaluation.features?.shape ?? [])."
    )
    let outside = rollout.mask.logicalNot().to(.float32)
    require(
      (evaluation.logProbabilities.abs() * outside).sum().item() == 0,
      "log-probabilities are not 0 outside the mask; multiply them by it.")
    let single = try withoutGradient { try policy.evaluate(rollout.rows([1]), .logProbabilities) }
    let row = evaluation.logProbabilities.indexSelect(dim: 0, indices: Tensor([1]))
    require(
      (single.logProbabilities - row).abs().max().item() < tolerance,
      "a row evaluated alone has other log-probabilities than in its batch; padding or neighbours leak in."
    )
    require(
      try policy.artifacts(of: rollout).count == rollout.count,
      "artifacts gave another number of artifacts than there are trajectories.")
    violations += try gradientViolations(of: policy, rollout)
    return violations
  }

  private static func gradientViolations<P: Policy>(
    of policy: P, _ rollout: Rollout
  ) throws -> [String] {
    policy.parameters.clearGradients()
    defer { policy.parameters.clearGradients() }
    let evaluation = try policy.evaluate(rollout, EvaluationRequest(features: true))
    let features = evaluation.features.map { $0.square().sum() }
    let loss = evaluation.logProbabilities.sum() + (features ?? Tensor(0.0))
    loss.backward()
    let silent = policy.parameters.trainable.filter { $0.tensor.gradient == nil }.map(\.name)
    guard !silent.isEmpty else { return [] }
    return [
      "no gradient reaches \(silent.joined(separator: ", ")); freeze what is not used, or use it in evaluate."
    ]
  }

  private static func hasContiguousRows(_ mask: Tensor) -> Bool {
    let length = mask.shape[1]
    let flags = mask.bools()
    return stride(from: 0, to: flags.count, by: length).allSatisfy { start in
      let row = flags[start..<start + length]
      return row.drop { $0 }.allSatisfy { !$0 }
    }
  }
}
