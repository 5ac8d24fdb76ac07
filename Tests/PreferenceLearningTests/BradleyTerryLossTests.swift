import RLHFCore
import TestSupport
import Testing
import Torch

@testable import PreferenceLearning

@Suite("Bradley–Terry loss") struct BradleyTerryLossTests {
  @Test(
    "losses and gradients equal the reference",
    .enabled(if: Oracles.has("algorithms/bradley_terry_loss.json")),
    arguments: ["plain", "margin", "centered", "margin_centered"])
  func losses(name: String) throws {
    let oracle = try Oracles.algorithms("bradley_terry_loss")
    let chosen = try oracle.tensor("in.chosen").copied()
    let rejected = try oracle.tensor("in.rejected").copied()
    chosen.requiresGradient = true
    rejected.requiresGradient = true
    let centring = oracle.parameters["centering_\(name)"]
    let loss = BradleyTerryLoss(centring: centring.isNull ? 0 : centring.double)(
      chosen: chosen, rejected: rejected,
      margins: name.contains("margin") ? try oracle.tensor("in.margin") : nil
    ).mean()
    loss.backward()
    #expect(abs(loss.item() - oracle.json["scalars"]["\(name)_loss"].double) < 1e-5)
    let gradients = (try #require(chosen.gradient), try #require(rejected.gradient))
    #expect(agrees(gradients.0, try oracle.tensor("out.\(name)_grad_chosen"), within: 1e-5))
    #expect(agrees(gradients.1, try oracle.tensor("out.\(name)_grad_rejected"), within: 1e-5))
  }

  @Test(
    "uncertain labels equal the reference",
    .enabled(if: Oracles.has("algorithms/bradley_terry_loss.json")))
  func labels() throws {
    let oracle = try Oracles.algorithms("bradley_terry_loss")
    let scalars = oracle.json["scalars"]
    let chosen = try oracle.tensor("in.chosen")
    let rejected = try oracle.tensor("in.rejected")
    let smoothed = BradleyTerryLoss(labelSmoothing: oracle.parameters["label_smoothing"].double)(
      chosen: chosen, rejected: rejected)
    #expect(abs(smoothed.mean().item() - scalars["label_smoothed_loss"].double) < 1e-5)
    let soft = BradleyTerryLoss()(
      chosen: chosen, rejected: rejected, labels: try oracle.tensor("in.soft_labels"))
    #expect(abs(soft.mean().item() - scalars["soft_label_loss"].double) < 1e-5)
    let differences = zip(chosen.doubles(), rejected.doubles()).map { $0 - $1 }
    let evaluation = RewardEvaluation(differences: differences)
    #expect(abs(evaluation.accuracy - scalars["accuracy"].double) < 1e-9)
    #expect(abs(evaluation.meanMargin - scalars["margin_mean"].double) < 1e-5)
  }
}
