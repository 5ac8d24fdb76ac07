import RLHFCore
import Testing
import Torch

struct TensorShapeTests {
  let x = Tensor.arange(0, 6).reshaped([2, 3])

  @Test func shapes() {
    #expect(x.reshaped([3, -1]).shape == [3, 2])
    #expect(x.transposed(0, 1).ints() == [0, 3, 1, 4, 2, 5])
    #expect(x.transposed().shape == [3, 2])
    #expect(Tensor.zeros([2, 3, 4]).permuted([2, 0, 1]).shape == [4, 2, 3])
    #expect(x.unsqueezed(1).shape == [2, 1, 3])
    #expect(x.unsqueezed(-1).shape == [2, 3, 1])
    #expect(Tensor.zeros([1, 2, 1]).squeezed().shape == [2])
    #expect(Tensor.zeros([1, 2, 1]).squeezed(0).shape == [2, 1])
    #expect(Tensor.zeros([2, 3, 4]).flattened(from: 1).shape == [2, 12])
    #expect(x.flattened().shape == [6])
    #expect(x.unsqueezed(0).expanded([4, -1, 3]).shape == [4, 2, 3])
    #expect(Tensor([1, 2]).broadcast(to: [2, 2]).ints() == [1, 2, 1, 2])
  }

  @Test func repetition() {
    #expect(Tensor([1, 2]).repeated([2, 2]).ints() == [1, 2, 1, 2, 1, 2, 1, 2])
    #expect(Tensor([1, 2]).repeatInterleaved(2, dim: 0).ints() == [1, 1, 2, 2])
  }

  @Test func order() {
    #expect(x.flipped(1).ints() == [2, 1, 0, 5, 4, 3])
    #expect(x.rolled(1, dim: 1).ints() == [2, 0, 1, 5, 3, 4])
  }

  @Test func triangles() {
    let ones = Tensor.ones([3, 3], dtype: .int64)
    #expect(ones.tril().ints() == [1, 0, 0, 1, 1, 0, 1, 1, 1])
    #expect(ones.tril(diagonal: -1).ints() == [0, 0, 0, 1, 0, 0, 1, 1, 0])
    #expect(ones.triu(diagonal: 1).ints() == [0, 1, 1, 0, 0, 1, 0, 0, 0])
    #expect(x.diagonal().ints() == [0, 4])
    #expect(x.diagonal(offset: 1).ints() == [1, 5])
  }

  @Test func margins() {
    let row = Tensor([1.0, 2, 3], shape: [1, 3])
    expect(row.padded([1, 2], value: 9), [9, 1, 2, 3, 9, 9], shape: [1, 6])
    expect(row.padded([2, 1], mode: .reflect), [3, 2, 1, 2, 3, 2])
    expect(row.padded([1, 1], mode: .replicate), [1, 1, 2, 3, 3])
    expect(row.padded([1, 1], mode: .circular), [3, 1, 2, 3, 1])
    #expect(x.padded([0, 0, 1, 0]).shape == [3, 3])
  }

  @Test func slices() {
    #expect(x[1].ints() == [3, 4, 5])
    #expect(x[0..<1].shape == [1, 3])
    #expect(x.select(dim: 1, index: -1).ints() == [2, 5])
    #expect(x.narrow(dim: 1, start: 1, length: 2).ints() == [1, 2, 4, 5])
    #expect(x.slice(dim: 1, from: 0, to: 3, step: 2).ints() == [0, 2, 3, 5])
    #expect(x.split(dim: 1, size: 2).map(\.shape) == [[2, 2], [2, 1]])
    #expect(x.split(dim: 1, sizes: [1, 0, 2]).map { $0.ints() } == [[0, 3], [], [1, 2, 4, 5]])
    #expect(x.chunk(2, dim: 0).map { $0.ints() } == [[0, 1, 2], [3, 4, 5]])
    #expect(Tensor.arange(0, 5).chunk(3, dim: 0).map(\.count) == [2, 2, 1])
    #expect(Tensor.arange(0, 5).unfolded(dim: 0, size: 3, step: 2).ints() == [0, 1, 2, 2, 3, 4])
  }

  @Test func indices() {
    #expect(x.indexSelect(dim: 1, indices: Tensor([2, 0, 2])).ints() == [2, 0, 2, 5, 3, 5])
    let places = Tensor([2, 0], shape: [2, 1])
    #expect(x.gather(dim: 1, indices: places).ints() == [2, 3])
    #expect(
      x.scatter(dim: 1, indices: places, source: Tensor([7, 8], shape: [2, 1])).ints()
        == [0, 1, 7, 8, 4, 5])
    #expect(x.scatter(dim: 1, indices: places, value: 9).ints() == [0, 1, 9, 9, 4, 5])
    #expect(
      x.scatterAdd(dim: 1, indices: places, source: Tensor([7, 8], shape: [2, 1])).ints()
        == [0, 1, 9, 11, 4, 5])
    let row = Tensor([10, 20, 30], shape: [1, 3])
    #expect(x.indexAdd(dim: 0, indices: Tensor([1]), source: row).ints() == [0, 1, 2, 13, 24, 35])
    #expect(x.indexCopy(dim: 0, indices: Tensor([0]), source: row).ints() == [10, 20, 30, 3, 4, 5])
    #expect(x.ints() == [0, 1, 2, 3, 4, 5])
  }

  @Test func masks() {
    let mask = x .> 3
    #expect(x.maskedFill(mask, -1).ints() == [0, 1, 2, 3, -1, -1])
    #expect(x.maskedSelect(mask).ints() == [4, 5])
    #expect(mask.nonzero().ints() == [1, 1, 1, 2])
    #expect(Tensor([2, 0]).oneHot(classes: 3).ints() == [0, 0, 1, 1, 0, 0])
    let scores = Tensor([1.0, 2]).maskedFill(Tensor([true, false]), -.infinity)
    expect(scores, [-.infinity, 2])
  }

  @Test func searchInOrder() {
    let order = Tensor([1.0, 2, 2, 3])
    #expect(order.searchSorted(Tensor([0.0, 2, 9])).ints() == [0, 1, 4])
    #expect(order.searchSorted(Tensor([0.0, 2, 9]), after: true).ints() == [0, 3, 4])
  }
}
