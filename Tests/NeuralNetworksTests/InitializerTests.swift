import RLHFCore
import NeuralNetworks
import Testing
import Torch

@Suite struct InitializerTests {
  private func values(_ initializer: Initializer, _ shape: [Int]) -> Tensor {
    ParameterStore(seed: 4).root.parameter("x", shape, initializer).detached()
  }

  @Test func constantsAreConstant() {
    #expect(values(.zeros, [2]).floats() == [0, 0])
    #expect(values(.ones, [2]).floats() == [1, 1])
    #expect(values(.constant(2.5), [2]).floats() == [2.5, 2.5])
  }

  @Test(arguments: [
    (Initializer.kaimingUniform, 1 / 10.0), (.xavierUniform, (6 / 300.0).squareRoot()),
    (.uniform(bound: 0.3), 0.3),
  ])
  func uniformValuesFillTheirBounds(initializer: Initializer, bound: Double) {
    let drawn = values(initializer, [200, 100])
    #expect(drawn.max().item() <= bound && drawn.max().item() > 0.98 * bound)
    #expect(drawn.min().item() >= -bound && drawn.min().item() < -0.98 * bound)
    #expect(abs(drawn.mean().item()) < 0.02 * bound)
  }

  @Test func normalValuesHaveTheirMoments() {
    let drawn = values(.normal(mean: 1, standardDeviation: 0.2), [200, 100])
    #expect(abs(drawn.mean().item() - 1) < 0.01)
    #expect(abs(drawn.standardDeviation().item() - 0.2) < 0.01)
  }

  @Test(arguments: [[4, 9], [9, 4], [5, 5], [3, 2, 2]])
  func orthogonalRowsOrColumnsAre(shape: [Int]) {
    let matrix = values(.orthogonal(gain: 2), shape).reshaped([shape[0], -1])
    let isWide = matrix.shape[0] <= matrix.shape[1]
    let product =
      isWide ? matrix.matmul(matrix.transposed()) : matrix.transposed().matmul(matrix)
    let difference = product - Tensor.eye(product.shape[0]) * 4
    #expect(difference.abs().max().item() < 1e-5)
  }
}
