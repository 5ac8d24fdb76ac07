import RLHFCore
import Testing

@testable import Torch

struct MistakeTests {
  @Test func oneMessageNamesOperationShapesTypesAndCause() {
    let first = Tensor.zeros([2, 3])
    let second = Tensor.zeros([4, 5], dtype: .int64)
    let third = Tensor.zeros([])
    #expect(
      mistake("softmax(dim: 4)", [first], "why")
        == "softmax(dim: 4): shape [2, 3] float32 does not fit (libtorch: why)")
    #expect(
      mistake("matmul", [first, second], "why")
        == "matmul: shapes [2, 3] float32 and [4, 5] int64 do not fit (libtorch: why)")
    #expect(
      mistake("linear", [first, second, third], "why")
        == "linear: shapes [2, 3] float32, [4, 5] int64 and [] float32 do not fit (libtorch: why)")
    #expect(
      mistake("stack", Array(repeating: third, count: 9), "why")
        == "stack: shapes [] float32, [] float32, [] float32, [] float32, [] float32, [] float32 "
        + "and 3 more do not fit (libtorch: why)")
    #expect(mistake("zeros", [], "why") == "zeros is not possible (libtorch: why)")
  }

  @Test func shapesThatDoNotFitTrap() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor.zeros([2, 3]).matmul(Tensor.zeros([4, 5]))
    }
    let message = text(of: result?.standardErrorContent)
    #expect(
      message.contains(
        "matmul: shapes [2, 3] float32 and [4, 5] float32 do not fit (libtorch: mat1 and mat2"))
    #expect(!message.contains("Exception raised from"))
    #expect(!message.contains("terminate called"))
  }

  @Test func typesThatDoNotFitTrap() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor([1.5, 2.5]).matmul(Tensor([1, 2]))
    }
    let message = text(of: result?.standardErrorContent)
    #expect(
      message.contains(
        "matmul: shapes [2] float64 and [2] int64 do not fit (libtorch: "))
  }

  @Test func fractionsAndIntegersTrap() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor([1, 2]) * 0.5
    }
    let message = text(of: result?.standardErrorContent)
    #expect(
      message.contains(
        "* 0.5: shape [2] int64 does not fit (libtorch: a tensor of integers cannot be combined "
          + "with the number 0.5: convert it to floating point first)"))
  }

  @Test func indicesBeyondTheEndTrap() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor.embedding(weight: .zeros([4, 2]), indices: Tensor([0, 4]))
    }
    let message = text(of: result?.standardErrorContent)
    #expect(
      message.contains(
        "embedding: shapes [4, 2] float32 and [2] int64 do not fit (libtorch: index out of range"))
  }

  @Test func valuesThatDoNotFillAShapeTrap() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor([1, 2, 3], shape: [2, 2])
    }
    let message = text(of: result?.standardErrorContent)
    #expect(
      message.contains("Tensor of 3 values in shape [2, 2]"))
  }

  @Test func backwardWithoutRecordTraps() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      Tensor(1).backward()
    }
    let message = text(of: result?.standardErrorContent)
    #expect(
      message.contains(
        "backward: shape [] float32 does not fit (libtorch: element 0 of tensors does not require"))
  }
}
