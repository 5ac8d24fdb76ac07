import NeuralNetworks
import RLHFCore
import RLHFTesting
import Testing
import Torch

@testable import RLHFPlugin

@Suite("Ready-made policies") struct ReadyMadePoliciesTests {
  private func tokenPolicy(endToken: Int? = 0) -> TokenPolicy<Int, [Int]> {
    TokenPolicy(
      .init(promptSize: 2, vocabularySize: 5, responseLength: 6, endToken: endToken, hiddenSize: 8),
      seed: 3, describe: { [Float($0), 1] }, decode: { $0 }, encode: { $0 })
  }

  private func gaussianPolicy() -> GaussianPolicy<Int, [[Float]]> {
    GaussianPolicy(
      promptSize: 1, steps: 3, dimensions: 2, hiddenSize: 8, seed: 4, describe: { [Float($0)] },
      decode: { $0 }, encode: { $0 })
  }

  @Test("a token policy keeps the contract")
  func tokens() throws {
    #expect(try PolicyContract.violations(of: tokenPolicy(), prompts: [0, 1, 2, 3]) == [])
    #expect(try PolicyContract.violations(of: tokenPolicy(endToken: nil), prompts: [0, 1]) == [])
  }

  @Test("a Gaussian policy keeps the contract")
  func gaussian() throws {
    #expect(try PolicyContract.violations(of: gaussianPolicy(), prompts: [0, 1, 2]) == [])
  }

  @Test("a Gaussian's log-probabilities are those of the density")
  func density() throws {
    let policy = gaussianPolicy()
    let rollout = try policy.sample([1], seed: 5)
    let evaluation = try policy.evaluate(rollout, EvaluationRequest(entropies: true))
    // Entropy of two independent normals with deviation 0.5: 2 (½ log(2πe) + log 0.5).
    for entropy in evaluation.entropies?.doubles() ?? [] {
      #expect(abs(entropy - 2 * (1.4189385 - 0.6931472)) < 1e-5)
    }
    // At the mean the density of each is 1 / (0.5 √(2π)).
    let mean = try policy.sample([1], seed: 6)
    #expect(mean.actions["values"]?.shape == [1, 3, 2])
    #expect(
      evaluation.logProbabilities.doubles().allSatisfy { $0 <= 2 * (-0.9189385 + 0.6931472) + 1e-6 }
    )
  }

  @Test("demonstrations become trajectories and come back as they were")
  func demonstrations() throws {
    let policy = tokenPolicy()
    let demonstrations = [[1, 2, 3], [4], [1, 1, 1, 1, 1, 1]].map {
      Demonstration(prompt: 1, artifact: $0)
    }
    let rollout = try policy.rollout(of: demonstrations)
    #expect(rollout.lengths() == [4, 2, 6])
    #expect(rollout.isComplete == [true, true, false])
    #expect(try policy.artifacts(of: rollout) == demonstrations.map(\.artifact))
    #expect(throws: RLHFError.self) {
      try policy.rollout(of: [Demonstration(prompt: 1, artifact: [9])])
    }
  }

  @Test("samples follow the distribution that evaluate describes")
  func frequencies() throws {
    let policy = TokenPolicy<Int, [Int]>(
      .init(promptSize: 1, vocabularySize: 3, responseLength: 1, hiddenSize: 8), seed: 8,
      describe: { [Float($0)] }, decode: { $0 }, encode: { $0 })
    let count = 4000
    let rollout = try policy.sample(Array(repeating: 1, count: count), seed: 9)
    let tokens = try policy.artifacts(of: rollout).map { $0[0] }
    for token in 0..<3 {
      let given = try policy.rollout(of: [Demonstration(prompt: 1, artifact: [token])])
      let probability = try policy.evaluate(given, .logProbabilities).logProbabilities.exp().item()
      let frequency = Double(tokens.count { $0 == token }) / Double(count)
      let deviation = (probability * (1 - probability) / Double(count)).squareRoot()
      #expect(abs(frequency - probability) < 4 * deviation)
    }
  }
}
