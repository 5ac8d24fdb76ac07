import Foundation
import ImageModels
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct GaussianStepTests {
  let mean = Tensor.randn([3, 2, 4], generator: RandomGenerator(seed: 1))
  let next = Tensor.randn([3, 2, 4], generator: RandomGenerator(seed: 2))
  let deviations = [0.5, 1.25, 0]

  private func step(_ mean: Tensor, _ deviations: [Double]) -> GaussianStep {
    GaussianStep(mean: mean, deviations: deviations, predictedOriginal: mean)
  }

  /// log N(x; μ, σ) of the elements of a row, in double precision.
  private func elements(_ row: Int) -> [Double] {
    let (x, mu, sigma) = (
      next[row].flattened().doubles(), mean[row].flattened().doubles(), deviations[row]
    )
    return zip(x, mu).map { x, mu in
      -(x - mu) * (x - mu) / (2 * sigma * sigma) - log(sigma * (2 * Double.pi).squareRoot())
    }
  }

  @Test func logProbabilitiesOfRows() {
    let step = step(mean, deviations)
    let means = step.logProbability(of: next).doubles()
    let sums = step.logProbability(of: next, reduction: .sum).doubles()
    for row in 0..<2 {
      let all = elements(row).reduce(0, +)
      #expect(abs(sums[row] - all) < 1e-4)
      #expect(abs(means[row] - all / 8) < 1e-5)
    }
    #expect(means[2] == 0 && sums[2] == 0)
  }

  @Test func gradientsReachTheMean() {
    let leaf = mean.copied()
    leaf.requiresGradient = true
    step(leaf, deviations).logProbability(of: next, reduction: .sum).sum().backward()
    let expected = (next - mean) / Tensor([0.25, 1.5625, 1].map { Float($0) }, shape: [3, 1, 1])
    let found = leaf.gradient ?? Tensor.zeros([3, 2, 4])
    for row in 0..<2 { #expect(agrees(found[row], expected[row], within: 1e-5)) }
    #expect(found[2].abs().max().item() == 0)
  }

  @Test func theDivergenceIsTheMeanOfTheRatio() {
    let other = mean + 0.3
    let divergence = step(mean, deviations).divergence(from: step(other, deviations)).doubles()
    #expect(abs(divergence[0] - 0.09 / (2 * 0.25)) < 1e-6)
    #expect(abs(divergence[1] - 0.09 / (2 * 1.5625)) < 1e-6)
    #expect(divergence[2] == 0)
    #expect(step(mean, deviations).divergence(from: step(mean, deviations)).floats() == [0, 0, 0])
    // With other deviations, against the mean of log p - log q over many draws.
    let (p, q) = (
      GaussianStep(mean: Tensor.zeros([1, 1]), deviations: [0.5], predictedOriginal: mean),
      GaussianStep(mean: Tensor.full([1, 1], 0.4), deviations: [0.8], predictedOriginal: mean)
    )
    let noise = Tensor.randn([1, 200_000], generator: RandomGenerator(seed: 3)) * 0.5
    func logDensity(_ step: GaussianStep) -> Tensor {
      GaussianStep(
        mean: step.mean.expanded([1, 200_000]), deviations: step.deviations,
        predictedOriginal: mean
      ).logProbability(of: noise)
    }
    let drawn = logDensity(p).item() - logDensity(q).item()
    let sum = p.divergence(from: q, reduction: .sum).item()
    #expect(abs(sum - drawn) < 0.01)
    #expect(p.divergence(from: q).item() == sum)
  }

  @Test func theSampleHoldsItsNoise() {
    let noise = Tensor.randn([3, 2, 4], generator: RandomGenerator(seed: 5))
    let sample = step(mean, deviations).sample(noise: noise)
    #expect(agrees(sample[1], mean[1] + noise[1] * 1.25, within: 1e-6))
    #expect(sample[2].flattened().floats() == mean[2].flattened().floats())
  }
}
