public import Torch

/// The clipped surrogate of PPO (Schulman and others 2017, equation 7), and the figures that
/// describe an update.
public struct PolicyLoss {
  /// The sum over masked actions of max(-A ρ, -A clip(ρ, 1 - ε, 1 + ε)), with gradient.
  public var sum: Tensor
  /// Per action, detached: whether the clipped term was the larger one, as 0 or 1.
  public var isClipped: Tensor
  /// Per action, detached: log ρ = log π(a) - log π_old(a).
  public var logRatios: Tensor

  /// Computes the loss over `[B, T]` tensors; `mask` is Boolean.
  public init(
    logProbabilities: Tensor, old: Tensor, advantages: Tensor, mask: Tensor, clipRange: Double
  ) {
    precondition(
      logProbabilities.shape == old.shape && old.shape == advantages.shape
        && old.shape == mask.shape,
      "PolicyLoss: log-probabilities \(logProbabilities.shape), old \(old.shape), advantages \(advantages.shape), mask \(mask.shape) differ"
    )
    let present = mask.to(logProbabilities.dtype)
    let logRatios = (logProbabilities - old) * present
    let ratio = logRatios.exp()
    let plain = -advantages * ratio
    let clipped = -advantages * ratio.clamped(min: 1 - clipRange, max: 1 + clipRange)
    sum = (plain.maximum(clipped) * present).sum()
    isClipped = ((clipped .> plain).to(present.dtype) * present).detached()
    self.logRatios = logRatios.detached()
  }
}

/// The clipped value loss ("The 37 implementation details of PPO", detail 9).
public struct ValueLoss {
  /// The sum over masked actions of ½ max((V - R)², (clip(V, V_old ± ε) - R)²), with gradient.
  public var sum: Tensor
  /// Per action, detached: whether the clipped term was the larger one, as 0 or 1.
  public var isClipped: Tensor

  /// Computes the loss over `[B, T]` tensors; without `clipRange` it is half the squared error.
  public init(values: Tensor, old: Tensor, returns: Tensor, mask: Tensor, clipRange: Double?) {
    precondition(
      values.shape == old.shape && old.shape == returns.shape && old.shape == mask.shape,
      "ValueLoss: values \(values.shape), old \(old.shape), returns \(returns.shape), mask \(mask.shape) differ"
    )
    let present = mask.to(values.dtype)
    let plain = (values - returns).square()
    guard let clipRange else {
      sum = (plain * present).sum() * 0.5
      isClipped = Tensor.zeros(values.shape, dtype: values.dtype, device: values.device)
      return
    }
    // By bounds rather than by the clipped difference: where nothing is clipped the values stay the same to the bit.
    let near = values.maximum(old - clipRange).minimum(old + clipRange)
    let clipped = (near - returns).square()
    sum = (plain.maximum(clipped) * present).sum() * 0.5
    isClipped = ((clipped .> plain).to(present.dtype) * present).detached()
  }
}

/// How much of the variance of the returns the values explain: 1 - Var(R - V) / Var(R), over masked actions.
public func explainedVariance(values: Tensor, returns: Tensor, mask: Tensor) -> Double {
  let total = returns.maskedVariance(mask).item()
  guard total > 0 else { return 0 }
  return 1 - (returns - values).maskedVariance(mask).item() / total
}
