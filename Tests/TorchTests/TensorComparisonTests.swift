import RLHFCore
import Testing
import Torch

struct TensorComparisonTests {
  let x = Tensor([1.0, 2, 3])
  let y = Tensor([3.0, 2, 1])

  @Test func comparisons() {
    #expect((x .== y).bools() == [false, true, false])
    #expect((x .!= y).bools() == [true, false, true])
    #expect((x .< y).bools() == [true, false, false])
    #expect((x .<= y).bools() == [true, true, false])
    #expect((x .> y).bools() == [false, false, true])
    #expect((x .>= y).bools() == [false, true, true])
    #expect((x .== 2).bools() == [false, true, false])
    #expect((2 .!= x).bools() == [true, false, true])
    #expect((x .< 2).bools() == [true, false, false])
    #expect((2 .< x).bools() == [false, false, true])
    #expect((2 .<= x).bools() == [false, true, true])
    #expect((2 .> x).bools() == [true, false, false])
    #expect((2 .>= x).bools() == [true, true, false])
    #expect((x .> 2).dtype == .bool)
  }

  /// Compared in float32, both pairs would be equal.
  @Test func integersCompareExactly() {
    #expect((Tensor([16_777_217]) .== 16_777_216).bools() == [false])
    #expect((Tensor([16_777_217]) .> 16_777_216).bools() == [true])
    #expect((Tensor([1, 2]) .> 1.5).bools() == [false, true])
  }

  @Test func operatorsOfSIMDStayUsable() {
    let mask = SIMD4<Float>(1, 2, 3, 4) .< SIMD4<Float>(repeating: 3)
    #expect(mask == SIMDMask<SIMD4<Int32>>([true, true, false, false]))
  }

  @Test func logic() {
    let a = Tensor([true, true, false, false])
    let b = Tensor([true, false, true, false])
    #expect(a.logicalAnd(b).bools() == [true, false, false, false])
    #expect((a .& b).bools() == [true, false, false, false])
    #expect((a .| b).bools() == [true, true, true, false])
    #expect(a.logicalXor(b).bools() == [false, true, true, false])
    #expect((.!a).bools() == [false, false, true, true])
  }

  @Test func numbersThatAreNone() {
    let odd = Tensor([1, Double.infinity, .nan, -.infinity])
    #expect(odd.isFinite().bools() == [true, false, false, false])
    #expect(odd.isNaN().bools() == [false, false, true, false])
    #expect(odd.isInfinite().bools() == [false, true, false, true])
  }

  @Test func selection() {
    expect(Tensor.select(where: x .> y, x, y), [3, 2, 3])
    expect(Tensor.select(where: x .> 1, x, -1), [-1, 2, 3])
    #expect(Tensor.select(where: x .> 1, x.to(.bfloat16), 0.5).dtype == .bfloat16)
  }
}
