/// A symmetric, positive definite matrix, decomposed (Cholesky) to solve systems of equations.
struct SymmetricSystem {
  private let size: Int
  /// The lower triangle L of matrix = L Lᵀ, row by row.
  private let factor: [Double]

  /// Decomposes `matrix`, `size` rows of `size` numbers; `nil` where it is not positive definite.
  init?(_ matrix: [Double], size: Int) {
    precondition(
      matrix.count == size * size,
      "SymmetricSystem: \(matrix.count) elements; expected \(size) by \(size)")
    self.size = size
    var factor = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        var sum = matrix[row * size + column]
        for k in 0..<column { sum -= factor[row * size + k] * factor[column * size + k] }
        if row == column {
          guard sum > 0 else { return nil }
          factor[row * size + row] = sum.squareRoot()
        } else {
          factor[row * size + column] = sum / factor[column * size + column]
        }
      }
    }
    self.factor = factor
  }

  /// The x for which the matrix times x is `right`.
  func solve(_ right: [Double]) -> [Double] {
    var x = right
    for row in 0..<size {
      for k in 0..<row { x[row] -= factor[row * size + k] * x[k] }
      x[row] /= factor[row * size + row]
    }
    for row in (0..<size).reversed() {
      for k in row + 1..<max(size, row + 1) { x[row] -= factor[k * size + row] * x[k] }
      x[row] /= factor[row * size + row]
    }
    return x
  }

  /// The inverse, row by row.
  var inverse: [[Double]] {
    (0..<size).map { index in
      var unit = [Double](repeating: 0, count: size)
      unit[index] = 1
      return solve(unit)
    }
  }
}
