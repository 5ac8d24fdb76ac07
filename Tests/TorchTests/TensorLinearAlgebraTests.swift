import RLHFCore
import Testing
import Torch

struct TensorLinearAlgebraTests {
  @Test func matrixProducts() {
    let a = Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
    let b = Tensor([1.0, 0, -1, 2, 0.5, 1], shape: [3, 2])
    expect(a.matmul(b), [0.5, 7, 2, 16], shape: [2, 2])
    expect(a.matmul(Tensor([1.0, 0, -1])), [-2, -2], shape: [2])
    expect(Tensor([1.0, 2]).matmul(Tensor([3.0, 4])), [11], shape: [])
    let bias = Tensor([10.0, 20])
    expect(.addmm(bias, a, b), [10.5, 27, 12, 36])
    expect(.addmm(bias, a, b, beta: 0, alpha: 2), [1, 14, 4, 32])
  }

  @Test func batches() {
    let (a, b) = (sample([3, 2, 4], 1), sample([3, 4, 5], 2))
    let product = a.matmul(b)
    #expect(product.shape == [3, 2, 5])
    let (left, right) = (Elements(a), Elements(b))
    var expected: [Double] = []
    forEachIndex([3, 2, 5]) { i in
      expected.append((0..<4).reduce(0) { $0 + left[i[0], i[1], $1] * right[i[0], $1, i[2]] })
    }
    expect(product, expected)
    let bias = Tensor.ones([3, 2, 5], dtype: .float64)
    expect(.baddbmm(bias, a, b, beta: 2, alpha: -1), expected.map { 2 - $0 })
    expect(a.matmul(b[0]), (0..<3).flatMap { a[$0].matmul(b[0]).doubles() })
  }

  @Test func decompositions() {
    let matrix = sample([4, 3])
    let (orthonormal, upper) = matrix.qr()
    expect(orthonormal.transposed().matmul(orthonormal), Tensor.eye(3).doubles())
    expect(orthonormal.matmul(upper), matrix.doubles())
    expect(upper.tril(diagonal: -1), [Double](repeating: 0, count: 9))

    let symmetric = Tensor([2.0, 1, 1, 2], shape: [2, 2])
    let (values, vectors) = symmetric.symmetricEigen()
    expect(values, [1, 3])
    expect(symmetric.matmul(vectors), (vectors * values).doubles())

    expect(Tensor([4.0, 2, 2, 5], shape: [2, 2]).cholesky(), [2, 0, 1, 2])
    expect(symmetric.solve(Tensor([3.0, 0])), [2, -1])
  }
}
