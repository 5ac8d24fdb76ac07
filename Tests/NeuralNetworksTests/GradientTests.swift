import RLHFCore
import NeuralNetworks
import TestSupport
import Testing
import Torch

@Suite struct GradientTests {
  private func parameter(_ gradient: [Float]?) -> Tensor {
    let tensor = Tensor.zeros([gradient?.count ?? 1])
    tensor.requiresGradient = true
    tensor.gradient = gradient.map { Tensor($0) }
    return tensor
  }

  @Test func clippingScalesAllGradientsByOneFactor() {
    let parameters = [parameter([3, 0]), parameter(nil), parameter([4])]
    #expect(clipGradientNorm(of: parameters, to: 10) == 5)
    #expect(parameters[0].gradient?.floats() == [3, 0])
    #expect(clipGradientNorm(of: parameters, to: 1) == 5)
    #expect(agrees(parameters[0].gradient?.doubles() ?? [], [0.6, 0], within: 1e-6))
    #expect(agrees(parameters[2].gradient?.doubles() ?? [], [0.8], within: 1e-6))
  }

  @Test func aNormThatIsNotFiniteLeavesTheGradients() {
    let parameters = [parameter([.infinity]), parameter([4])]
    #expect(clipGradientNorm(of: parameters, to: 1) == .infinity)
    #expect(parameters[1].gradient?.floats() == [4])
    #expect(clipGradientNorm(of: [parameter(nil)], to: 1) == 0)
  }

  @Test func unevenMicroBatchesEqualOneBatch() {
    let data = Tensor.randn([7, 3], generator: RandomGenerator(seed: 1))
    func gradients(_ sizes: [Int]) -> (loss: Double, gradients: [[Double]]) {
      let store = ParameterStore(seed: 3)
      let layer = MLP([3, 4, 1], in: store.root)
      let accumulator = GradientAccumulator(store.trainable)
      for part in data.split(dim: 0, sizes: sizes) {
        accumulator.add(sum: layer(part).square().sum(), count: Double(part.shape[0]))
      }
      let loss = accumulator.finish()
      return (loss, store.parameters.map { $0.tensor.gradient?.doubles() ?? [] })
    }
    let (whole, parts) = (gradients([7]), gradients([4, 1, 2]))
    #expect(abs(whole.loss - parts.loss) < 1e-6)
    for (one, other) in zip(whole.gradients, parts.gradients) {
      #expect(agrees(one, other, within: 1e-6))
    }
  }
}
