import RLHFCore
import RLHFPlugin
import NeuralNetworks
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

/// A toy policy whose log-probabilities with gradient are not numbers at chosen evaluations.
private final class FaultyPolicy: Policy {
  let inner = ToyTraining.policy()
  /// Which evaluations with gradient, counted from 0, go wrong.
  var isFaulty: (Int) -> Bool
  private(set) var evaluations = 0

  init(_ isFaulty: @escaping (Int) -> Bool) { self.isFaulty = isFaulty }

  var parameters: ParameterStore { inner.parameters }
  var featureSize: Int { inner.featureSize }

  func sample(_ prompts: [Int], seed: Seed) throws -> Rollout {
    try inner.sample(prompts, seed: seed)
  }
  func artifacts(of rollout: Rollout) throws -> [[Int]] { try inner.artifacts(of: rollout) }
  func rollout(of demonstrations: [Demonstration<Int, [Int]>]) throws -> Rollout {
    try inner.rollout(of: demonstrations)
  }

  func evaluate(_ rollout: Rollout, _ request: EvaluationRequest) throws -> PolicyEvaluation {
    var evaluation = try inner.evaluate(rollout, request)
    guard evaluation.logProbabilities.requiresGradient else { return evaluation }
    if isFaulty(evaluations) {
      evaluation.logProbabilities = evaluation.logProbabilities * Double.nan
    }
    evaluations += 1
    return evaluation
  }
}

@Suite("Losses that are not numbers") struct SkippedUpdatesTests {
  private func trainer(
    _ algorithm: PolicyAlgorithm, limit: Int = 10, _ isFaulty: @escaping (Int) -> Bool
  ) -> PolicyTrainer<FaultyPolicy> {
    var options = ToyTraining.options(algorithm)
    options.skippedUpdatesLimit = limit
    return PolicyTrainer(
      policy: FaultyPolicy(isFaulty), reference: FaultyPolicy { _ in false }, options: options,
      seed: 1)
  }

  private func isFinite(_ trainer: PolicyTrainer<FaultyPolicy>) -> Bool {
    let stores = [trainer.policy.parameters, trainer.critic?.parameters].compactMap { $0 }
    return stores.allSatisfy { store in
      store.parameters.allSatisfy { $0.tensor.isFinite().all().item() == 1 }
    }
  }

  @Test("their updates are skipped and counted", arguments: PolicyAlgorithm.allCases)
  func skipped(algorithm: PolicyAlgorithm) async throws {
    let trainer = trainer(algorithm) { $0 == 1 || $0 == 4 || $0 == 5 }
    let iteration = try await trainer.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
    #expect(iteration.metrics["ppo/skippedUpdates"] == 3)
    #expect(trainer.policy.evaluations > 5)
    #expect(iteration.metrics.values.allSatisfy { $0.isFinite })
    #expect(isFinite(trainer))
    #expect(trainer.skippedInARow == 0)
  }

  @Test("an update with one bad microbatch is skipped whole")
  func microbatch() async throws {
    let trainer = trainer(.ppo) { _ in false }
    var options = ToyTraining.options()
    options.microbatchSize = 4
    options.epochs = 1
    let divided = PolicyTrainer(
      policy: FaultyPolicy { $0 == 2 }, reference: trainer.reference, options: options, seed: 1)
    let iteration = try await divided.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
    #expect(iteration.metrics["ppo/skippedUpdates"] == 1)
    #expect(iteration.metrics["ppo/updates"] == 1)
    #expect(isFinite(divided))
  }

  @Test("too many in a row stop the run with the parameters of the last good update")
  func stops() async throws {
    let trainer = trainer(.grpo, limit: 3) { $0 >= 2 }
    let error = await #expect(throws: RLHFError.self) {
      _ = try await trainer.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
    }
    #expect(error?.code == .training)
    #expect(error?.message.contains("3 updates in a row") == true)
    #expect(trainer.policy.evaluations == 5)
    #expect(trainer.iteration == 0)
    #expect(isFinite(trainer))
  }

  @Test("the count in a row goes on over iterations and checkpoints")
  func resume() async throws {
    let folder = try TemporaryFolder()
    // The last two updates of the first iteration go wrong, and the first of the next.
    let first = trainer(.ppo, limit: 3) { $0 >= 6 }
    _ = try await first.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
    #expect(first.skippedInARow == 2)
    try first.save(to: folder.url)
    let second = trainer(.ppo, limit: 3) { _ in true }
    try second.restore(from: folder.url)
    #expect(second.skippedInARow == 2)
    await #expect(throws: RLHFError.self) {
      _ = try await second.iterate(over: ToyTraining.prompts) { ToyTraining.score($0) }
    }
    #expect(second.policy.evaluations == 1)
  }

  @Test(
    "fine-tuning skips and counts them, goes on from a checkpoint, and ends where they do not end")
  func supervised() throws {
    let demonstrations = (0..<12).map {
      Demonstration(prompt: $0 % 3, artifact: Array(repeating: $0 % 3, count: 4))
    }
    func trainer(
      limit: Int, _ isFaulty: @escaping (Int) -> Bool
    ) throws -> SupervisedTrainer<FaultyPolicy> {
      var options = SupervisedOptions()
      options.batchSize = 4
      options.skippedLimit = limit
      return try SupervisedTrainer(
        policy: FaultyPolicy(isFaulty), demonstrations: demonstrations, options: options, seed: 1)
    }
    let some = try trainer(limit: 1) { $0 == 1 || $0 == 3 }
    var metrics: [[String: Double]] = []
    for _ in 0..<5 { metrics.append(try some.update()) }
    #expect(metrics.map { $0["sft/skipped"] } == [0, 1, 1, 2, 2])
    #expect(metrics[1]["sft/loss"] == nil && metrics[2]["sft/loss"] != nil)
    let isFinite = some.policy.parameters.parameters.allSatisfy {
      $0.tensor.isFinite().all().item() == 1
    }
    #expect(isFinite)
    let folder = try TemporaryFolder()
    try some.save(to: folder.url)
    let resumed = try trainer(limit: 1) { _ in false }
    try resumed.restore(from: folder.url)
    #expect(resumed.skipped.total == 2 && resumed.step == 5)

    let all = try trainer(limit: 2) { _ in true }
    _ = try all.update()
    _ = try all.update()
    let error = #expect(throws: RLHFError.self) { try all.update() }
    #expect(error?.code == .training && error?.message.contains("sft.skippedLimit") == true)
  }
}
