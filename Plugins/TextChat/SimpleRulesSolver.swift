import Foundation

/// A logistic regression without intercept on sparse rows, and its exact solution.
struct SparseLogisticProblem {
  private var starts = [0]
  private var columnIndices: [Int] = []
  private var values: [Double] = []
  private let columns: Int
  private var labels: [Double] = []
  private var weights: [Double] = []

  /// Creates a problem; the columns of a row are distinct.
  init(
    rows: [[(column: Int, value: Double)]], columns: Int, labels: [Double], weights: [Double]
  ) {
    precondition(
      rows.count == labels.count && rows.count == weights.count,
      "SparseLogisticProblem: \(rows.count) rows, \(labels.count) labels, \(weights.count) weights")
    self.columns = columns
    self.labels = labels
    self.weights = weights
    for row in rows {
      columnIndices += row.map(\.column)
      values += row.map(\.value)
      starts.append(values.count)
    }
  }

  /// The number of rows.
  var count: Int { labels.count }

  /// The weighted sum of the rows' log losses.
  func loss(_ solution: [Double]) -> Double {
    let scores = products(with: solution)
    return (0..<count).reduce(0) { sum, row in
      let score = scores[row]
      // log(1 + exp(-s)), and log(1 + exp(s)) = s + that.
      let softplus = max(-score, 0) + log1p(exp(-abs(score)))
      return sum + weights[row] * (softplus + (1 - labels[row]) * score)
    }
  }

  /// The weights that minimise the loss plus penalty/2 times their squared norm.
  ///
  /// Newton's method, each step solved by conjugate gradients with the diagonal as preconditioner, with a backtracking
  /// line search (Nocedal and Wright 2006, algorithm 7.1). The problem is strictly convex: the solution is unique.
  func solution(penalty: Double) -> [Double] {
    precondition(penalty > 0, "SparseLogisticProblem: the penalty \(penalty) must be positive")
    var solution = [Double](repeating: 0, count: columns)
    var objective = loss(solution) + penalty / 2 * dot(solution, solution)
    var firstNorm = 0.0
    for _ in 0..<100 {
      let scores = products(with: solution)
      let probabilities = scores.map { 1 / (1 + exp(-$0)) }
      var gradient = transposedProducts(
        with: (0..<count).map { weights[$0] * (probabilities[$0] - labels[$0]) })
      for column in 0..<columns { gradient[column] += penalty * solution[column] }
      let norm = dot(gradient, gradient).squareRoot()
      firstNorm = max(firstNorm, norm)
      if norm <= 1e-12 * firstNorm { break }
      let curvatures = (0..<count).map {
        weights[$0] * probabilities[$0] * (1 - probabilities[$0])
      }
      let direction = newtonDirection(
        gradient: gradient, curvatures: curvatures, penalty: penalty,
        tolerance: min(0.1, norm / firstNorm) * norm)
      let slope = dot(gradient, direction)
      var step = 1.0
      var isImproved = false
      while step > 1e-8 {
        let candidate = zip(solution, direction).map { $0 + step * $1 }
        let value = loss(candidate) + penalty / 2 * dot(candidate, candidate)
        if value <= objective + 1e-4 * step * slope {
          solution = candidate
          objective = value
          isImproved = true
          break
        }
        step /= 2
      }
      // At rounding no step improves any more.
      if !isImproved { break }
    }
    return solution
  }

  /// Solves (Xᵀ D X + λ) d = -g for d.
  private func newtonDirection(
    gradient: [Double], curvatures: [Double], penalty: Double, tolerance: Double
  ) -> [Double] {
    var diagonal = transposedProducts(with: curvatures, squared: true)
    for column in 0..<columns { diagonal[column] += penalty }
    var direction = [Double](repeating: 0, count: columns)
    var residual = gradient.map { -$0 }
    var scaled = zip(residual, diagonal).map { $0 / $1 }
    var search = scaled
    var product = dot(residual, scaled)
    for _ in 0..<max(columns, 20) {
      if dot(residual, residual).squareRoot() <= tolerance { break }
      let along = products(with: search)
      var curved = transposedProducts(with: zip(along, curvatures).map { $0 * $1 })
      for column in 0..<columns { curved[column] += penalty * search[column] }
      let step = product / dot(search, curved)
      for column in 0..<columns {
        direction[column] += step * search[column]
        residual[column] -= step * curved[column]
      }
      scaled = zip(residual, diagonal).map { $0 / $1 }
      let next = dot(residual, scaled)
      let ratio = next / product
      product = next
      for column in 0..<columns { search[column] = scaled[column] + ratio * search[column] }
    }
    return direction
  }

  /// X v, one number per row.
  private func products(with vector: [Double]) -> [Double] {
    (0..<count).map { row in
      var sum = 0.0
      var entry = starts[row]
      let end = starts[row + 1]
      while entry < end {
        sum += values[entry] * vector[columnIndices[entry]]
        entry += 1
      }
      return sum
    }
  }

  /// Xᵀ v, or with the squares of X, one number per column.
  private func transposedProducts(with vector: [Double], squared: Bool = false) -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    for row in 0..<count {
      let factor = vector[row]
      var entry = starts[row]
      let end = starts[row + 1]
      while entry < end {
        let value = values[entry]
        sums[columnIndices[entry]] += factor * (squared ? value * value : value)
        entry += 1
      }
    }
    return sums
  }

  private func dot(_ first: [Double], _ second: [Double]) -> Double {
    var sum = 0.0
    for index in first.indices { sum += first[index] * second[index] }
    return sum
  }
}
