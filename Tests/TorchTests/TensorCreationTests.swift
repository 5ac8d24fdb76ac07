import RLHFCore
import Testing
import Torch

struct TensorCreationTests {
  @Test func arraysKeepTheirType() {
    #expect(Tensor([1, 2] as [Float]).dtype == .float32)
    #expect(Tensor([1, 2] as [Double]).dtype == .float64)
    #expect(Tensor([1, 2] as [Int]).dtype == .int64)
    #expect(Tensor([1, 2] as [Int64]).dtype == .int64)
    #expect(Tensor([1, 2] as [UInt8]).dtype == .uint8)
    #expect(Tensor([true]).dtype == .bool)
    #expect(Tensor([1, 2, 3, 4], shape: [2, 2])[1].ints() == [3, 4])
    #expect(Tensor([] as [Float]).shape == [0])
    #expect(Tensor([] as [Float], shape: [0, 5]).shape == [0, 5])
    #expect(Tensor(2.5).dtype == .float32)
    #expect(Tensor(2.5, dtype: .float64).item() == 2.5)
  }

  @Test func filled() {
    expect(.zeros([2]), [0, 0])
    expect(.ones([2, 1], dtype: .int64), [1, 1], shape: [2, 1])
    expect(.full([2], -1.5), [-1.5, -1.5])
    #expect(Tensor.full([1], 1, dtype: .bool).bools() == [true])
    #expect(Tensor.empty([3, 0], dtype: .int32).shape == [3, 0])
    #expect(Tensor.arange(-1, 3).ints() == [-1, 0, 1, 2])
    #expect(Tensor.arange(0, 10, step: 4).ints() == [0, 4, 8])
    expect(.eye(2), [1, 0, 0, 1], shape: [2, 2])
  }

  @Test func bytes() {
    let tensor = [Int32(5), -6].withUnsafeBytes {
      Tensor(bytes: $0, shape: [2, 1], dtype: .int32)
    }
    #expect(tensor.ints() == [5, -6])
    #expect(tensor.dtype == .int32)
    #expect(tensor.shape == [2, 1])
    #expect(tensor.withUnsafeBytes { Array($0.bindMemory(to: Int32.self)) } == [5, -6])
    let columns = Tensor([1, 2, 3, 4] as [UInt8], shape: [2, 2]).transposed()
    #expect(columns.withUnsafeBytes(Array.init) == [1, 3, 2, 4])
  }

  @Test func joined() {
    let (a, b) = (Tensor([1, 2]), Tensor([3, 4]))
    #expect(Tensor.concatenate([a, b], dim: 0).ints() == [1, 2, 3, 4])
    #expect(Tensor.stack([a, b], dim: 0).ints() == [1, 2, 3, 4])
    #expect(Tensor.stack([a, b], dim: 1).ints() == [1, 3, 2, 4])
    #expect(Tensor.stack([a, b], dim: -1).shape == [2, 2])
  }
}
