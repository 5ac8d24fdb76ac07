import RLHFCore
import TestSupport
import Testing
import Torch

/// Expects the shape and every element of `found`, absolute or relative to the expected element.
func expect(
  _ found: Tensor, _ expected: [Double], shape: [Int]? = nil, within tolerance: Double = 1e-12,
  _ name: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  let values = found.doubles()
  #expect(
    agrees(values, expected, within: tolerance), "\(name): found \(values), expected \(expected)",
    sourceLocation: sourceLocation)
  if let shape { #expect(found.shape == shape, "\(name)", sourceLocation: sourceLocation) }
}

/// Numbers of the normal distribution in double precision, the same in every run.
func sample(_ shape: [Int], _ seed: UInt64 = 1) -> Tensor {
  .randn(shape, generator: RandomGenerator(seed: Seed(seed)), dtype: .float64)
}

/// Nested loops over the indices of a shape.
func forEachIndex(_ shape: [Int], _ body: ([Int]) -> Void) {
  var index = [Int](repeating: 0, count: shape.count)
  for _ in 0..<shape.reduce(1, *) {
    body(index)
    for dim in shape.indices.reversed() {
      index[dim] += 1
      if index[dim] < shape[dim] { break }
      index[dim] = 0
    }
  }
}

/// The elements of a tensor, read by index.
struct Elements {
  let shape: [Int]
  let values: [Double]

  init(_ tensor: Tensor) {
    shape = tensor.shape
    values = tensor.doubles()
  }

  subscript(_ index: Int...) -> Double {
    values[zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }
}

/// The part of a trap's message that a test looks at.
func text(of bytes: [UInt8]?) -> String {
  String(decoding: bytes ?? [], as: UTF8.self)
}
