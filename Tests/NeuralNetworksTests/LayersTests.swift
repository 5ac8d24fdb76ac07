import RLHFCore
import Foundation
import NeuralNetworks
import TestSupport
import Testing
import Torch

@Suite struct LayersTests {
  let store = ParameterStore(seed: 2)
  let generator = RandomGenerator(seed: 3)

  @Test func linearIsAMatrixProductAndASum() {
    let layer = Linear(3, 2, in: store["x"])
    let input = Tensor.randn([4, 3], generator: generator)
    guard let bias = layer.bias else { return #expect(Bool(false), "no bias") }
    let expected = input.matmul(layer.weight.transposed()) + bias
    #expect(agrees(layer(input), expected, within: 1e-6))
    let transposed = TransposedLinear(3, 2, initializer: .kaimingUniform, in: store["y"])
    #expect(transposed.weight.shape == [3, 2])
    #expect(agrees(transposed(input), input.matmul(transposed.weight), within: 1e-6))
  }

  @Test func normalisationHasTheMomentsItShould() {
    let input = Tensor.randn([5, 32], generator: generator) * 3 + 1
    let layered = LayerNorm(32, in: store["l"])(input)
    #expect(layered.mean(dim: 1).abs().max().item() < 1e-5)
    #expect(abs(layered.variance(unbiased: false, dim: 1).mean().item() - 1) < 1e-4)
    let rooted = RMSNorm(32, in: store["r"])(input)
    #expect(abs(rooted.square().mean(dim: 1).max().item() - 1) < 1e-4)
    let ratio = rooted / input
    #expect((ratio.max(dim: 1).values - ratio.min(dim: 1).values).abs().max().item() < 1e-5)
  }

  @Test func embeddingPicksRows() {
    let layer = Embedding(5, 2, in: store["e"])
    let picked = layer(Tensor([4, 0], shape: [1, 2]))
    #expect(picked.shape == [1, 2, 2])
    #expect(picked[0][0].floats() == layer.weight[4].floats())
  }

  @Test func dropoutKeepsTheMeanAndNeedsAGenerator() {
    let ones = Tensor.ones([10_000])
    let layer = Dropout(0.25)
    #expect(layer(ones, generator: nil).floats() == ones.floats())
    let dropped = layer(ones, generator: generator)
    #expect(abs(dropped.mean().item() - 1) < 0.03)
    #expect(abs((dropped .== 0).to(.float32).mean().item() - 0.25) < 0.02)
    let again = layer(ones, generator: RandomGenerator(seed: 8))
    #expect(again.floats() == layer(ones, generator: RandomGenerator(seed: 8)).floats())
  }

  @Test func causalAttentionDoesNotLookAhead() {
    let layer = MultiHeadAttention(8, heads: 2, isCausal: true, in: store["a"])
    let input = Tensor.randn([2, 5, 8], generator: generator)
    let other = Tensor.concatenate(
      [input.narrow(dim: 1, start: 0, length: 4), Tensor.randn([2, 1, 8], generator: generator)],
      dim: 1)
    let (first, second) = (layer(input), layer(other))
    #expect(
      agrees(
        first.narrow(dim: 1, start: 0, length: 4), second.narrow(dim: 1, start: 0, length: 4),
        within: 1e-6))
    #expect(largestDifference(first, second) > 1e-3)
  }

  @Test func attentionHeedsItsMask() {
    let layer = MultiHeadAttention(8, heads: 2, in: store["m"])
    let input = Tensor.randn([1, 2, 8], generator: generator)
    let context = Tensor.randn([1, 3, 8], generator: generator)
    let mask = Tensor([true, true, false], shape: [1, 1, 1, 3])
    let masked = layer(input, over: context, mask: mask)
    let shorter = layer(input, over: context.narrow(dim: 1, start: 0, length: 2), mask: nil)
    #expect(agrees(masked, shorter, within: 1e-6))
  }

  @Test func convolutionsHaveTheirShapes() {
    let one = Conv1D(4, 6, kernelSize: 3, stride: 2, padding: 1, groups: 2, in: store["c1"])
    #expect(one.weight.shape == [6, 2, 3])
    #expect(one(Tensor.zeros([2, 4, 10])).shape == [2, 6, 5])
    let two = Conv2D(3, 5, kernelSize: 3, padding: 1, bias: false, in: store["c2"])
    #expect(two.bias == nil)
    #expect(two(Tensor.zeros([1, 3, 8, 6])).shape == [1, 5, 8, 6])
  }

  @Test(arguments: Activation.allCases)
  func activationsAreTheirFormulas(activation: Activation) {
    let inputs = [-2.0, -0.3, 0, 0.7, 3]
    let expected = inputs.map { x in
      switch activation {
      case .identity: x
      case .relu: max(x, 0)
      case .gelu: x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
      case .geluTanh:
        0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
      case .quickGELU: x / (1 + exp(-1.702 * x))
      case .silu: x / (1 + exp(-x))
      case .tanh: tanh(x)
      case .sigmoid: 1 / (1 + exp(-x))
      }
    }
    #expect(agrees(activation(Tensor(inputs)).doubles(), expected, within: 1e-12))
  }
}

@Suite struct ImageLayersTests {
  @Test func groupsOfChannelsHaveTheMomentsTheyShould() {
    let layer = GroupNorm(6, groups: 3, in: ParameterStore()["n"])
    let input = Tensor.randn([2, 6, 4, 5], generator: RandomGenerator(seed: 1)) * 3 + 2
    let groups = layer(input).detached().reshaped([2, 3, -1])
    #expect(groups.mean(dim: 2).abs().max().item() < 1e-5)
    #expect((groups.variance(unbiased: false, dim: 2) - 1).abs().max().item() < 1e-4)
    layer.weight.detached().fill(2)
    layer.bias.detached().fill(1)
    #expect(agrees(layer(input).detached(), groups.reshaped([2, 6, 4, 5]) * 2 + 1, within: 1e-5))
  }

  @Test(arguments: [(6, false, 0.0), (6, true, 1.0), (7, true, 0.0)])
  func numbersAsSinesAndCosines(size: Int, cosinesFirst: Bool, shift: Double) {
    let layer = SinusoidalEmbedding(size, cosinesFirst: cosinesFirst, frequencyShift: shift)
    let numbers = [0.0, 1, 371]
    let half = size / 2
    let expected = numbers.flatMap { number -> [Double] in
      let angles = (0..<half).map { number * pow(10_000, -Double($0) / (Double(half) - shift)) }
      let (sines, cosines) = (angles.map { sin($0) }, angles.map { cos($0) })
      return (cosinesFirst ? cosines + sines : sines + cosines)
        + Array(repeating: 0, count: size % 2)
    }
    let found = layer(Tensor(numbers))
    #expect(found.shape == [3, size])
    #expect(agrees(found.doubles(), expected, within: 1e-4))
  }
}
