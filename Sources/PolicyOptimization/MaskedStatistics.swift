public import Torch

/// Statistics over the elements of a tensor that a mask keeps.
extension Tensor {
  /// The mean over the elements where `mask` (Boolean, same shape) is true; a scalar tensor with gradient.
  public func maskedMean(_ mask: Tensor) -> Tensor {
    requireShape(of: mask, "maskedMean")
    let weights = mask.to(dtype)
    return (self * weights).sum() / weights.sum()
  }

  /// The variance over the elements where `mask` is true: a scalar tensor.
  ///
  /// `unbiased` divides by n - 1; of fewer than two elements it is not defined and the result is 0.
  public func maskedVariance(_ mask: Tensor, unbiased: Bool = true) -> Tensor {
    requireShape(of: mask, "maskedVariance")
    let weights = mask.to(dtype)
    let count = weights.sum()
    let centred = (self - maskedMean(mask)) * weights
    let divisor = unbiased ? (count - 1).clamped(min: 1) : count
    return centred.square().sum() / divisor
  }

  /// Shifts and scales to mean 0 and variance 1 over the elements where `mask` is true; 0 elsewhere.
  ///
  /// As TRL's `masked_whiten`: unbiased variance, 1e-8 under the root. With `shiftsMean` false the mean stays.
  public func whitened(_ mask: Tensor, shiftsMean: Bool = true) -> Tensor {
    let mean = maskedMean(mask)
    var whitened = (self - mean) * (maskedVariance(mask) + 1e-8).rsqrt()
    if !shiftsMean { whitened = whitened + mean }
    return whitened * mask.to(dtype)
  }

  private func requireShape(of mask: Tensor, _ operation: String) {
    precondition(
      shape == mask.shape && mask.dtype == .bool,
      "\(operation): mask \(mask.shape) \(mask.dtype) does not fit values \(shape); expected bool \(shape)"
    )
  }
}
