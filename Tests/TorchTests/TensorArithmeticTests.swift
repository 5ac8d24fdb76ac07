import RLHFCore
import Testing
import Torch

struct TensorArithmeticTests {
  let x = Tensor([1.0, -2, 4])
  let y = Tensor([2.0, 5, -0.5])

  @Test func operators() {
    expect(x + y, [3, 3, 3.5])
    expect(x - y, [-1, -7, 4.5])
    expect(x * y, [2, -10, -2])
    expect(x / y, [0.5, -0.4, -8])
    expect(x + 1, [2, -1, 5])
    expect(1 + x, [2, -1, 5])
    expect(x - 1, [0, -3, 3])
    expect(1 - x, [0, 3, -3])
    expect(x * 2, [2, -4, 8])
    expect(2 * x, [2, -4, 8])
    expect(x / 2, [0.5, -1, 2])
    expect(2 / x, [2, -1, 0.5])
    expect(-x, [-1, 2, -4])
  }

  @Test func assignmentsMakeNewTensors() {
    let before = x
    var z = x
    z += y
    z -= 1
    z *= 2
    z /= y
    expect(z, [2, 0.8, -10])
    expect(before, [1, -2, 4])
  }

  @Test func shapesAreBroadcast() {
    let column = Tensor([10.0, 20], shape: [2, 1])
    expect(column + x, [11, 8, 14, 21, 18, 24], shape: [2, 3])
  }

  @Test func integers() {
    let whole = Tensor([7, -7])
    #expect(whole.floorDivided(by: 2).ints() == [3, -4])
    #expect(whole.remainder(dividingBy: 4).ints() == [3, 1])
    #expect(whole.floorDivided(by: Tensor([2, 3])).ints() == [3, -3])
    #expect(whole.remainder(dividingBy: Tensor([4, -4])).ints() == [3, -3])
    #expect((whole + 9_007_199_254_740_992).ints()[0] == 9_007_199_254_740_999)
    #expect((whole / 2).floats() == [3.5, -3.5])
  }

  @Test func changesInPlaceReachWhatSharesTheMemory() {
    let cache = Tensor.zeros([2, 3])
    cache.narrow(dim: 1, start: 1, length: 2).assign(from: Tensor([1, 2, 3, 4], shape: [2, 2]))
    expect(cache, [0, 1, 2, 0, 3, 4])
    cache[1].fill(9)
    expect(cache, [0, 1, 2, 9, 9, 9])
    cache.add(.ones([3]), scaled: -2)
    expect(cache, [-2, -1, 0, 7, 7, 7])
    cache.multiply(by: 0.5)
    expect(cache, [-1, -0.5, 0, 3.5, 3.5, 3.5])
    cache.move(towards: .zeros([2, 3]), weight: 0.5)
    expect(cache, [-0.5, -0.25, 0, 1.75, 1.75, 1.75])
    cache.assign(from: Tensor([5.0, 6], shape: [2, 1]).to(.float32), dim: 1, indices: Tensor([2]))
    expect(cache, [-0.5, -0.25, 5, 1.75, 1.75, 6])
    cache.zero()
    expect(cache, [0, 0, 0, 0, 0, 0])
  }

  @Test func changesInPlaceAreNotRecorded() {
    let weight = Tensor.ones([2])
    weight.requiresGradient = true
    weight.add(.ones([2]))
    weight.multiply(by: 2)
    #expect(weight.isLeaf)
    expect(weight, [4, 4])
  }
}
