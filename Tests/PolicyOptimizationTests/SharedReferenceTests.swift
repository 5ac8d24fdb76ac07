import NeuralNetworks
import RLHFCore
import RLHFPlugin
import Testing
import Torch

@testable import PolicyOptimization

/// A policy whose adapters are trained, and which is its own reference with them switched off.
private final class AdaptedPolicy: Policy {
  let body: TokenPolicy<Int, [Int]>
  let adapters: AdapterSet
  let parameters: ParameterStore

  init() throws {
    body = TokenPolicy(
      .init(promptSize: 3, vocabularySize: 3, responseLength: 4, hiddenSize: 16), seed: 1,
      describe: { wanted in (0..<3).map { $0 == wanted ? 1 : 0 } }, decode: { $0 },
      encode: { $0 })
    var configuration = LoRAConfiguration()
    configuration.rank = 2
    configuration.trainedModules = ["positions"]
    adapters = try AdapterSet(configuration, on: body.parameters, seed: 2)
    parameters = ParameterStore(joining: [body.parameters, adapters.parameters])
  }

  var featureSize: Int { body.featureSize }

  func withReference<Result>(_ body: () throws -> Result) rethrows -> Result? {
    try adapters.withDisabled(body)
  }

  func sample(_ prompts: [Int], seed: Seed) throws -> Rollout {
    try body.sample(prompts, seed: seed)
  }

  func evaluate(_ rollout: Rollout, _ request: EvaluationRequest) throws -> PolicyEvaluation {
    try body.evaluate(rollout, request)
  }

  func artifacts(of rollout: Rollout) throws -> [[Int]] { try body.artifacts(of: rollout) }

  func rollout(of demonstrations: [Demonstration<Int, [Int]>]) throws -> Rollout {
    try body.rollout(of: demonstrations)
  }
}

@Suite("A policy that is its own reference") struct SharedReferenceTests {
  private func trainer(
    _ algorithm: PolicyAlgorithm, isShared: Bool
  ) throws -> PolicyTrainer<AdaptedPolicy> {
    var options = PolicyOptions()
    options.algorithm = algorithm
    options.batchSize = 32
    options.minibatchSize = 16
    options.microbatchSize = 16
    options.learningRate = 0.02
    options.kl.coefficient = 0.1
    let policy = try AdaptedPolicy()
    let reference = isShared ? policy : try AdaptedPolicy()
    if !isShared { reference.parameters.setTrainable(false) }
    return PolicyTrainer(policy: policy, reference: reference, options: options, seed: 3)
  }

  @Test("trains to the same numbers as with a second policy", arguments: PolicyAlgorithm.allCases)
  func sameNumbers(algorithm: PolicyAlgorithm) async throws {
    let (one, two) = (
      try trainer(algorithm, isShared: true), try trainer(algorithm, isShared: false)
    )
    func score(_ samples: [Sample<Int, [Int]>]) -> [Double] {
      samples.map { sample in Double(sample.artifact.count { $0 == sample.prompt }) / 4 }
    }
    let before = one.policy.body.parameters.parameters.map { $0.tensor.floats() }
    for _ in 0..<3 {
      let first = try await one.iterate(over: [0, 1, 2]) { score($0) }
      let second = try await two.iterate(over: [0, 1, 2]) { score($0) }
      #expect(first.metrics == second.metrics)
      #expect(first.samples == second.samples)
    }
    for (a, b) in zip(one.policy.parameters.parameters, two.policy.parameters.parameters) {
      #expect(a.name == b.name && a.tensor.floats() == b.tensor.floats(), "\(a.name)")
    }
    // What the adapters stand beside is the reference still.
    one.policy.adapters.withDisabled {
      #expect(one.policy.body.parameters.parameters.map { $0.tensor.floats() } == before)
    }
    #expect(one.policy.body.parameters.parameters.map { $0.tensor.floats() } != before)
  }
}
