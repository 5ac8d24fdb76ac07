import RLHFCore
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

@Suite("Reward shaping") struct RewardShapingTests {
  @Test("rewards equal the reference", arguments: Oracles.algorithms(startingWith: "rewards_"))
  func rewards(name: String) throws {
    let oracle = try Oracles.algorithms(name)
    let parameters = oracle.parameters
    let estimator = try #require(KLEstimator(rawValue: parameters["estimator"].string ?? ""))
    let mask = try oracle.tensor("in.mask").to(.bool)
    let divergence =
      estimator(
        try oracle.tensor("in.logprobs"), reference: try oracle.tensor("in.ref_logprobs"))
      * mask.to(.float32)
    #expect(agrees(divergence.sum(dim: 1), try oracle.tensor("out.kl_sum"), within: 1e-5))
    let scores = try oracle.tensor("in.scores").doubles()
    let finished = try oracle.tensor("in.finished").to(.bool).bools()
    func rewards(_ options: ScoreOptions) throws -> Tensor {
      let shaped = options.shaped(scores, isComplete: finished, moments: RunningMoments())
      return shapedRewards(
        scores: Tensor(shaped.map(Float.init)), logProbabilities: try oracle.tensor("in.logprobs"),
        reference: try oracle.tensor("in.ref_logprobs"), mask: mask,
        coefficient: parameters["kl_coefficient"].double, estimator: estimator)
    }
    var options = ScoreOptions()
    options.clip = nil
    #expect(agrees(try rewards(options), try oracle.tensor("out.rewards"), within: 1e-5))
    options.clip = parameters["score_clip"].double
    #expect(
      agrees(try rewards(options), try oracle.tensor("out.rewards_score_clipped"), within: 1e-5))
    options.clip = nil
    options.incompleteScore = parameters["missing_eos_score"].double
    #expect(
      agrees(try rewards(options), try oracle.tensor("out.rewards_missing_eos"), within: 1e-5))
  }

  @Test(
    "running moments equal the reference",
    .enabled(if: Oracles.has("algorithms/running_moments.json")))
  func moments() throws {
    let oracle = try Oracles.json("algorithms/running_moments.json")
    var moments = RunningMoments()
    for (batch, state) in zip(oracle["batches"].array, oracle["states"].array) {
      moments.add(batch.doubles)
      #expect(moments.count == state["count"].int)
      #expect(abs(moments.mean - state["mean"].double) < 1e-9)
      #expect(abs(moments.populationVariance - state["variance_population"].double) < 1e-9)
      #expect(
        agrees(
          moments.normalised(batch.doubles, shiftsMean: true), state["normalised"].doubles,
          within: 1e-7))
      #expect(
        agrees(
          moments.normalised(batch.doubles, shiftsMean: false), state["scaled_only"].doubles,
          within: 1e-7))
    }
  }
}
