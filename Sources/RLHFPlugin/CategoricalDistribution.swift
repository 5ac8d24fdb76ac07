public import Torch

/// Choices among V, by logits `[…, V]`.
public struct CategoricalDistribution {
  /// The log-probabilities of all choices, `[…, V]`.
  public var logProbabilities: Tensor

  /// Creates distributions; the logits of a choice may be larger than its log-probability by any number.
  public init(logits: Tensor) {
    logProbabilities = logits.logSoftmax(dim: -1)
  }

  /// Draws `[…]` by inverting the cumulative distribution, from `uniforms` `[…]` between 0 and 1.
  public func sample(uniforms: Tensor) -> Tensor {
    logProbabilities.exp().categorical(uniforms: uniforms)
  }

  /// The log-probabilities `[…]` of `choices` `[…]`, whole numbers from 0 to V - 1.
  public func logProbabilities(of choices: Tensor) -> Tensor {
    logProbabilities.gather(dim: -1, indices: choices.unsqueezed(-1)).squeezed(-1)
  }

  /// The entropies `[…]`: -Σ p log p; choices without probability add nothing.
  public var entropies: Tensor {
    let probabilities = logProbabilities.exp()
    let terms = Tensor.select(
      where: probabilities .> 0, probabilities * logProbabilities, 0)
    return -terms.sum(dim: -1)
  }
}
