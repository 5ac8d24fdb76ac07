import Foundation

/// Finds a minimum of a smooth function of many variables by the limited-memory method of Broyden, Fletcher, Goldfarb
/// and Shanno (Nocedal 1980).
struct GradientDescent {
  /// How many past steps shape the next one.
  var memory = 12
  /// The most steps.
  var iterations = 2000
  /// The search ends where no slope is steeper than this.
  var tolerance = 1e-9

  /// The minimum near `start`; `function` gives the value and its slopes.
  func minimum(
    from start: [Double], of function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> (point: [Double], value: Double) {
    var point = start
    var (value, gradient) = function(point)
    var history: [(step: [Double], change: [Double], scale: Double)] = []
    for _ in 0..<iterations {
      guard (gradient.map(abs).max() ?? 0) > tolerance else { break }
      var direction = direction(gradient, history)
      var slope = dot(direction, gradient)
      if slope >= 0 {
        history = []
        direction = gradient.map { -$0 }
        slope = -dot(gradient, gradient)
      }
      var length = history.isEmpty ? min(1, 1 / dot(gradient, gradient).squareRoot()) : 1
      var next = point
      var found = (value: value, gradient: gradient)
      var isFound = false
      for _ in 0..<60 {
        next = zip(point, direction).map { $0 + length * $1 }
        found = function(next)
        if found.value <= value + 1e-4 * length * slope {
          isFound = true
          break
        }
        length /= 2
      }
      guard isFound else { break }
      let step = zip(next, point).map { $0 - $1 }
      let change = zip(found.gradient, gradient).map { $0 - $1 }
      let curvature = dot(step, change)
      if curvature > 1e-12 * dot(change, change).squareRoot() * dot(step, step).squareRoot() {
        history.append((step, change, 1 / curvature))
        if history.count > memory { history.removeFirst() }
      }
      (point, value, gradient) = (next, found.value, found.gradient)
    }
    return (point, value)
  }

  private func direction(
    _ gradient: [Double], _ history: [(step: [Double], change: [Double], scale: Double)]
  ) -> [Double] {
    var result = gradient
    var shares: [Double] = []
    for past in history.reversed() {
      let share = past.scale * dot(past.step, result)
      shares.append(share)
      for index in result.indices { result[index] -= share * past.change[index] }
    }
    if let last = history.last {
      let scale = dot(last.step, last.change) / dot(last.change, last.change)
      for index in result.indices { result[index] *= scale }
    }
    for (past, share) in zip(history, shares.reversed()) {
      let other = past.scale * dot(past.change, result)
      for index in result.indices { result[index] += (share - other) * past.step[index] }
    }
    return result.map { -$0 }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }
}
