import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

@Suite("Policy losses") struct PolicyLossTests {
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
    let distribution = CategoricalDistribution(logits: logits)
    let taken = distribution.logProbabilities(of: tokens)
    let present = mask.to(.float32)
    #expect(
      agrees(taken.detached() * present, try oracle.tensor("out.logprobs") * present, within: 1e-5))
    let entropies = distribution.entropies.detached()
    #expect(agrees(entropies * present, try oracle.tensor("out.entropy") * present, within: 1e-5))
    let policy = PolicyLoss(
      logProbabilities: taken, old: try oracle.tensor("in.old_logprobs"),
      advantages: try oracle.tensor("in.advantages"), mask: mask,
      clip: ClipRange(parameters["clip_range"].double))
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
    #expect(isNear(entropies.maskedMean(mask).item(), "entropy_mean"))
    let old = try oracle.tensor("in.old_logprobs")
    for (estimator, suffix) in [(KLEstimator.k1, "k1"), (.k2, "k2"), (.k3, "k3")] {
      let divergence = estimator(old, reference: taken.detached())
      #expect(isNear(divergence.maskedMean(mask).item(), "approx_kl_\(suffix)"))
    }
    let ratios = (policy.logRatios.exp() * present)
    #expect(agrees(ratios, try oracle.tensor("out.ratio") * present, within: 1e-5))
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
      clip: ClipRange(parameters["clip_range"].double))
    let value = ValueLoss(
      values: try oracle.tensor("in.new_values"), old: values, returns: estimate.returns,
      mask: mask, clipRange: parameters["value_clip_range"].double)
    let scalars = oracle.json["scalars"]
    #expect(abs(policy.sum.item() / count - scalars["policy_loss"].double) < 1e-5)
    #expect(abs(value.sum.item() / count - scalars["value_loss"].double) < 1e-5)
  }

  @Test(
    "losses of GRPO and its variants, and their gradients, equal the reference",
    .enabled(if: Oracles.has("algorithms/grpo_losses.json")))
  func groups() throws {
    let oracle = try Oracles.algorithms("grpo_losses")
    let mask = try oracle.tensor("in.mask").to(.bool)
    let old = try oracle.tensor("in.old_logprobs")
    let reference = try oracle.tensor("in.ref_logprobs")
    let advantages = try oracle.tensor("in.advantages").unsqueezed(1).expanded(mask.shape)
    func loss(_ item: OracleValue, _ new: Tensor, shift: Double = 0) throws -> Tensor {
      let normalisation: LossNormalisation =
        switch item["loss_type"].string {
        case "grpo": .trajectories
        case "dr_grpo": .longest
        case "bnpo", "dapo": .actions
        default: try #require(nil, "an unknown kind of loss")
        }
      let clip = ClipRange(
        below: item["epsilon_low"].double, above: item["epsilon_high"].double,
        limit: item["delta"].isNull ? nil : item["delta"].double)
      let weights = normalisation.weights(mask: mask)
      let policy = PolicyLoss(
        logProbabilities: new, old: old, advantages: advantages + shift, mask: mask, clip: clip,
        ratio: item["ratio_level"].string == "sequence" ? .trajectoryMean : .action,
        weights: weights)
      let divergence = (KLEstimator.k3(new, reference: reference) * weights).sum()
      let divisor = normalisation.divisor(
        mask: mask, longest: item["max_completion_length"].int)
      return (policy.sum + divergence * item["beta"].double) / divisor
    }
    let cases = oracle.json["cases"].array
    #expect(!cases.isEmpty)
    for item in cases {
      let key = try #require(item["key"].string)
      let new = try oracle.tensor("in.new_logprobs")
      new.requiresGradient = true
      let value = try loss(item, new)
      value.backward()
      #expect(agrees([value.item()], [item["loss"].double], within: 1e-5), "\(key)")
      let gradient = try #require(new.gradient)
      #expect(agrees(gradient, try oracle.tensor("out.grad_\(key)"), within: 1e-5), "\(key)")
      let disturbed = try loss(item, new.detached(), shift: 0.05).item()
      #expect(!agrees([disturbed], [item["loss"].double], within: 1e-5), "\(key)")
    }
  }

  @Test("parts of an update add up to the update", arguments: LossNormalisation.allCases)
  func parts(normalisation: LossNormalisation) {
    let mask = Tensor(
      [true, true, true, false, true, false, false, false, true, true, true, true], shape: [3, 4])
    let losses = Tensor((0..<12).map(Float.init), shape: [3, 4])
    func mean(_ rows: [[Int]]) -> Double {
      var (sum, divisor) = (0.0, 0.0)
      for part in rows {
        let index = Tensor(part)
        let own = mask.indexSelect(dim: 0, indices: index)
        sum +=
          (losses.indexSelect(dim: 0, indices: index) * normalisation.weights(mask: own)).sum()
          .item()
        divisor += normalisation.divisor(mask: own, longest: 4)
      }
      return sum / divisor
    }
    #expect(abs(mean([[0, 1, 2]]) - mean([[0], [1, 2]])) < 1e-6)
    let expected: [LossNormalisation: Double] = [
      .actions: (0 + 1 + 2 + 4 + 8 + 9 + 10 + 11) / 8.0, .trajectories: (1 + 4 + 9.5) / 3,
      .longest: 45 / 12.0,
    ]
    #expect(abs(mean([[0, 1, 2]]) - (expected[normalisation] ?? .nan)) < 1e-6)
  }
}
