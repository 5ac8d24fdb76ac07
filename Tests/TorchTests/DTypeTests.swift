import RLHFCore
import Testing
import Torch

struct DTypeTests {
  @Test(arguments: zip(DType.allCases, [4, 8, 2, 2, 8, 4, 1, 1]))
  func sizes(_ type: DType, _ size: Int) {
    #expect(type.byteSize == size)
    #expect(Tensor.zeros([3], dtype: type).dtype == type)
    #expect(Tensor.zeros([3], dtype: type).withUnsafeBytes(\.count) == 3 * size)
  }

  @Test func floatingPoint() {
    #expect(DType.allCases.filter(\.isFloatingPoint) == [.float32, .float64, .float16, .bfloat16])
  }
}
