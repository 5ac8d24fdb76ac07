public import Torch

/// The clipped value loss ("The 37 implementation details of PPO", detail 9).
public struct ValueLoss {
  /// The weighted sum over masked actions of ½ max((V - R)², (clip(V, V_old ± ε) - R)²), with gradient.
  public var sum: Tensor
  /// Per action, detached: whether the clipped term was the larger one, as 0 or 1.
  public var isClipped: Tensor

  /// Computes the loss over `[B, T]` tensors; without `clipRange` it is half the squared error.
  ///
  /// `weights` are those of each action, 0 outside the mask; 1 where `nil`.
  public init(
    values: Tensor, old: Tensor, returns: Tensor, mask: Tensor, clipRange: Double?,
    weights: Tensor? = nil
  ) {
    precondition(
      values.shape == old.shape && old.shape == returns.shape && old.shape == mask.shape,
      "ValueLoss: values \(values.shape), old \(old.shape), returns \(returns.shape), mask \(mask.shape) differ"
    )
    let present = mask.to(values.dtype)
    let weights = weights ?? present
    let plain = (values - returns).square()
    guard let clipRange else {
      sum = (plain * weights).sum() * 0.5
      isClipped = Tensor.zeros(values.shape, dtype: values.dtype, device: values.device)
      return
    }
    // By bounds rather than by the clipped difference: where nothing is clipped the values stay the same to the bit.
    let near = values.maximum(old - clipRange).minimum(old + clipRange)
    let clipped = (near - returns).square()
    sum = (plain.maximum(clipped) * weights).sum() * 0.5
    isClipped = ((clipped .> plain).to(present.dtype) * present).detached()
  }
}

/// How much of the variance of the returns the values explain: 1 - Var(R - V) / Var(R), over masked actions.
public func explainedVariance(values: Tensor, returns: Tensor, mask: Tensor) -> Double {
  let total = returns.maskedVariance(mask).item()
  guard total > 0 else { return 0 }
  return 1 - (returns - values).maskedVariance(mask).item() / total
}
