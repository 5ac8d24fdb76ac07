public import Torch

/// A function of a tensor with named parameters.
///
/// A module does not own its parameters: it makes them in the ``ParameterScope`` that it is handed, whose
/// ``ParameterStore`` loads, saves and freezes them.
public protocol Module {
  /// Applies the module.
  func callAsFunction(_ input: Tensor) -> Tensor
}

/// A function applied to each element.
public enum Activation: String, Sendable, Codable, CaseIterable {
  /// Returns its input.
  case identity
  /// max(x, 0).
  case relu
  /// x · Φ(x), with the normal distribution's function Φ.
  case gelu
  /// The approximation of `gelu` by the hyperbolic tangent, as in GPT-2.
  case geluTanh
  /// x · sigmoid(1.702 x), an approximation of `gelu`, as in CLIP.
  case quickGELU
  /// x · sigmoid(x), also called swish.
  case silu
  /// The hyperbolic tangent.
  case tanh
  /// 1 / (1 + exp(-x)).
  case sigmoid

  /// Applies the function.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    switch self {
    case .identity: input
    case .relu: input.relu()
    case .gelu: input.gelu(approximate: false)
    case .geluTanh: input.gelu(approximate: true)
    case .quickGELU: input * (1.702 * input).sigmoid()
    case .silu: input.silu()
    case .tanh: input.tanh()
    case .sigmoid: input.sigmoid()
    }
  }
}
