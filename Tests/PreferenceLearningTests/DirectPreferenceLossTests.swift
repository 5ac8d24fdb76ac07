import RLHFCore
import TestSupport
import Testing
import Torch

@testable import PreferenceLearning

/// The loss functions of TRL 0.11.4, run in float64.
///
/// Inputs are stored as float32, so the losses are computed in float64 from them; 1e-5 leaves room for the rounding of
/// what was stored.
@Suite("Direct preference losses") struct DirectPreferenceLossTests {
  private static let name = "direct_preference_losses"
  private static let keys: [String] = {
    let oracle = try? Oracles.algorithms(name)
    return oracle?.json["cases"].array.compactMap { $0["key"].string } ?? []
  }()

  /// One case of the oracle, with its inputs.
  private struct Case {
    let oracle: Oracle
    let json: OracleValue
    let loss: DirectPreferenceLoss
    let policy: DirectPreferenceLoss.Sides
    let reference: DirectPreferenceLoss.Sides
    /// The log-probabilities by action, whose gradients are compared.
    let inputs: (chosen: Tensor, rejected: Tensor)

    init(_ key: String, perturbation: Double = 0) throws {
      let oracle = try Oracles.algorithms(DirectPreferenceLossTests.name)
      let json = try #require(oracle.json["cases"].array.first { $0["key"].string == key })
      self.oracle = oracle
      self.json = json
      let name = try #require(json["loss"].string)
      let kind = try #require(DirectPreferenceLoss.Kind(rawValue: name), "unknown loss \(name)")
      func constant(_ name: String, _ otherwise: Double) -> Double {
        json[name].isNull ? otherwise : json[name].double
      }
      loss = DirectPreferenceLoss(
        kind, beta: json["beta"].double, labelSmoothing: constant("label_smoothing", 0),
        targetMargin: constant("gamma", 0), isReferenceFree: key.contains("reference_free"),
        desirableWeight: constant("desirable_weight", 1),
        undesirableWeight: constant("undesirable_weight", 1))
      let isMean = json["log_probabilities"].string != "sum"
      #expect(isMean == kind.isMean)
      func reduced(_ values: Tensor, _ mask: Tensor) -> Tensor {
        let present = mask.to(.float64)
        let sums = (values * present).sum(dim: 1)
        return isMean ? sums / present.sum(dim: 1) : sums
      }
      func input(_ name: String) throws -> Tensor { try oracle.tensor("in.\(name)").to(.float64) }
      let masks = try ["chosen", "rejected"].map { try oracle.tensor("in.mask_\($0)").to(.bool) }
      let chosen = (try input("policy_chosen") + perturbation).detached()
      let rejected = try input("policy_rejected").detached()
      chosen.requiresGradient = true
      rejected.requiresGradient = true
      inputs = (chosen, rejected)
      policy = .init(chosen: reduced(chosen, masks[0]), rejected: reduced(rejected, masks[1]))
      reference = .init(
        chosen: reduced(try input("ref_chosen"), masks[0]),
        rejected: reduced(try input("ref_rejected"), masks[1]))
    }

    func losses() throws -> Tensor {
      guard loss.kind.isUnpaired else { return loss(policy, reference: reference) }
      let count = policy.chosen.shape[0]
      let kl = (try oracle.tensor("in.kl_logps") - oracle.tensor("in.ref_kl_logps"))
        .to(.float64).mean().item()
      return loss.unpaired(
        Tensor.concatenate([policy.chosen, policy.rejected], dim: 0),
        reference: Tensor.concatenate([reference.chosen, reference.rejected], dim: 0),
        desirable: Tensor.concatenate(
          [Tensor.ones([count], dtype: .float64), Tensor.zeros([count], dtype: .float64)], dim: 0),
        divergence: max(0, kl))
    }

    func expected(_ name: String) throws -> Tensor {
      try oracle.tensor("out.\(json["key"].string ?? "").\(name)")
    }
  }

  @Test("losses, rewards and gradients equal the reference", arguments: keys)
  func cases(key: String) throws {
    let item = try Case(key)
    let losses = try item.losses()
    #expect(agrees(losses.detached(), try item.expected("row_loss"), within: 1e-5))
    let mean = losses.mean()
    #expect(agrees([mean.item()], [item.json["mean_loss"].double], within: 1e-5))
    mean.backward()
    let gradients = (
      try #require(item.inputs.chosen.gradient), try #require(item.inputs.rejected.gradient)
    )
    #expect(agrees(gradients.0, try item.expected("grad_chosen"), within: 1e-5))
    #expect(agrees(gradients.1, try item.expected("grad_rejected"), within: 1e-5))
    let hasReference = item.loss.kind.hasReference
    let rewards = (
      item.loss.reward(item.policy.chosen, reference: hasReference ? item.reference.chosen : nil),
      item.loss.reward(
        item.policy.rejected, reference: hasReference ? item.reference.rejected : nil)
    )
    #expect(agrees(rewards.0, try item.expected("reward_chosen"), within: 1e-5))
    #expect(agrees(rewards.1, try item.expected("reward_rejected"), within: 1e-5))
  }

  @Test("another log-probability gives another loss", arguments: keys)
  func perturbed(key: String) throws {
    let item = try Case(key, perturbation: 0.05)
    #expect(!agrees(try item.losses().detached(), try item.expected("row_loss"), within: 1e-5))
  }

  @Test("there are cases to compare with", .enabled(if: Oracles.has("algorithms/\(name).json")))
  func casesExist() {
    #expect(!Self.keys.isEmpty)
  }

  @Test(
    "a pair is worth the same from either side",
    arguments: DirectPreferenceLoss.Kind.allCases.filter { !$0.isUnpaired })
  func labels(kind: DirectPreferenceLoss.Kind) {
    let loss = DirectPreferenceLoss(kind, beta: 0.3, labelSmoothing: 0.1, targetMargin: 0.5)
    let sides = DirectPreferenceLoss.Sides(
      chosen: Tensor([-1, -2, -0.5]), rejected: Tensor([-2, -1, -0.4]))
    let reference = DirectPreferenceLoss.Sides(
      chosen: Tensor([-1.5, -1.5, -0.6]), rejected: Tensor([-1.2, -1.1, -0.9]))
    let labels = Tensor([1, 0.5, 0.2])
    let one = loss(sides, reference: reference, labels: labels)
    let other = loss(sides.swapped, reference: reference.swapped, labels: 1 - labels)
    #expect(agrees(one, other, within: 1e-6))
    let plain = loss(sides, reference: reference)
    #expect(agrees([one.doubles()[0]], [plain.doubles()[0]], within: 1e-6))
  }

  @Test("an uncertain label is a cross-entropy for DPO")
  func crossEntropy() {
    let sides = DirectPreferenceLoss.Sides(chosen: Tensor([-1.0]), rejected: Tensor([-3.0]))
    let reference = DirectPreferenceLoss.Sides(chosen: Tensor([-2.0]), rejected: Tensor([-2.5]))
    let loss = DirectPreferenceLoss(.sigmoid, beta: 0.5)
    let soft = loss(sides, reference: reference, labels: Tensor([0.7]))
    let smoothed = DirectPreferenceLoss(.sigmoid, beta: 0.5, labelSmoothing: 0.3)(
      sides, reference: reference)
    #expect(agrees(soft, smoothed, within: 1e-6))
  }

  @Test("a policy that is certain has a finite ORPO loss and gradient")
  func certain() throws {
    let chosen = Tensor([0, -1e-9])
    chosen.requiresGradient = true
    let loss = DirectPreferenceLoss(.orpo, beta: 0.1)(
      .init(chosen: chosen, rejected: Tensor([-3.0, 0])))
    loss.sum().backward()
    #expect(loss.doubles().allSatisfy { $0.isFinite })
    #expect(try #require(chosen.gradient).doubles().allSatisfy { $0.isFinite })
  }
}
