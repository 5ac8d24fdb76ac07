import Foundation
import RLHFCore
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

@Suite("Kullback–Leibler divergence") struct KullbackLeiblerTests {
  @Test("estimates equal the reference", .enabled(if: Oracles.has("algorithms/kl_estimators.json")))
  func estimators() throws {
    let oracle = try Oracles.algorithms("kl_estimators")
    let policy = try oracle.tensor("in.logprobs")
    let reference = try oracle.tensor("in.ref_logprobs")
    let mask = try oracle.tensor("in.mask").to(.bool)
    let present = mask.to(.float32)
    for (estimator, name) in [
      (KLEstimator.k1, "k1"), (.k2, "k2"), (.k3, "k3"), (.absolute, "abs"),
    ] {
      let estimate = estimator(policy, reference: reference) * present
      #expect(agrees(estimate, try oracle.tensor("out.\(name)") * present, within: 1e-5))
      if estimator != .absolute {
        #expect(
          agrees(estimate.sum(dim: 1), try oracle.tensor("out.\(name)_sequence"), within: 1e-5))
      }
      let rows = estimate.sum(dim: 1)
      let scalars = oracle.json["scalars"]
      if !scalars["\(name)_batch_mean"].isNull {
        #expect(
          agrees([rows.mean().item()], [scalars["\(name)_batch_mean"].double], within: 1e-5))
        #expect(
          agrees(
            [estimate.maskedMean(mask).item()], [scalars["\(name)_token_mean"].double],
            within: 1e-5))
      }
    }
    let (full, fullReference) = (
      try oracle.tensor("in.full_logprobs"), try oracle.tensor("in.full_ref_logprobs")
    )
    let exact = exactDivergence(full, reference: fullReference)
    #expect(agrees(exact * present, try oracle.tensor("out.exact") * present, within: 1e-5))
    #expect(!agrees(exactDivergence(fullReference, reference: full), exact, within: 1e-5))
  }

  @Test("a choice that neither takes, or only the reference, adds nothing to the exact divergence")
  func impossibleChoices() {
    let none = -Float.infinity
    let policy = Tensor([log(0.5), log(0.5), none, none] as [Float], shape: [1, 1, 4])
    let reference = Tensor([log(0.25), log(0.25), log(0.5), none] as [Float], shape: [1, 1, 4])
    #expect(abs(exactDivergence(policy, reference: reference).item() - log(2)) < 1e-6)
  }

  @Test(
    "the coefficient follows the reference",
    .enabled(if: Oracles.has("algorithms/kl_controller.json")))
  func controller() throws {
    let oracle = try Oracles.json("algorithms/kl_controller.json")
    let (divergences, steps) = (oracle["kl"].doubles, oracle["steps"].doubles)
    for sequence in oracle["sequences"].array {
      var controller = KLController(
        mode: .adaptive, coefficient: sequence["initial"].double, target: sequence["target"].double,
        horizon: sequence["horizon"].double)
      for (index, expected) in sequence["coefficient_after_update"].doubles.enumerated() {
        controller.update(divergence: divergences[index], count: Int(steps[index]))
        #expect(abs(controller.coefficient - expected) < 1e-12)
      }
    }
  }

  @Test("a fixed coefficient stays")
  func fixed() {
    var controller = KLController(mode: .fixed, coefficient: 0.3)
    controller.update(divergence: 50, count: 64)
    #expect(controller.coefficient == 0.3)
  }
}
