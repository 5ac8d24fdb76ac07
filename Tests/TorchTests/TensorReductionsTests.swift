import RLHFCore
import Foundation
import Testing
import Torch

struct TensorReductionsTests {
  let x = Tensor([1.0, 5, -2, 4, 0, 3], shape: [2, 3])

  @Test func wholeTensor() {
    expect(x.sum(), [11], shape: [])
    expect(x.mean(), [11.0 / 6])
    expect(x.prod(), [0])
    expect(x.max(), [5])
    expect(x.min(), [-2])
    expect(x.norm(), [Double(55).squareRoot()])
    #expect(x.any().bools() == [true])
    #expect(x.all().bools() == [false])
    expect(x.variance(), [(55 - 121.0 / 6) / 5])
    expect(x.variance(unbiased: false), [(55 - 121.0 / 6) / 6])
    expect(x.standardDeviation(), [((55 - 121.0 / 6) / 5).squareRoot()])
    #expect(Tensor([true, false, true]).sum().ints() == [2])
    expect(Tensor([true, false, true, true]).mean(), [0.75])
    expect(Tensor([1, 2]).mean(dim: 0), [1.5])
  }

  @Test func dimensions() {
    expect(x.sum(dim: 0), [5, 5, 1], shape: [3])
    expect(x.sum(dim: -1, keepDim: true), [4, 7], shape: [2, 1])
    expect(x.sum(dims: [0, 1]), [11])
    expect(x.mean(dim: 1), [4.0 / 3, 7.0 / 3])
    expect(x.mean(dims: [0], keepDim: true), [2.5, 2.5, 0.5], shape: [1, 3])
    expect(x.variance(dim: 0), [4.5, 12.5, 12.5])
    expect(x.variance(unbiased: false, dims: [0]), [2.25, 6.25, 6.25])
    expect(x.standardDeviation(unbiased: false, dim: 0), [1.5, 2.5, 2.5])
    expect(x.norm(dim: 1), [Double(30).squareRoot(), 5])
    expect(x.norm(order: 1, dim: 1), [8, 7])
    expect(x.norm(order: .infinity, dim: 1), [5, 4])
    expect(x.prod(dim: 1), [-10, 0])
    #expect(x.any(dim: 0).bools() == [true, true, true])
    #expect(x.all(dim: 1).bools() == [true, false])
    expect(x.max(dims: [1]), [5, 4])
    expect(x.min(dims: [0, 1]), [-2])
  }

  @Test func valuesWithIndices() {
    let largest = x.max(dim: 1)
    expect(largest.values, [5, 4])
    #expect(largest.indices.ints() == [1, 0])
    let smallest = x.min(dim: 1, keepDim: true)
    expect(smallest.values, [-2, 0], shape: [2, 1])
    #expect(smallest.indices.ints() == [2, 1])
    expect(x.median(dim: 1).values, [1, 3])
    #expect(x.argmax(dim: 0).ints() == [1, 0, 1])
    #expect(x.argmin(dim: 1).ints() == [2, 1])
    let best = x.topK(2)
    expect(best.values, [5, 1, 4, 3], shape: [2, 2])
    #expect(best.indices.ints() == [1, 0, 0, 2])
    expect(x.topK(1, dim: 0, largest: false).values, [1, 0, -2])
  }

  @Test func sorting() {
    let sorted = x.sorted(descending: true)
    expect(sorted.values, [5, 1, -2, 4, 3, 0])
    #expect(sorted.indices.ints() == [1, 0, 2, 0, 2, 1])
    #expect(x.argsort(dim: 0).ints() == [0, 1, 0, 1, 0, 1])
    let ties = Tensor([1, 0, 1, 0, 1]).argsort()
    #expect(ties.ints() == [1, 3, 0, 2, 4])
  }

  @Test func alongADimension() {
    expect(x.cumulativeSum(dim: 1), [1, 6, 4, 4, 4, 7])
    expect(x.cumulativeProduct(dim: 1), [1, 5, -10, 4, 0, 0])
    let rows = [[1.0, 5, -2], [4, 0, 3]]
    let sums = rows.map { Foundation.log($0.map(Foundation.exp).reduce(0, +)) }
    expect(x.logSumExp(dim: 1), sums)
    expect(x.logSumExp(dim: 1, keepDim: true), sums, shape: [2, 1])
    let logs = zip(rows, sums).flatMap { row, sum in row.map { $0 - sum } }
    expect(x.logSoftmax(dim: 1), logs)
    expect(x.softmax(dim: -1), logs.map(Foundation.exp))
    expect((x + 1000).logSoftmax(dim: 1), logs, within: 1e-11)
  }
}
