import CTorch

/// A function of the C interface with one operand.
typealias Unary = (ct_tensor, ErrorSlot) -> ct_tensor?
/// A function of the C interface with two operands.
typealias Binary = (ct_tensor, ct_tensor, ErrorSlot) -> ct_tensor?
/// A function of the C interface with a tensor and a number.
typealias WithNumber = (ct_tensor, Double, ErrorSlot) -> ct_tensor?

extension Tensor {
  @inline(__always)
  func unary(_ name: StaticString, _ function: Unary) -> Tensor {
    make("\(name)", [self]) { function(handle, $0) }
  }

  @inline(__always)
  func binary(_ name: StaticString, _ other: Tensor, _ function: Binary) -> Tensor {
    make("\(name)", [self, other]) { function(handle, other.handle, $0) }
  }

  @inline(__always)
  func with(_ name: StaticString, _ number: Double, _ function: WithNumber) -> Tensor {
    make("\(name) \(number)", [self]) { function(handle, number, $0) }
  }

  /// `eˣ`.
  public func exp() -> Tensor { unary("exp", ct_exp) }
  /// `eˣ - 1`, exact near zero.
  public func expm1() -> Tensor { unary("expm1", ct_expm1) }
  /// The natural logarithm.
  public func log() -> Tensor { unary("log", ct_log) }
  /// `log(1 + x)`, exact near zero.
  public func log1p() -> Tensor { unary("log1p", ct_log1p) }
  /// The logarithm to base 2.
  public func log2() -> Tensor { unary("log2", ct_log2) }
  /// The logarithm to base 10.
  public func log10() -> Tensor { unary("log10", ct_log10) }
  /// The square root.
  public func sqrt() -> Tensor { unary("sqrt", ct_sqrt) }
  /// One over the square root.
  public func rsqrt() -> Tensor { unary("rsqrt", ct_rsqrt) }
  /// The absolute value.
  public func abs() -> Tensor { unary("abs", ct_abs) }
  /// `x²`.
  public func square() -> Tensor { unary("square", ct_square) }
  /// `1 / x`.
  public func reciprocal() -> Tensor { unary("reciprocal", ct_reciprocal) }
  /// -1, 0 or 1.
  public func sign() -> Tensor { unary("sign", ct_sign) }
  /// The largest whole number that is not above.
  public func floor() -> Tensor { unary("floor", ct_floor) }
  /// The smallest whole number that is not below.
  public func ceil() -> Tensor { unary("ceil", ct_ceil) }
  /// The nearest whole number; halves go to the even one.
  public func round() -> Tensor { unary("round", ct_round) }
  /// The sine of an angle in radians.
  public func sin() -> Tensor { unary("sin", ct_sin) }
  /// The cosine of an angle in radians.
  public func cos() -> Tensor { unary("cos", ct_cos) }
  /// The tangent of an angle in radians.
  public func tan() -> Tensor { unary("tan", ct_tan) }
  /// The angle in radians whose tangent the element is.
  public func atan() -> Tensor { unary("atan", ct_atan) }
  /// The angle in radians of the point `(other, self)`.
  public func atan2(_ other: Tensor) -> Tensor { binary("atan2", other, ct_atan2) }
  /// The error function.
  public func erf() -> Tensor { unary("erf", ct_erf) }
  /// The inverse of the error function.
  public func erfInverse() -> Tensor { unary("erfInverse", ct_erfinv) }
  /// The logarithm of the gamma function's size, `log |Γ(x)|`.
  public func logGamma() -> Tensor { unary("logGamma", ct_lgamma) }
  /// The derivative of ``logGamma()``.
  public func digamma() -> Tensor { unary("digamma", ct_digamma) }

  /// `self` to the power of `exponent`.
  public func pow(_ exponent: Double) -> Tensor { with("pow", exponent, ct_pow_scalar) }
  /// `self` to the power of `exponent`, element by element.
  public func pow(_ exponent: Tensor) -> Tensor { binary("pow", exponent, ct_pow) }
  /// The smaller of two elements.
  public func minimum(_ other: Tensor) -> Tensor { binary("minimum", other, ct_minimum) }
  /// The larger of two elements.
  public func maximum(_ other: Tensor) -> Tensor { binary("maximum", other, ct_maximum) }

  /// The elements, with those beyond a limit replaced by the limit.
  public func clamped(min: Double? = nil, max: Double? = nil) -> Tensor {
    if min == nil && max == nil { return self }
    return withOptional(min) { low in
      withOptional(max) { high in
        make("clamped(min: \(text(min)), max: \(text(max)))", [self]) {
          ct_clamp(handle, low, high, $0)
        }
      }
    }
  }

  /// `self + weight * (end - self)`.
  public func lerp(_ end: Tensor, weight: Double) -> Tensor {
    make("lerp(weight: \(weight))", [self, end]) {
      ct_lerp_scalar(handle, end.handle, weight, $0)
    }
  }

  /// `self + weight * (end - self)`, with a weight for each element.
  public func lerp(_ end: Tensor, weight: Tensor) -> Tensor {
    make("lerp", [self, end, weight]) { ct_lerp(handle, end.handle, weight.handle, $0) }
  }
}

/// The address of `value`, or of nothing.
@inline(__always)
func withOptional<Result>(
  _ value: Double?, _ body: (UnsafePointer<Double>?) -> Result
) -> Result {
  guard var value else { return body(nil) }
  return body(&value)
}

/// A limit in a message.
func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "none" }
