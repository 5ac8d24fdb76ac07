import Foundation
import ImageModels
import NeuralNetworks
import RLHF
import RLHFTesting
import TestSupport
import Testing
import Torch

@testable import ImageRealism

@Suite("Diffusion policy") struct DiffusionPolicyTests {
  @Test("keeps what the engine takes for granted", arguments: [ActionReduction.mean, .sum])
  func contract(reduction: ActionReduction) throws {
    let policy = try TinyPolicies.policy { $0.reduction = reduction }
    #expect(
      try PolicyContract.violations(of: policy, prompts: TinyPolicies.prompts, tolerance: 1e-3)
        == [])
  }

  @Test("keeps it without classes, and with guidance")
  func otherContracts() throws {
    let plain = try TinyPolicies.policy { $0.classes = [] }
    let any = [ImagePrompt(), ImagePrompt("whatever"), ImagePrompt()]
    #expect(try PolicyContract.violations(of: plain, prompts: any, tolerance: 1e-3) == [])
    let guided = try TinyPolicies.policy {
      $0.classDropout = 0.2
      $0.guidance = 2
    }
    #expect(
      try PolicyContract.violations(
        of: guided, prompts: TinyPolicies.prompts + [ImagePrompt()], tolerance: 1e-3) == [])
  }

  @Test("a row keeps its bytes whoever its neighbours are, and whatever the batch is")
  func rows() throws {
    let policy = try TinyPolicies.policy()
    let images = try policy.artifacts(of: policy.sample(TinyPolicies.prompts, seed: 4))
    #expect(images == (try policy.artifacts(of: policy.sample(TinyPolicies.prompts, seed: 4))))
    #expect(images != (try policy.artifacts(of: policy.sample(TinyPolicies.prompts, seed: 5))))
    #expect(Set(images).count == images.count)
    var others = TinyPolicies.prompts
    others[0] = ImagePrompt("b")
    let changed = try policy.artifacts(of: policy.sample(others, seed: 4))
    #expect(changed[0] != images[0])
    #expect(Array(changed.dropFirst()) == Array(images.dropFirst()))
    let parts = try TinyPolicies.policy { $0.samplingBatch = 3 }
    let (one, two) = (
      try policy.sample(TinyPolicies.prompts, seed: 4),
      try parts.sample(TinyPolicies.prompts, seed: 4)
    )
    let (first, second) = (
      try #require(one.actions["images"]), try #require(two.actions["images"])
    )
    #expect(agrees(first, second, within: 1e-4))
  }

  @Test("log-probabilities are those of the normal densities, step by step")
  func densities() throws {
    let policy = try TinyPolicies.policy()
    let rollout = try policy.sample(TinyPolicies.prompts, seed: 2)
    let evaluation = try withoutGradient {
      try policy.evaluate(rollout, EvaluationRequest(entropies: true, distributions: true))
    }
    let states = try #require(rollout.actions["states"]).to(.float64)
    let distributions = try #require(evaluation.distributions)
    let after = states.narrow(dim: 1, start: 1, length: policy.actionCount)
    let deviation = distributions.deviation.to(.float64)
    let standardised = (after - distributions.mean.to(.float64)) / deviation
    let densities =
      (-standardised.square() * 0.5 - deviation.log() - 0.5 * log(2 * Double.pi))
      .mean(dims: [2, 3, 4])
    #expect(agrees(evaluation.logProbabilities, densities, within: 1e-4))
    let entropies = try #require(evaluation.entropies)
    let expected = deviation.reshaped([4, policy.actionCount]).log() + 0.5 * log(2 * .pi * M_E)
    #expect(agrees(entropies, expected, within: 1e-5))
    let own = distributions.divergence(from: distributions)
    #expect(own.floats().allSatisfy { $0 == 0 })
  }

  @Test("columns evaluated apart are those of the whole, to the bit")
  func columns() throws {
    let policy = try TinyPolicies.policy()
    let rollout = try policy.sample(TinyPolicies.prompts, seed: 2)
    let whole = try policy.evaluate(rollout, .logProbabilities).logProbabilities
    let parts = try (0..<rollout.length).map {
      try policy.evaluate(rollout, columns: $0..<$0 + 1, .logProbabilities)
    }
    #expect(
      PolicyEvaluation.concatenated(parts, dim: 1).logProbabilities.floats() == whole.floats())
  }

  @Test("steps with next to no noise are no actions")
  func deterministicSteps() throws {
    let all = try TinyPolicies.policy {
      $0.steps = 10
      $0.deterministicBelow = 0
    }
    let some = try TinyPolicies.policy {
      $0.steps = 10
      $0.deterministicBelow = 0.4
    }
    #expect(all.actionCount >= 9)
    #expect(some.actionCount < all.actionCount)
    #expect(try some.sample(TinyPolicies.prompts, seed: 1).length == some.actionCount)
    let error = #expect(throws: RLHFError.self) { try TinyPolicies.policy { $0.eta = 0 } }
    #expect(error?.message.contains("domain.eta") == true)
  }

  @Test("the denoising loss falls, depends on its seed alone, and withholds no class unless told")
  func supervision() throws {
    let policy = try TinyPolicies.policy()
    let demonstrations = try TinyPolicies.demonstrations()
    func loss(_ seed: Seed) throws -> SupervisedLoss {
      try policy.supervisedLoss(of: demonstrations, seed: seed, isTraining: true)
    }
    let (one, two) = (try loss(3), try loss(3))
    #expect(one.sum.item() == two.sum.item())
    #expect(one.sum.item() != (try loss(4)).sum.item())
    #expect(one.count == demonstrations.count)
    let optimizer = AdamW(parameters: policy.parameters.trainable, options: AdamWOptions())
    func mean() throws -> Double {
      try withoutGradient {
        try (0..<8).reduce(0) { try $0 + loss(Seed(UInt64($1 + 100))).sum.item() }
      } / Double(8 * demonstrations.count)
    }
    let before = try mean()
    for step in 0..<40 {
      policy.parameters.clearGradients()
      let loss = try loss(Seed(UInt64(step)))
      loss.sum.backward()
      _ = optimizer.update(
        divisor: Double(loss.count), maximumNorm: 1, learningRate: 3e-3)
    }
    #expect(try mean() < 0.8 * before)
  }

  @Test("what cannot be is said clearly")
  func errors() throws {
    let policy = try TinyPolicies.policy()
    func message(_ body: () throws -> Void) -> String {
      do {
        try body()
      } catch {
        return (error as? RLHFError)?.message ?? "\(error)"
      }
      return ""
    }
    #expect(
      message { _ = try policy.rollout(of: TinyPolicies.demonstrations()) }
        .contains("rlhf ppo"))
    #expect(
      message { _ = try policy.sample([ImagePrompt("c")], seed: 1) }.contains("'a', 'b'"))
    #expect(
      message { _ = try policy.sample([ImagePrompt()], seed: 1) }.contains("domain.classDropout"))
    #expect(
      message { _ = try TinyPolicies.policy { $0.guidance = 3 } }.contains("domain.guidance"))
    #expect(
      message {
        _ = try TinyPolicies.domain { $0.adapter = .init() }.makePolicy(for: Corpus(), seed: 1)
      }.contains("domain.adapter"))
    let broken = Sample(
      prompt: ImagePrompt("a"), artifact: ImageArtifact(bytes: [1, 2, 3]))
    #expect(
      message { _ = try policy.supervisedLoss(of: [broken], seed: 1, isTraining: true) } != "")
  }
}
