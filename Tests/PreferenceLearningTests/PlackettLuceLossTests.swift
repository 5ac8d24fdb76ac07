import RLHFCore
import TestSupport
import Testing
import Torch

@testable import PreferenceLearning

@Suite("Plackett–Luce loss") struct PlackettLuceLossTests {
  private static let hasOracle = Oracles.has("algorithms/plackett_luce_loss.json")

  @Test("losses and gradients of ragged rankings equal the reference", .enabled(if: hasOracle))
  func losses() throws {
    let oracle = try Oracles.algorithms("plackett_luce_loss")
    let scalars = oracle.json["scalars"]
    let scores = try oracle.tensor("in.scores").to(.float64).detached()
    scores.requiresGradient = true
    let ranks = try oracle.tensor("in.ranks").to(.int64)
    let losses = PlackettLuceLoss()(scores: scores, ranks: ranks)
    #expect(agrees(losses.detached(), try oracle.tensor("out.row_loss"), within: 1e-5))
    losses.mean().backward()
    #expect(agrees([losses.mean().item()], [scalars["mean_loss"].double], within: 1e-5))
    let gradient = try #require(scores.gradient)
    #expect(agrees(gradient, try oracle.tensor("out.grad_scores_of_mean"), within: 1e-5))
    let top = PlackettLuceLoss(topCount: 2)(scores: scores.detached(), ranks: ranks)
    #expect(agrees(top, try oracle.tensor("out.top2_row_loss"), within: 1e-5))
    let pairs = PlackettLuceLoss.allPairs(scores: scores.detached(), ranks: ranks)
    #expect(agrees(pairs, try oracle.tensor("out.all_pairs_row_loss"), within: 1e-5))
    #expect(agrees([pairs.mean().item()], [scalars["all_pairs_mean_loss"].double], within: 1e-5))
  }

  @Test("another score gives another loss", .enabled(if: hasOracle))
  func perturbed() throws {
    let oracle = try Oracles.algorithms("plackett_luce_loss")
    let scores = try oracle.tensor("in.scores").to(.float64)
    let column = Tensor((0..<scores.shape[1]).map { $0 == 0 ? Float(0.05) : 0 }).to(.float64)
    let losses = PlackettLuceLoss()(
      scores: scores + column, ranks: try oracle.tensor("in.ranks").to(.int64))
    #expect(!agrees(losses, try oracle.tensor("out.row_loss"), within: 1e-5))
  }

  @Test("a ranking of two is a Bradley–Terry pair")
  func pairs() {
    let scores = Tensor([1, -0.5, 0.2, 2], shape: [2, 2])
    let ranks = Tensor([0, 1, 1, 0], shape: [2, 2])
    let pairs = BradleyTerryLoss()(chosen: Tensor([1.0, 2]), rejected: Tensor([-0.5, 0.2]))
    #expect(agrees(PlackettLuceLoss()(scores: scores, ranks: ranks), pairs, within: 1e-6))
    #expect(agrees(PlackettLuceLoss.allPairs(scores: scores, ranks: ranks), pairs, within: 1e-6))
  }

  @Test("places that count can differ from row to row")
  func topCounts() {
    let scores = Tensor([1, -0.5, 0.2, 2, 0, 1], shape: [2, 3])
    let ranks = Tensor([0, 1, 2, 1, 0, 2], shape: [2, 3])
    let mixed = PlackettLuceLoss()(scores: scores, ranks: ranks, topCounts: Tensor([1, 3]))
    let first = PlackettLuceLoss(topCount: 1)(scores: scores, ranks: ranks).doubles()
    let all = PlackettLuceLoss()(scores: scores, ranks: ranks).doubles()
    #expect(agrees(mixed.doubles(), [first[0], all[1]], within: 1e-6))
  }
}
