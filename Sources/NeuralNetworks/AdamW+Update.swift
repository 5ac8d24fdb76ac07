import Torch

extension AdamW {
  /// Makes one update from accumulated gradients: divides them, clips their joint norm, steps.
  ///
  /// Where the norm is not finite, nothing is changed.
  /// - Parameters:
  ///   - divisor: The number of terms whose gradients were added up.
  ///   - maximumNorm: The largest norm to keep.
  ///   - learningRate: The learning rate of this update.
  /// - Returns: The norm of the mean gradient before clipping.
  public func update(divisor: Double, maximumNorm: Double, learningRate: Double) -> Double {
    withoutGradient {
      let gradients = parameters.compactMap(\.tensor.gradient)
      if divisor != 1 {
        for gradient in gradients { gradient.multiply(by: 1 / divisor) }
      }
      let norm = clipGradientNorm(of: parameters, to: maximumNorm)
      if norm.isFinite { step(learningRate: learningRate) }
      return norm
    }
  }
}
