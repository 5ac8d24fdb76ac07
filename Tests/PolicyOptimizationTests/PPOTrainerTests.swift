import Foundation
import NeuralNetworks
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

@Suite("PPO") struct PPOTrainerTests {
  typealias Toy = TokenPolicy<Int, [Int]>

  /// Four tokens a response; the prompt says which token is wanted.
  private func policy() -> Toy {
    Toy(
      .init(promptSize: 3, vocabularySize: 3, responseLength: 4, hiddenSize: 16), seed: 1,
      describe: { wanted in (0..<3).map { $0 == wanted ? 1 : 0 } }, decode: { $0 },
      encode: { $0 })
  }

  private func options() -> PPOOptions {
    var options = PPOOptions()
    options.iterations = 60
    options.batchSize = 32
    options.minibatchSize = 16
    options.microbatchSize = 16
    options.learningRate = 0.01
    options.criticLearningRate = 0.01
    options.kl.coefficient = 0.02
    return options
  }

  private func trainer(_ options: PPOOptions, seed: Seed = 1) throws -> PPOTrainer<Toy> {
    let reference = policy()
    reference.parameters.setTrainable(false)
    return PPOTrainer(policy: policy(), reference: reference, options: options, seed: seed)
  }

  /// The share of tokens that are the wanted one.
  private static func score(_ samples: [Sample<Int, [Int]>]) -> [Double] {
    samples.map { sample in
      Double(sample.artifact.count { $0 == sample.prompt }) / Double(sample.artifact.count)
    }
  }

  private func batch(_ trainer: PPOTrainer<Toy>) -> [Int] {
    trainer.promptIndices(outOf: 3)
  }

  @Test(
    "reaches a known optimum, and its opposite with the sign of the score turned",
    arguments: [1, 2, 3])
  func learns(seed: UInt64) async throws {
    let towards = try trainer(options(), seed: Seed(seed))
    let away = try trainer(options(), seed: Seed(seed))
    var last: (towards: Double, away: Double) = (0, 0)
    for _ in 0..<60 {
      let one = try await towards.iterate(batch(towards)) { Self.score($0) }
      let two = try await away.iterate(batch(away)) { Self.score($0).map { -$0 } }
      last = (Statistics.mean(one.scores), Statistics.mean(two.scores))
    }
    #expect(last.towards > 0.9)
    #expect(last.away > -0.1)
  }

  @Test("the first update has ratio 1 and no divergence")
  func firstUpdate() async throws {
    var options = options()
    options.epochs = 1
    options.minibatchSize = options.batchSize
    options.microbatchSize = options.batchSize
    let trainer = try trainer(options)
    let iteration = try await trainer.iterate(batch(trainer)) { Self.score($0) }
    #expect(abs((iteration.metrics["ppo/ratio"] ?? 0) - 1) < 1e-6)
    #expect(abs(iteration.metrics["ppo/approximateKL"] ?? 1) < 1e-6)
    #expect(iteration.metrics["ppo/clipFraction"] == 0)
    #expect(abs(iteration.metrics["objective/kl"] ?? 1) < 1e-5)
  }

  @Test("accumulated microbatches equal one batch")
  func microbatches() async throws {
    var whole = options()
    whole.microbatchSize = 16
    var parts = options()
    parts.microbatchSize = 4
    let (one, two) = (try trainer(whole), try trainer(parts))
    for _ in 0..<3 {
      _ = try await one.iterate(batch(one)) { Self.score($0) }
      _ = try await two.iterate(batch(two)) { Self.score($0) }
    }
    for (first, second) in zip(one.policy.parameters.parameters, two.policy.parameters.parameters) {
      #expect(agrees(first.tensor.detached(), second.tensor.detached(), within: 1e-4))
    }
  }

  @Test("every trained parameter moves, the reference does not")
  func movement() async throws {
    let trainer = try trainer(options())
    let before = trainer.policy.parameters.parameters.map { $0.tensor.floats() }
    for _ in 0..<2 { _ = try await trainer.iterate(batch(trainer)) { Self.score($0) } }
    for (old, parameter) in zip(before, trainer.policy.parameters.parameters) {
      #expect(old != parameter.tensor.floats(), "\(parameter.name) did not move")
    }
    #expect(trainer.reference.parameters.parameters.map { $0.tensor.floats() } == before)
  }

  @Test("goes on from a checkpoint to the same figures")
  func resume() async throws {
    let folder = try TemporaryFolder()
    var options = options()
    options.kl.mode = .adaptive
    options.score.normalisation = .standardise
    let unbroken = try trainer(options)
    for _ in 0..<2 { _ = try await unbroken.iterate(batch(unbroken)) { Self.score($0) } }
    try unbroken.save(to: folder.url)
    try unbroken.policy.parameters.save(to: folder.url.appending(path: "policy.safetensors"))
    let resumed = try trainer(options)
    try resumed.policy.parameters.load(
      SafetensorsFile(folder.url.appending(path: "policy.safetensors")))
    try resumed.restore(from: folder.url)
    for _ in 0..<2 {
      let one = try await unbroken.iterate(batch(unbroken)) { Self.score($0) }
      let two = try await resumed.iterate(batch(resumed)) { Self.score($0) }
      #expect(one.metrics == two.metrics)
      #expect(one.samples == two.samples)
    }
  }

  @Test("a score that is not a number stops before anything is updated")
  func badScore() async throws {
    let trainer = try trainer(options())
    let before = trainer.policy.parameters.parameters.map { $0.tensor.floats() }
    let error = await #expect(throws: RLHFError.self) {
      try await trainer.iterate(batch(trainer)) { $0.map { _ in Double.nan } }
    }
    #expect(error?.code == .training)
    #expect(trainer.policy.parameters.parameters.map { $0.tensor.floats() } == before)
  }

  @Test("an update that strays ends the iteration early")
  func earlyEnd() async throws {
    var options = options()
    options.learningRate = 0.5
    options.updateDivergenceLimit = 0.01
    let trainer = try trainer(options)
    let iteration = try await trainer.iterate(batch(trainer)) { Self.score($0) }
    #expect(iteration.metrics["ppo/endedEarly"] == 1)
    #expect((iteration.metrics["ppo/updates"] ?? 99) < 8)
  }
}

@Suite("Continuous actions") struct ContinuousActionsTests {
  @Test("the same engine moves a Gaussian policy to its target", arguments: [1, 2, 3])
  func gaussian(seed: UInt64) async throws {
    func policy() -> GaussianPolicy<Int, [[Float]]> {
      GaussianPolicy(
        promptSize: 1, steps: 2, dimensions: 2, hiddenSize: 16, seed: 7,
        describe: { [Float($0)] }, decode: { $0 }, encode: { $0 })
    }
    var options = PPOOptions()
    options.batchSize = 64
    options.minibatchSize = 32
    options.microbatchSize = 32
    options.learningRate = 0.01
    options.criticLearningRate = 0.01
    options.kl.coefficient = 0.001
    let trainer = PPOTrainer(
      policy: policy(), reference: policy(), options: options, seed: Seed(seed))
    // The values wanted are 1 everywhere for prompt 1, and -1 for prompt 0.
    var means: [Double] = []
    for _ in 0..<40 {
      let prompts = trainer.promptIndices(outOf: 2)
      let iteration = try await trainer.iterate(prompts) { samples in
        samples.map { sample in
          let target: Float = sample.prompt == 1 ? 1 : -1
          return -sample.artifact.joined().reduce(0) { $0 + Double(($1 - target) * ($1 - target)) }
        }
      }
      means.append(Statistics.mean(iteration.scores))
    }
    #expect(means.suffix(5).reduce(0, +) / 5 > means[0] + 2)
  }
}
