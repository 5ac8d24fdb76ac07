import RLHFCore
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

@Suite("Group advantages") struct GroupAdvantageTests {
  @Test(
    "equal the reference, and those of disturbed rewards do not",
    .enabled(if: Oracles.has("algorithms/group_advantages.json")))
  func groups() throws {
    let oracle = try Oracles.algorithms("group_advantages")
    let size = oracle.parameters["group_size"].int
    let epsilon = oracle.parameters["epsilon_grpo"].double
    let rewards = try oracle.tensor("in.rewards")
    let cases: [(String, GroupBaseline, AdvantageScaling)] = [
      ("grpo", .mean, .group), ("grpo_batch_scaled", .mean, .batch), ("dr_grpo", .mean, .none),
      ("rloo", .others, .none), ("rloo_normalised", .others, .batch),
    ]
    for (name, baseline, scaling) in cases {
      let estimate = GroupAdvantage(
        groupSize: size, baseline: baseline, scaling: scaling, epsilon: epsilon)
      let expected = try oracle.tensor("out.\(name)")
      let found = estimate(rewards.flattened()).reshaped(rewards.shape)
      #expect(agrees(found, expected, within: 1e-5), "\(name)")
      let disturbed = estimate(
        (rewards * Tensor.arange(0, size).to(.float32)).flattened()
      ).reshaped(rewards.shape)
      #expect(!agrees(disturbed, expected, within: 1e-5), "\(name)")
    }
    let silent = try oracle.tensor("out.no_signal_groups").to(.bool).bools()
    #expect(
      GroupAdvantage.haveSignal(rewards.flattened().doubles(), groupSize: size)
        == silent.map { !$0 })
  }

  @Test("a group without spread has advantages 0, whatever the scaling and the size of its rewards")
  func silence() {
    let rewards = Tensor([0.1, 0.1, 0.1, 1e6, 1e6, 1e6] as [Float])
    for baseline in GroupBaseline.allCases {
      for scaling in AdvantageScaling.allCases {
        let estimate = GroupAdvantage(groupSize: 3, baseline: baseline, scaling: scaling)
        #expect(estimate(rewards).floats() == [0, 0, 0, 0, 0, 0])
      }
    }
  }
}

@Suite("Returns and advantages without a critic") struct ReturnsTests {
  @Test("equal the reference of RLOO", .enabled(if: Oracles.has("algorithms/rloo.json")))
  func leaveOneOut() throws {
    let oracle = try Oracles.algorithms("rloo")
    let parameters = oracle.parameters
    let mask = try oracle.tensor("in.mask").to(.bool)
    let (old, reference) = (try oracle.tensor("in.logprobs"), try oracle.tensor("in.ref_logprobs"))
    let divergence = (KLEstimator.k1(old, reference: reference) * mask.to(.float32)).sum(dim: 1)
    #expect(agrees(divergence, try oracle.tensor("out.sequence_kl"), within: 1e-5))
    let rewards = shapedRewards(
      scores: try oracle.tensor("in.scores"), logProbabilities: old, reference: reference,
      mask: mask, coefficient: parameters["kl_coefficient"].double
    ).sum(dim: 1)
    #expect(agrees(rewards, try oracle.tensor("out.rewards"), within: 1e-5))
    let advantages = GroupAdvantage(
      groupSize: parameters["group_size"].int, baseline: .others, scaling: .none)(rewards)
    #expect(agrees(advantages, try oracle.tensor("out.advantages"), within: 1e-5))

    let new = try oracle.tensor("in.new_logprobs")
    new.requiresGradient = true
    let normalisation = LossNormalisation.trajectories
    let loss =
      PolicyLoss(
        logProbabilities: new, old: old, advantages: advantages.unsqueezed(1).expanded(new.shape),
        mask: mask, clip: ClipRange(parameters["clip_range"].double), ratio: .trajectory,
        weights: normalisation.weights(mask: mask)
      ).sum / normalisation.divisor(mask: mask, longest: mask.shape[1])
    loss.backward()
    #expect(agrees([loss.item()], [oracle.json["scalars"]["loss"].double], within: 1e-5))
    let gradient = try #require(new.gradient)
    #expect(agrees(gradient, try oracle.tensor("out.grad_logprobs"), within: 1e-5))
  }

  @Test(
    "equal the reference of REINFORCE++", .enabled(if: Oracles.has("algorithms/reinforce_pp.json")))
  func reinforce() throws {
    let oracle = try Oracles.algorithms("reinforce_pp")
    let parameters = oracle.parameters
    let mask = try oracle.tensor("in.mask").to(.bool)
    let scores = try oracle.tensor("in.scores")
    let rewards = shapedRewards(
      scores: scores, logProbabilities: try oracle.tensor("in.logprobs"),
      reference: try oracle.tensor("in.ref_logprobs"), mask: mask,
      coefficient: parameters["kl_coefficient"].double)
    #expect(agrees(rewards, try oracle.tensor("out.rewards"), within: 1e-5))
    let prefix = "out.returns_gamma_"
    let names = oracle.names.filter { $0.hasPrefix(prefix) }
    #expect(!names.isEmpty)
    for name in names {
      let suffix = String(name.dropFirst(prefix.count))
      let discount = try #require(Double(suffix))
      let returns = returnsToGo(rewards: rewards, mask: mask, discount: discount)
      #expect(agrees(returns, try oracle.tensor(name), within: 1e-5))
      #expect(
        agrees(
          returns.whitened(mask), try oracle.tensor("out.advantages_gamma_\(suffix)"), within: 1e-5)
      )
      let disturbed = returnsToGo(rewards: rewards, mask: mask, discount: discount * 0.9)
      #expect(!agrees(disturbed, try oracle.tensor(name), within: 1e-5))
    }
    let advantages = GroupAdvantage(
      groupSize: parameters["group_size_of_baseline_variant"].int, scaling: .none)(scores)
    let spread = advantages.unsqueezed(1) * mask.to(.float32)
    #expect(
      agrees(
        spread.whitened(mask), try oracle.tensor("out.baseline_variant_advantages"), within: 1e-5))
  }
}
