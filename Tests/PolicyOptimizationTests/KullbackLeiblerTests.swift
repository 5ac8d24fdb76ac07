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
    }
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
