import RLHFCore
import Foundation
import Testing
import Torch

struct TensorTests {
  @Test func attributes() {
    let tensor = Tensor.zeros([2, 3, 4], dtype: .bfloat16)
    #expect(tensor.shape == [2, 3, 4])
    #expect(tensor.rank == 3)
    #expect(tensor.count == 24)
    #expect(tensor.dtype == .bfloat16)
    #expect(tensor.device == .cpu)
    #expect(tensor.size(1) == 3)
    #expect(tensor.size(-1) == 4)
    #expect(tensor.isContiguous)
    #expect(!tensor.transposed(0, 1).isContiguous)
    #expect(tensor.transposed(0, 1).contiguous().isContiguous)
    #expect(Tensor(3).shape == [])
    #expect(Tensor(3).count == 1)
  }

  @Test func descriptionShowsTheFirstValues() {
    #expect("\(Tensor([1, 2, 3]))" == "Tensor([3] int64: 1, 2, 3)")
    #expect("\(Tensor([true, false]))" == "Tensor([2] bool: true, false)")
    #expect("\(Tensor([0.5, 2], shape: [2, 1]))" == "Tensor([2, 1] float64: 0.5, 2.0)")
    #expect("\(Tensor.arange(0, 100))".hasSuffix("9, 10, 11, …)"))
  }

  @Test func freedAtTheLastReference() async {
    await #expect(processExitsWith: .success) {
      let start = Tensor.liveCount
      var tensor: Tensor? = Tensor.zeros([2])
      let other = tensor
      try #require(Tensor.liveCount == start + 1)
      tensor = nil
      try #require(Tensor.liveCount == start + 1)
      try #require(other?.count == 2)
      _ = consume other
      try #require(Tensor.liveCount == start)
    }
  }

  /// A training step leaves no tensor behind but those that were there before.
  @Test func trainingStepsLeakNothing() async {
    await #expect(processExitsWith: .success) {
      let generator = RandomGenerator(seed: 1)
      let weights = [[8, 4], [8], [1, 8], [1]].map { Tensor.randn($0, generator: generator) }
      let zeros = { weights.map { Tensor.zeros($0.shape) } }
      let (first, second) = (zeros(), zeros())
      let steps = weights.map { _ in Tensor(0) }
      for weight in weights { weight.requiresGradient = true }
      let input = Tensor.randn([16, 4], generator: generator)
      let target = input.sum(dim: 1, keepDim: true)

      func step() -> Double {
        let hidden = input.linear(weight: weights[0], bias: weights[1]).gelu()
          .dropout(0.1, generator: generator)
        let output = hidden.linear(weight: weights[2], bias: weights[3])
        let loss = Tensor.meanSquaredError(output, targets: target)
        loss.backward()
        let gradients = weights.compactMap(\.gradient)
        OptimizerKernels.scale(
          gradients, by: 1 / max(1, OptimizerKernels.gradientNorm(of: gradients).item()))
        OptimizerKernels.fusedAdamW(
          parameters: weights, gradients: gradients, firstMoments: first, secondMoments: second,
          steps: steps, learningRate: 0.05, beta1: 0.9, beta2: 0.999, weightDecay: 0,
          epsilon: 1e-8)
        for weight in weights { weight.gradient = nil }
        return loss.item()
      }

      let start = Tensor.liveCount
      let losses = (0..<50).map { _ in
        let loss = step()
        precondition(Tensor.liveCount == start)
        return loss
      }
      precondition(losses[49] < losses[0] / 5)
    }
  }
}
