import CTorch

extension Tensor {
  /// `1 / (1 + e⁻ˣ)`.
  public func sigmoid() -> Tensor { unary("sigmoid", ct_sigmoid) }
  /// `log(sigmoid(x))` without overflow.
  public func logSigmoid() -> Tensor { unary("logSigmoid", ct_log_sigmoid) }
  /// The hyperbolic tangent.
  public func tanh() -> Tensor { unary("tanh", ct_tanh) }
  /// `max(x, 0)`.
  public func relu() -> Tensor { unary("relu", ct_relu) }
  /// `x · sigmoid(x)`.
  public func silu() -> Tensor { unary("silu", ct_silu) }
  /// `log(1 + eˣ)` without overflow.
  public func softplus() -> Tensor { unary("softplus", ct_softplus) }

  /// `x · Φ(x)`, where Φ is the normal distribution function.
  ///
  /// `approximate` takes the formula with tanh, as GPT-2 does.
  public func gelu(approximate: Bool = false) -> Tensor {
    make("gelu", [self]) { ct_gelu(handle, approximate, $0) }
  }

  /// `x` where positive, else `slope · x`.
  public func leakyRelu(slope: Double = 0.01) -> Tensor {
    make("leakyRelu", [self]) { ct_leaky_relu(handle, slope, $0) }
  }

  /// `x` where positive, else `alpha · (eˣ - 1)`.
  public func elu(alpha: Double = 1) -> Tensor {
    make("elu", [self]) { ct_elu(handle, alpha, $0) }
  }
}
