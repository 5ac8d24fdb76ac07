import RLHFCore
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

@Suite("PPO losses") struct PPOLossTests {
  @Test(
    "losses, figures and gradients equal the reference",
    arguments: Oracles.algorithms(startingWith: "ppo_loss_"))
  func losses(name: String) throws {
    let oracle = try Oracles.algorithms(name)
    let (parameters, scalars) = (oracle.parameters, oracle.json["scalars"])
    let logits = try oracle.tensor("in.logits").copied()
    let values = try oracle.tensor("in.new_values").copied()
    logits.requiresGradient = true
    values.requiresGradient = true
    let mask = try oracle.tensor("in.mask").to(.bool)
    let tokens = try oracle.tensor("in.tokens").to(.int64)
    let all = logits.logSoftmax(dim: -1)
    let taken = all.gather(dim: 2, indices: tokens.unsqueezed(2)).squeezed(2)
    let policy = PolicyLoss(
      logProbabilities: taken, old: try oracle.tensor("in.old_logprobs"),
      advantages: try oracle.tensor("in.advantages"), mask: mask,
      clipRange: parameters["clip_range"].double)
    let returns = try oracle.tensor("in.returns")
    let value = ValueLoss(
      values: values, old: try oracle.tensor("in.old_values"), returns: returns, mask: mask,
      clipRange: parameters["value_clip_range"].double)
    let count = mask.to(.float32).sum().item()
    let coefficient = parameters["value_coefficient"].double
    let total = (policy.sum + value.sum * coefficient) / count
    total.backward()
    func isNear(_ value: Double, _ name: String) -> Bool {
      abs(value - scalars[name].double) < 1e-5 * max(1, abs(scalars[name].double))
    }
    #expect(isNear(policy.sum.item() / count, "policy_loss"))
    #expect(isNear(value.sum.item() / count, "value_loss"))
    #expect(isNear(total.item(), "total_loss"))
    #expect(isNear(policy.isClipped.sum().item() / count, "policy_clip_fraction"))
    #expect(isNear(value.isClipped.sum().item() / count, "value_clip_fraction"))
    #expect(
      isNear(
        explainedVariance(
          values: values.detached(), returns: returns, mask: mask), "explained_variance"))
    var figures = UpdateFigures()
    figures.add(policy, value, mask: mask)
    #expect(isNear(figures.metrics["ppo/approximateKL"] ?? .nan, "approx_kl_k3"))
    #expect(isNear(figures.metrics["ppo/ratio"] ?? .nan, "ratio_mean"))
    let logitGradient = try #require(logits.gradient)
    let valueGradient = try #require(values.gradient)
    #expect(agrees(logitGradient, try oracle.tensor("out.grad_logits"), within: 1e-5))
    #expect(agrees(valueGradient, try oracle.tensor("out.grad_values"), within: 1e-5))
  }

  @Test(
    "an iteration equals the reference step by step",
    .enabled(if: Oracles.has("algorithms/ppo_iteration.json")))
  func iteration() throws {
    let oracle = try Oracles.algorithms("ppo_iteration")
    let parameters = oracle.parameters
    let mask = try oracle.tensor("in.mask").to(.bool)
    let present = mask.to(.float32)
    let tokens = try oracle.tensor("in.tokens").to(.int64)
    func logProbabilities(_ name: String) throws -> Tensor {
      let all = (try oracle.tensor(name) / parameters["temperature"].double).logSoftmax(dim: -1)
      return all.gather(dim: 2, indices: tokens.unsqueezed(2)).squeezed(2) * present
    }
    let old = try logProbabilities("in.old_logits")
    let reference = try logProbabilities("in.ref_logits")
    let new = try logProbabilities("in.new_logits")
    #expect(agrees(old, try oracle.tensor("out.old_logprobs") * present, within: 1e-5))
    let rewards = shapedRewards(
      scores: try oracle.tensor("in.scores"), logProbabilities: old, reference: reference,
      mask: mask, coefficient: parameters["kl_coefficient"].double)
    #expect(agrees(rewards, try oracle.tensor("out.rewards"), within: 1e-5))
    let values = try oracle.tensor("in.old_values")
    let estimate = GeneralizedAdvantage(
      discount: parameters["gamma"].double, lambda: parameters["lambda"].double)(
        rewards: rewards, values: values, mask: mask)
    #expect(agrees(estimate.advantages, try oracle.tensor("out.advantages"), within: 1e-5))
    #expect(agrees(estimate.returns, try oracle.tensor("out.returns"), within: 1e-5))
    let whitened = estimate.advantages.whitened(mask)
    #expect(agrees(whitened, try oracle.tensor("out.advantages_whitened"), within: 1e-5))
    let count = present.sum().item()
    let policy = PolicyLoss(
      logProbabilities: new, old: old, advantages: whitened, mask: mask,
      clipRange: parameters["clip_range"].double)
    let value = ValueLoss(
      values: try oracle.tensor("in.new_values"), old: values, returns: estimate.returns,
      mask: mask, clipRange: parameters["value_clip_range"].double)
    let scalars = oracle.json["scalars"]
    #expect(abs(policy.sum.item() / count - scalars["policy_loss"].double) < 1e-5)
    #expect(abs(value.sum.item() / count - scalars["value_loss"].double) < 1e-5)
  }
}
