import RLHFCore
import TestSupport
import Testing
import Torch

@testable import RLHFPlugin

@Suite("Distributions of actions") struct DistributionsTests {
  @Test(
    "log-probabilities and entropies equal the reference",
    .enabled(if: Oracles.has("algorithms/distributions.json")))
  func reference() throws {
    let oracle = try Oracles.algorithms("distributions")
    let (mean, logDeviation) = (try oracle.tensor("in.mean"), try oracle.tensor("in.log_std"))
    func expect(_ found: Tensor, _ name: String) throws {
      let expected = try oracle.tensor("out.\(name)")
      #expect(agrees(found, expected, within: 1e-5), "\(name)")
      #expect(!agrees(found + 0.001, expected, within: 1e-5), "\(name)")
    }
    let preTanh = try oracle.tensor("in.pre_tanh")
    let normal = NormalDistribution(mean: mean, logDeviation: logDeviation)
    try expect(normal.logProbabilities(of: preTanh), "normal_logprob")
    try expect(normal.entropies, "normal_entropy")
    let squashed = TanhNormalDistribution(mean: mean, logDeviation: logDeviation)
    let squashedLogs = squashed.logProbabilities(ofUnsquashed: preTanh)
    try expect(preTanh.tanh(), "tanh_action")
    try expect(squashedLogs, "tanh_logprob")
    let bounds = oracle.parameters["truncation"].doubles
    let truncated = TruncatedNormalDistribution(
      mean: mean, logDeviation: logDeviation, lower: bounds[0], upper: bounds[1])
    try expect(
      truncated.logProbabilities(of: try oracle.tensor("in.truncated_action")), "truncated_logprob")
    try expect(truncated.entropies, "truncated_entropy")
    let categorical = CategoricalDistribution(
      logits: try oracle.tensor("in.categorical_logits"))
    let choice = categorical.logProbabilities(of: try oracle.tensor("in.categorical_action"))
    try expect(choice, "categorical_logprob")
    try expect(categorical.entropies, "categorical_entropy")
    try expect(squashedLogs.sum(dim: -1) + choice, "mixed_logprob")
    let concentrations = try oracle.tensor("in.beta_concentrations")
    let beta = BetaDistribution(
      alpha: concentrations.select(dim: -1, index: 0),
      beta: concentrations.select(dim: -1, index: 1))
    try expect(beta.logProbabilities(of: try oracle.tensor("in.beta_action")), "beta_logprob")
    try expect(beta.entropies, "beta_entropy")
  }

  private static let count = 20_000

  private func uniforms(_ seed: UInt64) -> Tensor {
    Tensor.rand([Self.count], generator: RandomGenerator(seed: Seed(seed)))
  }

  /// Whether the mean of -log p over draws is near the entropy.
  private func isEntropy(_ logs: Tensor, _ entropy: Double) -> Bool {
    let values = logs.doubles()
    let error = Statistics.standardDeviation(values) / Double(values.count).squareRoot()
    return abs(Statistics.mean(values) + entropy) < 5 * error
  }

  @Test("draws follow the densities")
  func draws() {
    let (mean, deviation) = (Tensor.full([Self.count], 0.3), Tensor.full([Self.count], -0.2))
    let truncated = TruncatedNormalDistribution(
      mean: mean, logDeviation: deviation, lower: -0.5, upper: 0.9)
    let bounded = truncated.sample(uniforms: uniforms(1))
    #expect(bounded.min().item() >= -0.5 && bounded.max().item() <= 0.9)
    #expect(
      isEntropy(truncated.logProbabilities(of: bounded), truncated.entropies.doubles()[0]))
    let categorical = CategoricalDistribution(
      logits: Tensor([0.2, -1, 3] as [Float]).unsqueezed(0).expanded([Self.count, 3]))
    let choices = categorical.sample(uniforms: uniforms(2))
    #expect(
      isEntropy(categorical.logProbabilities(of: choices), categorical.entropies.doubles()[0]))
    for (alpha, beta) in [(0.5, 0.7), (2, 5), (30, 1)] {
      let distribution = BetaDistribution(
        alpha: Tensor.full([Self.count], alpha), beta: Tensor.full([Self.count], beta))
      let values = distribution.sample(seed: 3)
      #expect(abs(values.mean().item() - alpha / (alpha + beta)) < 0.01)
      #expect(
        isEntropy(distribution.logProbabilities(of: values), distribution.entropies.doubles()[0]))
    }
  }

  @Test("a squashed value far out, and a choice that is never taken, have finite numbers")
  func extremes() {
    let squashed = TanhNormalDistribution(
      mean: Tensor.full([2], 0), logDeviation: Tensor.zeros([2]))
    let logs = squashed.logProbabilities(ofUnsquashed: Tensor([30, -30] as [Float]))
    #expect(logs.doubles().allSatisfy { $0.isFinite })
    let categorical = CategoricalDistribution(
      logits: Tensor([0, 0, -Float.infinity], shape: [1, 3]))
    #expect(abs(categorical.entropies.item() - 0.6931472) < 1e-6)
  }
}
