import CTorch

// Comparisons give tensors of bool. The operators are those of the standard library's SIMD types.
extension Tensor {
  /// Where the left element equals the right one.
  public static func .== (left: Tensor, right: Tensor) -> Tensor {
    left.binary(".==", right, ct_eq)
  }

  /// Where the element equals a number.
  public static func .== (left: Tensor, right: Double) -> Tensor {
    left.with(".==", right, ct_eq_scalar)
  }

  /// Where a number equals the element.
  public static func .== (left: Double, right: Tensor) -> Tensor {
    right.with("reversed .==", left, ct_eq_scalar)
  }

  /// Where the left element differs from the right one.
  public static func .!= (left: Tensor, right: Tensor) -> Tensor {
    left.binary(".!=", right, ct_ne)
  }

  /// Where the element differs from a number.
  public static func .!= (left: Tensor, right: Double) -> Tensor {
    left.with(".!=", right, ct_ne_scalar)
  }

  /// Where a number differs from the element.
  public static func .!= (left: Double, right: Tensor) -> Tensor {
    right.with("reversed .!=", left, ct_ne_scalar)
  }

  /// Where the left element is below the right one.
  public static func .< (left: Tensor, right: Tensor) -> Tensor {
    left.binary(".<", right, ct_lt)
  }

  /// Where the element is below a number.
  public static func .< (left: Tensor, right: Double) -> Tensor {
    left.with(".<", right, ct_lt_scalar)
  }

  /// Where a number is below the element.
  public static func .< (left: Double, right: Tensor) -> Tensor {
    right.with("reversed .<", left, ct_gt_scalar)
  }

  /// Where the left element is not above the right one.
  public static func .<= (left: Tensor, right: Tensor) -> Tensor {
    left.binary(".<=", right, ct_le)
  }

  /// Where the element is not above a number.
  public static func .<= (left: Tensor, right: Double) -> Tensor {
    left.with(".<=", right, ct_le_scalar)
  }

  /// Where a number is not above the element.
  public static func .<= (left: Double, right: Tensor) -> Tensor {
    right.with("reversed .<=", left, ct_ge_scalar)
  }

  /// Where the left element is above the right one.
  public static func .> (left: Tensor, right: Tensor) -> Tensor {
    left.binary(".>", right, ct_gt)
  }

  /// Where the element is above a number.
  public static func .> (left: Tensor, right: Double) -> Tensor {
    left.with(".>", right, ct_gt_scalar)
  }

  /// Where a number is above the element.
  public static func .> (left: Double, right: Tensor) -> Tensor {
    right.with("reversed .>", left, ct_lt_scalar)
  }

  /// Where the left element is not below the right one.
  public static func .>= (left: Tensor, right: Tensor) -> Tensor {
    left.binary(".>=", right, ct_ge)
  }

  /// Where the element is not below a number.
  public static func .>= (left: Tensor, right: Double) -> Tensor {
    left.with(".>=", right, ct_ge_scalar)
  }

  /// Where a number is not below the element.
  public static func .>= (left: Double, right: Tensor) -> Tensor {
    right.with("reversed .>=", left, ct_le_scalar)
  }

  /// Where both are true or not zero.
  public func logicalAnd(_ other: Tensor) -> Tensor { binary("logicalAnd", other, ct_logical_and) }
  /// Where one or both are true or not zero.
  public func logicalOr(_ other: Tensor) -> Tensor { binary("logicalOr", other, ct_logical_or) }
  /// Where exactly one is true or not zero.
  public func logicalXor(_ other: Tensor) -> Tensor { binary("logicalXor", other, ct_logical_xor) }
  /// Where the element is false or zero.
  public func logicalNot() -> Tensor { unary("logicalNot", ct_logical_not) }

  /// `logicalAnd`.
  public static func .& (left: Tensor, right: Tensor) -> Tensor { left.logicalAnd(right) }
  /// `logicalOr`.
  public static func .| (left: Tensor, right: Tensor) -> Tensor { left.logicalOr(right) }
  /// `logicalNot`.
  public static prefix func .! (tensor: Tensor) -> Tensor { tensor.logicalNot() }

  /// Where the element is neither infinite nor not a number.
  public func isFinite() -> Tensor { unary("isFinite", ct_isfinite) }
  /// Where the element is not a number.
  public func isNaN() -> Tensor { unary("isNaN", ct_isnan) }
  /// Where the element is infinite.
  public func isInfinite() -> Tensor { unary("isInfinite", ct_isinf) }

  /// The elements of `first` where `condition` is true, else those of `second`.
  public static func select(
    where condition: Tensor, _ first: Tensor, _ second: Tensor
  ) -> Tensor {
    make("select(where:)", [condition, first, second]) {
      ct_where(condition.handle, first.handle, second.handle, $0)
    }
  }

  /// The elements of `first` where `condition` is true, else `second`.
  public static func select(
    where condition: Tensor, _ first: Tensor, _ second: Double
  ) -> Tensor {
    make("select(where:) \(second)", [condition, first]) {
      ct_where_scalar(condition.handle, first.handle, second, $0)
    }
  }
}
