import NeuralNetworks
import RLHFCore
import RLHFPlugin
import Testing
import Torch

@testable import RLHFTesting

/// A policy that breaks the promises that it is told to.
private final class BrokenPolicy: Policy {
  enum Fault { case ignoresSeed, leaksNeighbours, leavesMask, forgetsFeatures }

  private let inner = TokenPolicy<Int, [Int]>(
    .init(promptSize: 1, vocabularySize: 4, responseLength: 5, endToken: 0, hiddenSize: 8), seed: 1,
    describe: { [Float($0)] }, decode: { $0 }, encode: { $0 })
  private let fault: Fault
  private var calls = 0

  init(_ fault: Fault) { self.fault = fault }

  var parameters: ParameterStore { inner.parameters }
  var featureSize: Int { inner.featureSize }

  func sample(_ prompts: [Int], seed: Seed) throws -> Rollout {
    calls += 1
    return try inner.sample(
      prompts, seed: fault == .ignoresSeed ? seed.derived("call", calls) : seed)
  }

  func evaluate(_ rollout: Rollout, _ request: EvaluationRequest) throws -> PolicyEvaluation {
    var evaluation = try inner.evaluate(rollout, request)
    switch fault {
    case .ignoresSeed: break
    case .leaksNeighbours:
      evaluation.logProbabilities =
        (evaluation.logProbabilities + evaluation.logProbabilities.mean())
        * rollout.mask.to(.float32)
    case .leavesMask: evaluation.logProbabilities = evaluation.logProbabilities - 1
    case .forgetsFeatures: evaluation.features = nil
    }
    return evaluation
  }

  func artifacts(of rollout: Rollout) throws -> [[Int]] { try inner.artifacts(of: rollout) }
  func rollout(of demonstrations: [Demonstration<Int, [Int]>]) throws -> Rollout {
    try inner.rollout(of: demonstrations)
  }
}

@Suite("The contract of policies") struct PolicyContractTests {
  private func violations(_ fault: BrokenPolicy.Fault) throws -> [String] {
    try PolicyContract.violations(of: BrokenPolicy(fault), prompts: Array(0..<8))
  }

  @Test("a broken policy is told what it broke")
  func faults() throws {
    #expect(try violations(.ignoresSeed).contains { $0.contains("same seed") })
    #expect(try violations(.leaksNeighbours).contains { $0.contains("evaluated alone") })
    #expect(try violations(.leavesMask).contains { $0.contains("outside the mask") })
    #expect(try violations(.forgetsFeatures).contains { $0.contains("features") })
  }

  @Test("a noisy rater prefers what is better, and errs as often as its temperature says")
  func rater() async throws {
    let comparisons = Array(
      repeating: Comparison(prompt: 0, first: 1, second: 0), count: 2000)
    let sure = NoisyRater<Int, Int>(temperature: 0) { Double($0.artifact) }
    #expect(try await sure.judge(comparisons, seed: 1).allSatisfy { $0.verdict == .first })
    let noisy = NoisyRater<Int, Int> { Double($0.artifact) }
    let judgments = try await noisy.judge(comparisons, seed: 2)
    // σ(1) = 0.731
    let share = Double(judgments.count { $0.verdict == .first }) / 2000
    #expect(abs(share - 0.731) < 0.04)
    #expect(try await noisy.judge(comparisons, seed: 2) == judgments)
  }
}
