/// Newton's method for convex functions, with steps that are halved where a whole one goes too far.
enum DampedNewton {
  /// The point near which `objective` is smallest, from `start`.
  ///
  /// `derivatives` gives the gradient and, row by row, the curvature; the search ends where a step moves no parameter.
  static func minimum(
    from start: [Double], of objective: ([Double]) -> Double,
    derivatives: ([Double]) -> (gradient: [Double], curvature: [Double])
  ) -> [Double] {
    var point = start
    var value = objective(point)
    for _ in 0..<200 {
      let (gradient, curvature) = derivatives(point)
      guard let step = SymmetricSystem(curvature, size: point.count)?.solve(gradient) else { break }
      var length = 1.0
      var next = zip(point, step).map { $0 - $1 }
      var found = objective(next)
      while found > value + 1e-12 * abs(value), length > 1e-6 {
        length /= 2
        next = zip(point, step).map { $0 - length * $1 }
        found = objective(next)
      }
      (point, value) = (next, found)
      if (step.map(abs).max() ?? 0) * length < 1e-11 { break }
    }
    return point
  }
}
