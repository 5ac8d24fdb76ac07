public import Torch

/// Attention in several heads (Vaswani et al., 2017), over the input itself or over another sequence.
///
/// The parameters are "q_proj", "k_proj", "v_proj" and "out_proj".
public struct MultiHeadAttention: Module {
  /// Makes the queries.
  public let query: Linear
  /// Makes the keys.
  public let key: Linear
  /// Makes the values.
  public let value: Linear
  /// Mixes the heads.
  public let output: Linear
  /// The number of heads.
  public let headCount: Int
  /// Whether a position sees only itself and what came before.
  public let isCausal: Bool

  /// Creates attention over vectors of `size`, which `heads` must divide.
  public init(
    _ size: Int, heads: Int, isCausal: Bool = false, bias: Bool = true, in scope: ParameterScope
  ) {
    precondition(
      heads > 0 && size % heads == 0, "\(heads) heads do not divide the attention's size \(size)")
    query = Linear(size, size, bias: bias, initializer: .xavierUniform, in: scope["q_proj"])
    key = Linear(size, size, bias: bias, initializer: .xavierUniform, in: scope["k_proj"])
    value = Linear(size, size, bias: bias, initializer: .xavierUniform, in: scope["v_proj"])
    output = Linear(size, size, bias: bias, initializer: .xavierUniform, in: scope["out_proj"])
    headCount = heads
    self.isCausal = isCausal
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    callAsFunction(input, over: input, mask: nil)
  }

  /// Lets `input` `[B, T, size]` attend to `context` `[B, S, size]`.
  ///
  /// - Parameters:
  ///   - input: Where the queries come from.
  ///   - context: Where keys and values come from.
  ///   - mask: What may be attended to, Boolean, broadcast to `[B, heads, T, S]`; every row needs one true.
  /// - Returns: The attended values, `[B, T, size]`.
  public func callAsFunction(_ input: Tensor, over context: Tensor, mask: Tensor?) -> Tensor {
    precondition(mask == nil || !isCausal, "causal attention takes no mask of its own")
    let attended = Tensor.scaledDotProductAttention(
      query: split(query(input)), key: split(key(context)), value: split(value(context)),
      mask: mask, isCausal: isCausal)
    let shape = input.shape
    return output(attended.transposed(1, 2).reshaped([shape[0], shape[1], -1]))
  }

  private func split(_ tensor: Tensor) -> Tensor {
    let shape = tensor.shape
    return tensor.reshaped([shape[0], shape[1], headCount, -1]).transposed(1, 2)
  }
}
