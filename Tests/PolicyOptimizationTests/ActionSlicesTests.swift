import Foundation
import NeuralNetworks
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

/// What policies with normal actions bring: parts of trajectories, divergences in closed form, clipped advantages, averages.
@Suite("Updates of normal actions") struct ActionSlicesTests {
  private typealias Toy = GaussianPolicy<Int, [[Float]]>

  private static func policy() -> Toy {
    Toy(
      promptSize: 2, steps: 5, dimensions: 3, hiddenSize: 16, seed: 1,
      describe: { wanted in (0..<2).map { $0 == wanted ? 1 : 0 } }, decode: { $0 },
      encode: { $0 })
  }

  private static func trainer(_ change: (inout PolicyOptions) -> Void) -> PolicyTrainer<Toy> {
    var options = ToyTraining.options(.ppo)
    options.iterations = 3
    options.entropyCoefficient = 0.01
    change(&options)
    let reference = policy()
    reference.parameters.setTrainable(false)
    return PolicyTrainer(policy: policy(), reference: reference, options: options, seed: 2)
  }

  /// Prompt 0 wants low values, prompt 1 high ones.
  private static func score(_ samples: [Sample<Int, [[Float]]>]) -> [Double] {
    samples.map { sample in
      let mean = Statistics.mean(sample.artifact.flatMap { $0.map(Double.init) })
      return sample.prompt == 0 ? -mean : mean
    }
  }

  @discardableResult
  private static func iterate(
    _ trainer: PolicyTrainer<Toy>, _ count: Int
  ) async throws -> [[String: Double]] {
    var metrics: [[String: Double]] = []
    for _ in 0..<count {
      metrics.append(try await trainer.iterate(over: [0, 1]) { score($0) }.metrics)
    }
    return metrics
  }

  private static func expectEqual(
    _ one: PolicyTrainer<Toy>, _ two: PolicyTrainer<Toy>, within tolerance: Double
  ) {
    for (first, second) in zip(one.policy.parameters.parameters, two.policy.parameters.parameters) {
      #expect(agrees(first.tensor.detached(), second.tensor.detached(), within: tolerance))
    }
  }

  @Test(
    "gradients accumulated over a few actions at once equal those of whole trajectories",
    arguments: [PolicyAlgorithm.ppo, .promptPPO, .grpo, .drGRPO], [1, 2, 4])
  func slices(algorithm: PolicyAlgorithm, size: Int) async throws {
    let whole = Self.trainer {
      $0.algorithm = algorithm
      $0.kl.usesDistributions = true
    }
    let sliced = Self.trainer {
      $0.algorithm = algorithm
      $0.kl.usesDistributions = true
      $0.actionsAtOnce = size
    }
    let one = try await Self.iterate(whole, 2)
    let two = try await Self.iterate(sliced, 2)
    Self.expectEqual(whole, sliced, within: 1e-4)
    for (first, second) in zip(one, two) {
      #expect(first.keys.sorted() == second.keys.sorted())
      for (name, value) in first {
        #expect(abs(value - (second[name] ?? .nan)) < 1e-3, "\(name)")
      }
    }
  }

  @Test("columns of an evaluation are those of the whole")
  func columns() throws {
    let policy = Self.policy()
    let rollout = try policy.sample([0, 1, 1], seed: 3)
    let request = EvaluationRequest(entropies: true, features: true, distributions: true)
    let whole = try policy.evaluate(rollout, request)
    let parts = try [0..<2, 2..<5].map { try policy.evaluate(rollout, columns: $0, request) }
    let again = PolicyEvaluation.concatenated(parts, dim: 1)
    #expect(again.logProbabilities.floats() == whole.logProbabilities.floats())
    #expect(again.features?.floats() == whole.features?.floats())
    #expect(again.entropies?.floats() == whole.entropies?.floats())
    #expect(again.distributions?.mean.floats() == whole.distributions?.mean.floats())
  }

  @Test("a divergence in closed form is the mean of its estimates")
  func closedForm() async throws {
    let trainer = Self.trainer { $0.kl.usesDistributions = true }
    let metrics = try await Self.iterate(trainer, 2)
    #expect(metrics[0]["objective/kl"] == 0)
    #expect((metrics[1]["objective/kl"] ?? 0) > 0)
    let rollout = try trainer.policy.sample(Array(repeating: 0, count: 4000), seed: 9)
    let request = EvaluationRequest(distributions: true)
    let (own, other) = try withoutGradient {
      (
        try trainer.policy.evaluate(rollout, request),
        try trainer.reference.evaluate(rollout, request)
      )
    }
    let (one, two) = (try #require(own.distributions), try #require(other.distributions))
    let exact = one.divergence(from: two).sum(dim: 1).mean().item()
    let estimates = KLEstimator.k1(own.logProbabilities, reference: other.logProbabilities)
      .sum(dim: 1)
    let error = estimates.standardDeviation().item() / 4000.0.squareRoot()
    #expect(exact > 0)
    #expect(abs(estimates.mean().item() - exact) < 4 * error)
  }

  @Test("a divergence in the loss draws the policy to its reference")
  func penalty() async throws {
    func distance(_ coefficient: Double) async throws -> Double {
      let trainer = Self.trainer {
        $0.algorithm = .promptPPO
        $0.kl.usesDistributions = true
        $0.kl.coefficient = coefficient
        $0.entropyCoefficient = 0
      }
      return try await Self.iterate(trainer, 8).last?["objective/kl"] ?? .nan
    }
    let (free, bound) = (try await distance(0), try await distance(20))
    #expect(bound < free / 3)
  }

  @Test("a policy without distributions is told so")
  func missingDistributions() async throws {
    var options = ToyTraining.options(.ppo)
    options.kl.usesDistributions = true
    let trainer = ToyTraining.trainer(options)
    let error = await #expect(throws: RLHFError.self) {
      try await trainer.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
    }
    #expect(error?.message.contains("ppo.kl.usesDistributions") == true)
  }

  @Test("advantages are clipped after they are normalised")
  func clipping() {
    let mask = Tensor(Array(repeating: true, count: 4), shape: [4, 1])
    let rollout = Rollout(
      actions: [:], mask: mask, isComplete: Array(repeating: true, count: 4))
    let none = Tensor.zeros([4, 1])
    var buffer = ExperienceBuffer(parts: [
      Experience(
        rollout: rollout, logProbabilities: none, reference: none,
        rewards: Tensor([1, 2, 3, 10] as [Float], shape: [4, 1]), advantages: none)
    ])
    var options = PolicyOptions()
    options.algorithm = .promptPPO
    options.advantageClip = 1.5
    buffer.estimateAdvantages(options.recipe, discount: 1, lambda: 1) { rewards in
      rewards.map { $0 - 4 }
    }
    #expect(buffer.parts[0].advantages.floats() == [-1.5, -1.5, -1, 1.5])
  }

  @Test("a moving average follows the policy, and goes on from a checkpoint")
  func average() async throws {
    let options: (inout PolicyOptions) -> Void = {
      $0.algorithm = .promptPPO
      $0.averageDecay = 0.9
      $0.iterations = 4
    }
    let trainer = Self.trainer(options)
    func values(_ policy: Toy) -> [[Float]] {
      policy.parameters.parameters.map { $0.tensor.floats() }
    }
    let start = values(trainer.policy)
    try await Self.iterate(trainer, 2)
    let own = values(trainer.policy)
    let averaged = trainer.withAverage(values)
    #expect(values(trainer.policy) == own)
    func distance(_ one: [[Float]], _ two: [[Float]]) -> Float {
      zip(one.joined(), two.joined()).reduce(0) { $0 + abs($1.0 - $1.1) }
    }
    #expect(distance(averaged, start) > 0)
    #expect(distance(averaged, start) < distance(own, start))
    let folder = try TemporaryFolder()
    try trainer.save(to: folder.url)
    let resumed = Self.trainer(options)
    for (parameter, value) in zip(
      resumed.policy.parameters.parameters, trainer.policy.parameters.parameters)
    {
      withoutGradient { parameter.tensor.assign(from: value.tensor) }
    }
    try resumed.restore(from: folder.url)
    #expect(resumed.withAverage(values) == averaged)
    try await Self.iterate(trainer, 2)
    try await Self.iterate(resumed, 2)
    #expect(resumed.withAverage(values) == trainer.withAverage(values))
  }
}
