public import Torch

/// The largest difference between two tensors of one shape, element by element; infinite where the shapes differ or
/// only one of two elements is a number.
public func largestDifference(_ first: Tensor, _ second: Tensor) -> Double {
  guard first.shape == second.shape else { return .infinity }
  return largestDifference(first.to(.float64).doubles(), second.to(.float64).doubles())
}

/// The largest difference between two lists of numbers; equal infinities differ by 0.
public func largestDifference(_ first: [Double], _ second: [Double]) -> Double {
  guard first.count == second.count else { return .infinity }
  return zip(first, second).reduce(0) { largest, pair in
    if pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN) { return largest }
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

/// Whether all elements agree within `tolerance`, absolute or relative to the expected element.
public func agrees(_ found: [Double], _ expected: [Double], within tolerance: Double) -> Bool {
  found.count == expected.count
    && zip(found, expected).allSatisfy { found, expected in
      found == expected || (found.isNaN && expected.isNaN)
        || abs(found - expected) <= tolerance * max(1, abs(expected))
    }
}

/// Whether all elements agree within `tolerance`, absolute or relative to the expected element.
public func agrees(_ found: Tensor, _ expected: Tensor, within tolerance: Double) -> Bool {
  found.shape == expected.shape
    && agrees(
      found.to(.float64).doubles(), expected.to(.float64).doubles(), within: tolerance)
}
