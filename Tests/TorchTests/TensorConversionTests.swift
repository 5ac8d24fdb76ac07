import RLHFCore
import Foundation
import Testing
import Torch

struct TensorConversionTests {
  /// bfloat16 keeps the upper 16 bits of a float32, rounded to the nearest, ties to even.
  @Test func bfloat16RoundTrip() {
    let values: [Float] = [
      0, -0.0, 1, -1.5, 3.140_625, 0.1, 1e-30, -3e38, 65_504, 1.003_906_25, 1.011_718_75,
    ]
    let rounded = values.map { value in
      let bits = value.bitPattern
      return Float(bitPattern: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) & 0xffff_0000)
    }
    let half = Tensor(values).to(.bfloat16)
    #expect(half.floats() == rounded)
    #expect(half.to(.float32).to(.bfloat16).floats() == rounded)
    #expect(
      half.withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
        == rounded.map { UInt16($0.bitPattern >> 16) })
  }

  @Test func everyTypeConvertsToEveryOther() {
    for from in DType.allCases {
      for to in DType.allCases {
        let tensor = Tensor([0, 1]).to(from).to(to)
        #expect(tensor.dtype == to)
        #expect(tensor.ints() == [0, 1])
        #expect(tensor.withUnsafeBytes(\.count) == 2 * to.byteSize)
      }
    }
  }

  @Test func values() {
    let tensor = Tensor([-1.75, 0, 2.5])
    #expect(tensor.floats() == [-1.75, 0, 2.5])
    #expect(tensor.doubles() == [-1.75, 0, 2.5])
    #expect(tensor.ints() == [-1, 0, 2])
    #expect(tensor.bools() == [true, false, true])
    #expect(tensor[2].item() == 2.5)
    #expect(Tensor([Int.max, Int.min]).ints() == [Int.max, Int.min])
    #expect(Tensor([] as [Int]).doubles() == [])
  }

  @Test func sameTypeAndDeviceGiveTheTensorItself() {
    let tensor = Tensor([1, 2])
    #expect(tensor.to(.int64) === tensor)
    #expect(tensor.to(.cpu) === tensor)
    let copy = tensor.copied()
    copy.fill(7)
    #expect(tensor.ints() == [1, 2])
  }

  @Test func numbersDoNotWidenTheType() {
    let half = Tensor([1, 2] as [Float]).to(.bfloat16)
    #expect((half * 0.1 + 1.0 - 2).dtype == .bfloat16)
    #expect((2 / half).dtype == .bfloat16)
    let single = Tensor([1, 2] as [Float])
    #expect((1 - single * 0.1).dtype == .float32)
    #expect(single.pow(2.5).clamped(min: 0).dtype == .float32)
    #expect((single + Tensor([1.0, 2.0])).dtype == .float64)
    let whole = Tensor([1, 2])
    #expect((whole * 3 - 1).dtype == .int64)
    #expect((whole / 2).dtype == .float32)
    #expect((1 / whole).dtype == .float32)
    #expect(whole.clamped(max: 1).dtype == .int64)
    #expect((Tensor([true]) * 0.5).dtype == .float32)
  }
}
