import RLHFCore
import TestSupport
import Testing
import Torch

@testable import PreferenceLearning

@Suite("Rating losses") struct RatingLossTests {
  private static let hasOracle = Oracles.has("algorithms/rating_losses.json")

  @Test("losses, probabilities and gradients equal the reference", .enabled(if: hasOracle))
  func losses() throws {
    let oracle = try Oracles.algorithms("rating_losses")
    let scalars = oracle.json["scalars"]
    let scores = try oracle.tensor("in.scores").to(.float64).detached()
    scores.requiresGradient = true
    let labels = try oracle.tensor("in.labels").to(.int64)
    let loss = OrdinalLoss(cuts: try oracle.tensor("in.cuts").to(.float64))
    let mean = loss(scores: scores, levels: labels).mean()
    mean.backward()
    #expect(agrees([mean.item()], [scalars["ordinal_loss"].double], within: 1e-5))
    #expect(
      agrees(try #require(scores.gradient), try oracle.tensor("out.grad_scores"), within: 1e-5))
    let probabilities = loss.logProbabilities(scores.detached()).exp()
    #expect(agrees(probabilities, try oracle.tensor("out.ordinal_probabilities"), within: 1e-5))
    let targets = labels.to(.float64)
    let squared = RegressionLoss.squared(scores: scores.detached(), targets: targets)
    #expect(agrees([squared.mean().item()], [scalars["mse"].double], within: 1e-5))
    let huber = RegressionLoss.huber(
      scores: scores.detached(), targets: targets, delta: oracle.parameters["huber_delta"].double)
    #expect(agrees([huber.mean().item()], [scalars["huber"].double], within: 1e-5))
  }

  @Test("another cut gives another loss", .enabled(if: hasOracle))
  func perturbed() throws {
    let oracle = try Oracles.algorithms("rating_losses")
    let loss = OrdinalLoss(cuts: try oracle.tensor("in.cuts") + 0.05)
    let probabilities = loss.logProbabilities(try oracle.tensor("in.scores")).exp()
    #expect(!agrees(probabilities, try oracle.tensor("out.ordinal_probabilities"), within: 1e-5))
  }

  @Test("two levels are a logistic regression; far scores stay finite")
  func ends() {
    let loss = OrdinalLoss(cuts: Tensor([0.5]))
    let scores = Tensor([2.0, -1, 60])
    let expected = -Tensor([1.5, 1.5, -59.5]).logSigmoid()
    #expect(agrees(loss(scores: scores, levels: Tensor([1, 0, 0])), expected, within: 1e-5))
    let wide = OrdinalLoss(cuts: Tensor([-1.0, 1]))
    #expect(wide.logProbabilities(Tensor([80.0, -80])).doubles().allSatisfy { $0.isFinite })
  }

  @Test("rows may have cuts of their own")
  func rowCuts() {
    let rows = OrdinalLoss(cuts: Tensor([-1.0, 1, 0, 2], shape: [2, 2]))
    let found = rows(scores: Tensor([0.3, 0.3]), levels: Tensor([1, 2]))
    let one = OrdinalLoss(cuts: Tensor([-1.0, 1]))(scores: Tensor([0.3]), levels: Tensor([1]))
    let two = OrdinalLoss(cuts: Tensor([0.0, 2]))(scores: Tensor([0.3]), levels: Tensor([2]))
    #expect(agrees(found, Tensor.concatenate([one, two], dim: 0), within: 1e-6))
  }
}
