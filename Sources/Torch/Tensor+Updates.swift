import CTorch

// Changes in place. They reach every tensor that shares the memory, such as the one that a `narrow`
// came from, and autograd does not record them.
extension Tensor {
  /// Copies the elements of `source`, which is broadcast and converted as needed.
  public func assign(from source: Tensor) {
    run("assign", [self, source]) { ct_copy_(handle, source.handle, $0) }
  }

  /// Copies the elements of `source` to the places `indices` `[n]` of dimension `dim`.
  public func assign(from source: Tensor, dim: Int, indices: Tensor) {
    run("assign(dim: \(dim))", [self, source, indices]) {
      ct_index_copy_(handle, dim, indices.handle, source.handle, $0)
    }
  }

  /// Sets every element to `value`.
  public func fill(_ value: Double) {
    run("fill \(value)", [self]) { ct_fill_(handle, value, $0) }
  }

  /// Sets every element to zero.
  public func zero() { fill(0) }

  /// Adds `scale · other`.
  public func add(_ other: Tensor, scaled scale: Double = 1) {
    run("add", [self, other]) { ct_add_(handle, other.handle, scale, $0) }
  }

  /// Multiplies every element by `factor`.
  public func multiply(by factor: Double) {
    run("multiply(by: \(factor))", [self]) { ct_mul_(handle, factor, $0) }
  }

  /// Moves every element towards that of `end`: `self + weight * (end - self)`.
  public func move(towards end: Tensor, weight: Double) {
    run("move(weight: \(weight))", [self, end]) { ct_lerp_(handle, end.handle, weight, $0) }
  }
}
