import CTorch

// Arithmetic, element by element. A number takes the dtype of the tensor: it never makes float32
// into float64. A tensor of integers stays one, and does not go with a fraction: convert it first.
// Division always gives floating point.
extension Tensor {
  /// The sum of elements.
  public static func + (left: Tensor, right: Tensor) -> Tensor {
    left.binary("+", right, ct_add)
  }

  /// The sum of each element and a number.
  public static func + (left: Tensor, right: Double) -> Tensor {
    left.with("+", right, ct_add_scalar)
  }

  /// The sum of a number and each element.
  public static func + (left: Double, right: Tensor) -> Tensor {
    right.with("+", left, ct_add_scalar)
  }

  /// The difference of elements.
  public static func - (left: Tensor, right: Tensor) -> Tensor {
    left.binary("-", right, ct_sub)
  }

  /// The difference of each element and a number.
  public static func - (left: Tensor, right: Double) -> Tensor {
    left.with("-", right, ct_sub_scalar)
  }

  /// The difference of a number and each element.
  public static func - (left: Double, right: Tensor) -> Tensor {
    right.with("reversed -", left, ct_rsub_scalar)
  }

  /// The product of elements.
  public static func * (left: Tensor, right: Tensor) -> Tensor {
    left.binary("*", right, ct_mul)
  }

  /// The product of each element and a number.
  public static func * (left: Tensor, right: Double) -> Tensor {
    left.with("*", right, ct_mul_scalar)
  }

  /// The product of a number and each element.
  public static func * (left: Double, right: Tensor) -> Tensor {
    right.with("*", left, ct_mul_scalar)
  }

  /// The quotient of elements.
  public static func / (left: Tensor, right: Tensor) -> Tensor {
    left.binary("/", right, ct_div)
  }

  /// The quotient of each element and a number.
  public static func / (left: Tensor, right: Double) -> Tensor {
    left.with("/", right, ct_div_scalar)
  }

  /// The quotient of a number and each element.
  public static func / (left: Double, right: Tensor) -> Tensor {
    right.with("reversed /", left, ct_rdiv_scalar)
  }

  /// Replaces `left` by a new tensor, the sum; other references keep the old one.
  public static func += (left: inout Tensor, right: Tensor) { left = left + right }
  /// Replaces `left` by a new tensor, the sum; other references keep the old one.
  public static func += (left: inout Tensor, right: Double) { left = left + right }

  /// Replaces `left` by a new tensor, the difference; other references keep the old one.
  public static func -= (left: inout Tensor, right: Tensor) { left = left - right }
  /// Replaces `left` by a new tensor, the difference; other references keep the old one.
  public static func -= (left: inout Tensor, right: Double) { left = left - right }

  /// Replaces `left` by a new tensor, the product; other references keep the old one.
  public static func *= (left: inout Tensor, right: Tensor) { left = left * right }
  /// Replaces `left` by a new tensor, the product; other references keep the old one.
  public static func *= (left: inout Tensor, right: Double) { left = left * right }

  /// Replaces `left` by a new tensor, the quotient; other references keep the old one.
  public static func /= (left: inout Tensor, right: Tensor) { left = left / right }
  /// Replaces `left` by a new tensor, the quotient; other references keep the old one.
  public static func /= (left: inout Tensor, right: Double) { left = left / right }

  /// The negative of each element.
  public static prefix func - (tensor: Tensor) -> Tensor { tensor.unary("-", ct_neg) }

  /// The quotient, rounded down.
  public func floorDivided(by other: Tensor) -> Tensor {
    binary("floorDivided", other, ct_floor_divide)
  }

  /// The quotient, rounded down.
  public func floorDivided(by other: Double) -> Tensor {
    with("floorDivided", other, ct_floor_divide_scalar)
  }

  /// What remains of the division, with the sign of the divisor.
  public func remainder(dividingBy other: Tensor) -> Tensor {
    binary("remainder", other, ct_remainder)
  }

  /// What remains of the division, with the sign of the divisor.
  public func remainder(dividingBy other: Double) -> Tensor {
    with("remainder", other, ct_remainder_scalar)
  }
}
