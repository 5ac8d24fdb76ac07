import Foundation
import NeuralNetworks
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

@Suite("Policy optimisation") struct PolicyTrainerTests {
  private typealias Trainer = PolicyTrainer<ToyTraining.Toy>

  private static func parameters(_ trainer: Trainer) -> [[Float]] {
    trainer.policy.parameters.parameters.map { $0.tensor.floats() }
  }

  @discardableResult
  private static func iterate(_ trainer: Trainer) async throws -> PolicyIteration<Int, [Int]> {
    try await trainer.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
  }

  @Test(
    "reaches a known optimum, and its opposite with the sign of the score turned",
    arguments: PolicyAlgorithm.allCases, [1, 2, 3])
  func learns(algorithm: PolicyAlgorithm, seed: UInt64) async throws {
    let options = ToyTraining.options(algorithm)
    let towards = ToyTraining.trainer(options, seed: Seed(seed))
    let away = ToyTraining.trainer(options, seed: Seed(seed))
    var means: (towards: [Double], away: [Double]) = ([], [])
    for _ in 0..<options.iterations {
      let one = try await Self.iterate(towards)
      let two = try await away.iterate(over: ToyTraining.prompts) {
        ToyTraining.score($0).map { -$0 }
      }
      means.towards.append(Statistics.mean(one.scores))
      means.away.append(Statistics.mean(two.scores))
    }
    // The best stretch, not the last: where all trajectories are right there is nothing left to compare, and whitening
    // makes steps of noise.
    func best(_ means: [Double]) -> Double {
      (5...means.count).map { Statistics.mean(Array(means[($0 - 5)..<$0])) }.max() ?? .nan
    }
    #expect(abs(means.towards[0] - 1.0 / 3) < 0.2)
    #expect(best(means.towards) > 0.85)
    #expect(best(means.away) > -0.15)
  }

  @Test("the first update has ratio 1 and no divergence", arguments: PolicyAlgorithm.allCases)
  func firstUpdate(algorithm: PolicyAlgorithm) async throws {
    var options = ToyTraining.options(algorithm)
    options.epochs = 1
    options.minibatchSize = options.batchSize
    options.microbatchSize = options.batchSize
    let trainer = ToyTraining.trainer(options)
    let iteration = try await Self.iterate(trainer)
    #expect(abs((iteration.metrics["ppo/ratio"] ?? 0) - 1) < 1e-6)
    #expect(abs(iteration.metrics["ppo/approximateKL"] ?? 1) < 1e-6)
    #expect(iteration.metrics["ppo/clipFraction"] == 0)
    #expect(abs(iteration.metrics["objective/kl"] ?? 1) < 1e-5)
    #expect(abs(iteration.metrics["ppo/divergenceLoss"] ?? 0) < 1e-6)
    #expect((trainer.critic != nil) == (algorithm == .ppo))
    #expect((iteration.metrics["ppo/valueLoss"] != nil) == (algorithm == .ppo))
  }

  @Test("accumulated microbatches equal one batch", arguments: PolicyAlgorithm.allCases)
  func microbatches(algorithm: PolicyAlgorithm) async throws {
    var whole = ToyTraining.options(algorithm)
    whole.microbatchSize = 16
    whole.entropyCoefficient = 0.01
    var parts = whole
    parts.microbatchSize = 3
    let one = ToyTraining.trainer(whole, endToken: 3)
    let two = ToyTraining.trainer(parts, endToken: 3)
    for _ in 0..<3 {
      try await Self.iterate(one)
      try await Self.iterate(two)
    }
    for (first, second) in zip(one.policy.parameters.parameters, two.policy.parameters.parameters) {
      #expect(agrees(first.tensor.detached(), second.tensor.detached(), within: 1e-4))
    }
  }

  @Test(
    "every trained parameter moves, the reference does not", arguments: PolicyAlgorithm.allCases)
  func movement(algorithm: PolicyAlgorithm) async throws {
    let trainer = ToyTraining.trainer(ToyTraining.options(algorithm))
    let before = Self.parameters(trainer)
    for _ in 0..<2 { try await Self.iterate(trainer) }
    for (old, new) in zip(before, Self.parameters(trainer)) { #expect(old != new) }
    #expect(trainer.reference.parameters.parameters.map { $0.tensor.floats() } == before)
  }

  @Test("goes on from a checkpoint to the same figures", arguments: PolicyAlgorithm.allCases)
  func resume(algorithm: PolicyAlgorithm) async throws {
    let folder = try TemporaryFolder()
    var options = ToyTraining.options(algorithm)
    options.kl.mode = .adaptive
    options.score.normalisation = .standardise
    let unbroken = ToyTraining.trainer(options)
    for _ in 0..<2 { try await Self.iterate(unbroken) }
    try unbroken.save(to: folder.url)
    try unbroken.policy.parameters.save(to: folder.url.appending(path: "policy.safetensors"))
    #expect(try folder.names().contains("critic.safetensors") == (algorithm == .ppo))
    let resumed = ToyTraining.trainer(options)
    try resumed.policy.parameters.load(
      SafetensorsFile(folder.url.appending(path: "policy.safetensors")))
    try resumed.restore(from: folder.url)
    for _ in 0..<2 {
      let one = try await Self.iterate(unbroken)
      let two = try await Self.iterate(resumed)
      #expect(one.metrics == two.metrics)
      #expect(one.samples == two.samples)
    }
    #expect(Self.parameters(unbroken) == Self.parameters(resumed))
  }

  @Test("a score that is not a number stops before anything is updated")
  func badScore() async throws {
    let trainer = ToyTraining.trainer(ToyTraining.options())
    let before = Self.parameters(trainer)
    let error = await #expect(throws: RLHFError.self) {
      try await trainer.iterate(over: ToyTraining.prompts) { $0.map { _ in Double.nan } }
    }
    #expect(error?.code == .training)
    #expect(Self.parameters(trainer) == before)
  }

  @Test("an update that strays ends the iteration early")
  func earlyEnd() async throws {
    var options = ToyTraining.options()
    options.learningRate = 0.5
    options.updateDivergenceLimit = 0.01
    let iteration = try await Self.iterate(ToyTraining.trainer(options))
    #expect(iteration.metrics["ppo/endedEarly"] == 1)
    #expect((iteration.metrics["ppo/updates"] ?? 99) < 8)
  }
}

@Suite("Groups of trajectories") struct PolicyGroupsTests {
  @Test("a group has the same prompt, and every prompt comes as often as the others")
  func prompts() {
    var options = ToyTraining.options(.grpo)
    options.groupSize = 4
    let trainer = ToyTraining.trainer(options)
    let indices = trainer.promptIndices(outOf: 8)
    #expect(indices.count == options.batchSize)
    for start in stride(from: 0, to: indices.count, by: 4) {
      #expect(Set(indices[start..<start + 4]).count == 1)
    }
    #expect(Set(indices).count == 8)
  }

  @Test("where no group has a signal, nothing is updated")
  func silence() async throws {
    var options = ToyTraining.options(.dapo)
    options.resamplings = 2
    let trainer = ToyTraining.trainer(options)
    let before = trainer.policy.parameters.parameters.map { $0.tensor.floats() }
    let iteration = try await trainer.iterate(over: ToyTraining.prompts) { $0.map { _ in 1 } }
    #expect(iteration.samples.count == 3 * options.batchSize)
    #expect(iteration.metrics["objective/silentGroups"] == 1)
    #expect(iteration.metrics["ppo/updates"] == 0)
    #expect(trainer.policy.parameters.parameters.map { $0.tensor.floats() } == before)
    #expect(trainer.iteration == 1)
  }

  @Test("groups without signal are replaced by those of other prompts")
  func replacement() async throws {
    var options = ToyTraining.options(.dapo)
    options.resamplings = 40
    let trainer = ToyTraining.trainer(options)
    // Prompt 0 never has a signal.
    let iteration = try await trainer.iterate(over: ToyTraining.prompts) { samples in
      zip(samples, ToyTraining.score(samples)).map { $0.prompt == 0 ? 0 : $1 }
    }
    #expect((iteration.metrics["objective/silentGroups"] ?? 0) > 0)
    #expect(iteration.samples.count > options.batchSize)
    // A whole batch of groups with signal: two updates in each of the four epochs.
    #expect(iteration.metrics["ppo/updates"] == 8)
  }

  @Test("trajectories that did not end by themselves can be left out of the loss")
  func incomplete() async throws {
    var options = ToyTraining.options(.grpo)
    options.ignoresIncomplete = true
    options.kl.coefficient = 0
    options.minibatchSize = options.batchSize
    options.epochs = 1
    let trainer = ToyTraining.trainer(options, endToken: 3)
    let reference = ToyTraining.trainer(options, endToken: 3)
    let one = try await trainer.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
    #expect((0..<1).contains(one.metrics["objective/complete"] ?? 1))
    options.ignoresIncomplete = false
    let all = ToyTraining.trainer(options, endToken: 3)
    _ = try await all.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
    _ = try await reference.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
    func first(_ trainer: PolicyTrainer<ToyTraining.Toy>) -> [Float] {
      trainer.policy.parameters.parameters.flatMap { $0.tensor.floats() }
    }
    #expect(first(trainer) == first(reference))
    #expect(first(trainer) != first(all))
  }
}

@Suite("Continuous actions") struct ContinuousActionsTests {
  @Test(
    "the same engine moves a Gaussian policy to its target",
    arguments: [PolicyAlgorithm.ppo, .grpo, .rloo, .reinforcePP], [1, 2, 3])
  func gaussian(algorithm: PolicyAlgorithm, seed: UInt64) async throws {
    func policy() -> GaussianPolicy<Int, [[Float]]> {
      GaussianPolicy(
        promptSize: 1, steps: 2, dimensions: 2, hiddenSize: 16, seed: 7,
        describe: { [Float($0)] }, decode: { $0 }, encode: { $0 })
    }
    var options = PolicyOptions()
    options.algorithm = algorithm
    options.batchSize = 64
    options.minibatchSize = 32
    options.microbatchSize = 32
    options.learningRate = 0.01
    options.criticLearningRate = 0.01
    options.kl.coefficient = 0.001
    let trainer = PolicyTrainer(
      policy: policy(), reference: policy(), options: options, seed: Seed(seed))
    // The values wanted are 1 everywhere for prompt 1, and -1 for prompt 0.
    var means: [Double] = []
    for _ in 0..<40 {
      let iteration = try await trainer.iterate(over: [0, 1]) { samples in
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
