import Foundation
import ImageModels
import NeuralNetworks
import PolicyOptimization
import RLHF
import TestSupport
import Testing
import Torch

@testable import ImageRealism

@Suite("Training of diffusion policies") struct DiffusionTrainingTests {
  private typealias Trainer = PolicyTrainer<DiffusionPolicy>

  private static func options() -> PolicyOptions {
    var options = PolicyOptions()
    options.algorithm = .promptPPO
    options.batchSize = 16
    options.minibatchSize = 16
    options.microbatchSize = 8
    options.epochs = 1
    options.actionsAtOnce = 1
    options.clipRange = 1e-3
    options.learningRate = 2e-3
    options.kl.usesDistributions = true
    options.kl.coefficient = 0
    return options
  }

  private static func iterate(_ trainer: Trainer) async throws -> PolicyIteration<
    ImagePrompt, ImageArtifact
  > {
    try await trainer.iterate(over: [ImagePrompt("a"), ImagePrompt("b")]) {
      try TinyPolicies.brightness($0)
    }
  }

  @Test("the first update has ratio exactly 1 and no divergence, with and without guidance")
  func firstUpdate() async throws {
    for guidance in [1.0, 2.0] {
      let make = {
        try TinyPolicies.policy {
          $0.classDropout = 0.2
          $0.guidance = guidance
        }
      }
      var options = Self.options()
      options.minibatchSize = 16
      options.microbatchSize = 16
      let trainer = Trainer(
        policy: try make(), reference: try make(), options: options, seed: 1)
      let metrics = try await Self.iterate(trainer).metrics
      #expect(abs((metrics["ppo/ratio"] ?? 0) - 1) < 1e-6)
      #expect(abs(metrics["ppo/approximateKL"] ?? 1) < 1e-10)
      #expect(metrics["ppo/clipFraction"] == 0)
      #expect(metrics["objective/kl"] == 0)
      #expect((metrics["ppo/gradientNorm"] ?? 0) > 0)
    }
  }

  @Test("PPO makes images brighter where that is rewarded, and darker where it is punished")
  func learns() async throws {
    let (policy, reference) = (try TinyPolicies.policy(), try TinyPolicies.policy())
    let trainer = Trainer(
      policy: policy, reference: reference, options: Self.options(), seed: 3)
    let darker = Trainer(
      policy: try TinyPolicies.policy(), reference: reference, options: Self.options(), seed: 3)
    func mean(_ policy: DiffusionPolicy) throws -> Double {
      let prompts = (0..<32).map { ImagePrompt($0 % 2 == 0 ? "a" : "b") }
      let images = try policy.artifacts(of: policy.sample(prompts, seed: 77))
      return Statistics.mean(
        try TinyPolicies.brightness(zip(prompts, images).map { Sample(prompt: $0, artifact: $1) })
      )
    }
    let before = try mean(policy)
    for _ in 0..<16 {
      _ = try await Self.iterate(trainer)
      _ = try await darker.iterate(over: [ImagePrompt("a"), ImagePrompt("b")]) {
        try TinyPolicies.brightness($0).map { -$0 }
      }
    }
    let (bright, dark) = (try mean(policy), try mean(darker.policy))
    #expect(bright > before + 0.01, "\(before) \(bright)")
    #expect(dark < before - 0.01, "\(before) \(dark)")
    #expect(trainer.critic == nil)
  }

  @Test("a critic can learn from the features")
  func critic() async throws {
    var options = Self.options()
    options.algorithm = .ppo
    let trainer = Trainer(
      policy: try TinyPolicies.policy(), reference: try TinyPolicies.policy(), options: options,
      seed: 1)
    let metrics = try await Self.iterate(trainer).metrics
    #expect(metrics["ppo/valueLoss"]?.isFinite == true)
  }

  @Test("with adapters, they alone are trained, and switched off they are the reference")
  func adapters() async throws {
    let folder = try TemporaryFolder()
    let plain = TinyPolicies.domain()
    let base = folder("base")
    try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
    try plain.savePolicy(try TinyPolicies.policy(), to: base)
    let domain = TinyPolicies.domain { $0.adapter = ImageAdapterConfiguration() }
    let policy = try domain.loadPolicy(from: base)
    #expect(try domain.addReference(from: base, to: policy))
    #expect(policy.parameters.trainable.allSatisfy { $0.name.contains("lora") })
    let frozen = policy.pipeline.predictor.parameters.parameters.map { $0.tensor.floats() }
    let trainer = Trainer(policy: policy, reference: policy, options: Self.options(), seed: 1)
    _ = try await Self.iterate(trainer)
    let metrics = try await Self.iterate(trainer).metrics
    #expect((metrics["objective/kl"] ?? 0) > 0)
    #expect(policy.pipeline.predictor.parameters.parameters.map { $0.tensor.floats() } == frozen)
    // Written by PEFT's layout, the adapters come back; merged, the pipeline makes the same images.
    let (apart, merged) = (folder("adapters"), folder("merged"))
    for url in [apart, merged] {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    try domain.savePolicy(policy, to: apart)
    try domain.exportPolicy(from: apart, to: merged, isMerged: true)
    let expected = try policy.sample(TinyPolicies.prompts, seed: 9).actions["images"]
    for (loaded, tolerance) in [
      (try domain.loadPolicy(from: apart), 1e-6), (try plain.loadPolicy(from: merged), 1e-4),
    ] {
      let images = try loaded.sample(TinyPolicies.prompts, seed: 9).actions["images"]
      #expect(
        agrees(try #require(images), try #require(expected), within: tolerance))
    }
  }

  @Test("a pipeline that was written makes the same images")
  func files() throws {
    let folder = try TemporaryFolder()
    let domain = TinyPolicies.domain()
    let policy = try TinyPolicies.policy(seed: 5)
    try domain.savePolicy(policy, to: folder.url)
    #expect(try folder.names().contains("model_index.json"))
    var other = domain
    other.configuration.classes = []
    let again = try other.loadPolicy(from: folder.url)
    #expect(again.classes == ["a", "b"])
    let (one, two) = (
      try policy.artifacts(of: policy.sample(TinyPolicies.prompts, seed: 1)),
      try again.artifacts(of: again.sample(TinyPolicies.prompts, seed: 1))
    )
    #expect(one == two)
  }
}
