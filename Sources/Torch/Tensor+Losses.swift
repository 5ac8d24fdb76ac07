import CTorch

extension Tensor {
  /// What becomes of the losses of the elements.
  public enum Reduction: Sendable {
    /// They stay as they are.
    case none
    /// Their mean.
    case mean
    /// Their sum.
    case sum

    var code: ct_reduction {
      switch self {
      case .none: ct_reduction(ct_reduction_none)
      case .mean: ct_reduction(ct_reduction_mean)
      case .sum: ct_reduction(ct_reduction_sum)
      }
    }
  }

  /// `-log softmax(logits)[target]`.
  ///
  /// - Parameters:
  ///   - logits: `[batch, classes]` or `[batch, classes, …]`.
  ///   - targets: `[batch]` or `[batch, …]`, int64.
  ///   - ignoreIndex: The target of elements that have no loss and do not count in the mean.
  ///   - labelSmoothing: The share of the target's probability that all classes get in equal parts.
  ///   - reduction: What becomes of the losses.
  /// - Returns: The loss, or the losses in the shape of `targets`.
  public static func crossEntropy(
    logits: Tensor, targets: Tensor, ignoreIndex: Int = -100, labelSmoothing: Double = 0,
    reduction: Reduction = .mean
  ) -> Tensor {
    make("crossEntropy", [logits, targets]) {
      ct_cross_entropy(
        logits.handle, targets.handle, nil, reduction.code, ignoreIndex, labelSmoothing, $0)
    }
  }

  /// `-(t · log sigmoid(x) + (1 - t) · log sigmoid(-x))` for targets `t` between 0 and 1.
  public static func binaryCrossEntropyWithLogits(
    _ logits: Tensor, targets: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) -> Tensor {
    make("binaryCrossEntropyWithLogits", [logits, targets] + some(weight)) {
      ct_binary_cross_entropy_with_logits(
        logits.handle, targets.handle, weight?.handle, reduction.code, $0)
    }
  }

  /// `(x - t)²`.
  public static func meanSquaredError(
    _ predictions: Tensor, targets: Tensor, reduction: Reduction = .mean
  ) -> Tensor {
    make("meanSquaredError", [predictions, targets]) {
      ct_mse_loss(predictions.handle, targets.handle, reduction.code, $0)
    }
  }

  /// `(x - t)² / 2` up to a distance of `delta`, beyond it `delta · (|x - t| - delta / 2)` (Huber
  /// 1964).
  public static func huber(
    _ predictions: Tensor, targets: Tensor, delta: Double = 1, reduction: Reduction = .mean
  ) -> Tensor {
    make("huber(delta: \(delta))", [predictions, targets]) {
      ct_huber_loss(predictions.handle, targets.handle, reduction.code, delta, $0)
    }
  }
}
