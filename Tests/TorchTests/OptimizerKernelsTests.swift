import RLHFCore
import Foundation
import Testing
import Torch

struct OptimizerKernelsTests {
  /// AdamW as its paper writes it, one number at a time.
  @Test(arguments: [false, true])
  func fusedAdamWFollowsThePaper(_ amsgrad: Bool) {
    let shapes = [[3, 4], [5]]
    let parameters = shapes.enumerated().map { sample($1, UInt64($0 + 1)) }
    let zeros = { shapes.map { Tensor.zeros($0, dtype: .float64) } }
    let (first, second, maximum) = (zeros(), zeros(), zeros())
    let steps = shapes.map { _ in Tensor(0) }
    var expected = parameters.map { $0.doubles() }
    var moments = shapes.map { shape in
      [(Double, Double, Double)](repeating: (0, 0, 0), count: shape.reduce(1, *))
    }
    for step in 1...4 {
      let gradients = shapes.enumerated().map { sample($1, UInt64(10 * step + $0)) }
      OptimizerKernels.fusedAdamW(
        parameters: parameters, gradients: gradients, firstMoments: first, secondMoments: second,
        maximumSecondMoments: amsgrad ? maximum : [], steps: steps, learningRate: 0.1,
        beta1: 0.9, beta2: 0.99, weightDecay: 0.05, epsilon: 1e-6)
      for (index, gradient) in gradients.map({ $0.doubles() }).enumerated() {
        for (i, g) in gradient.enumerated() {
          var (m, v, top) = moments[index][i]
          m = 0.9 * m + 0.1 * g
          v = 0.99 * v + 0.01 * g * g
          top = max(top, v)
          moments[index][i] = (m, v, top)
          let power = Double(step)
          let mean = m / (1 - pow(0.9, power))
          let scale = ((amsgrad ? top : v) / (1 - pow(0.99, power))).squareRoot() + 1e-6
          expected[index][i] -= 0.1 * (mean / scale + 0.05 * expected[index][i])
        }
      }
    }
    for (found, values) in zip(parameters, expected) { expect(found, values) }
    expect(steps[0], [4])
    for (found, values) in zip(second, moments) { expect(found, values.map(\.1)) }
  }

  @Test func gradientNorm() {
    let tensors = [
      Tensor([3, 0] as [Float]), Tensor([4] as [Float], shape: [1, 1]),
      Tensor([12] as [Float]).to(.bfloat16),
    ]
    let norm = OptimizerKernels.gradientNorm(of: tensors)
    expect(norm, [13], shape: [], within: 1e-6)
    #expect(norm.dtype == .float32)
    expect(OptimizerKernels.gradientNorm(of: []), [0])
    #expect(OptimizerKernels.gradientNorm(of: [Tensor([3.0, 4])]).dtype == .float64)
  }

  @Test func scaling() {
    let tensors = [Tensor([2.0, 4]), Tensor([6.0])]
    OptimizerKernels.scale(tensors, by: 0.5)
    expect(tensors[0], [1, 2])
    expect(tensors[1], [3])
    OptimizerKernels.scale([], by: 2)
  }
}
