public import Torch

/// How the log-densities of the numbers of one action become that of the action.
public enum ActionReduction: String, Codable, Sendable, CaseIterable {
  /// Their sum: the density of the whole action.
  case sum
  /// Their mean: an action of many numbers counts like one of one (Black et al. 2023, DDPO).
  ///
  /// Ratios, clip ranges and divergences are those of a single number then.
  case mean

  /// Reduces `values` `[B, T, …]` to `[B, T]`.
  public func callAsFunction(_ values: Tensor) -> Tensor {
    let dims = Array(2..<max(values.rank, 2))
    guard !dims.isEmpty else { return values }
    return self == .sum ? values.sum(dims: dims) : values.mean(dims: dims)
  }
}

/// The normal distributions, independent number by number, that a policy draws its actions from.
public struct NormalActions {
  /// The means, `[B, T, …]`.
  public var mean: Tensor
  /// The standard deviations, of a shape that fits the means; above 0, outside the mask too.
  public var deviation: Tensor
  /// How the numbers of an action are taken together.
  public var reduction: ActionReduction

  /// Creates distributions.
  public init(mean: Tensor, deviation: Tensor, reduction: ActionReduction = .sum) {
    precondition(
      mean.rank >= 2 && deviation.rank == mean.rank && deviation.shape[0] == mean.shape[0]
        && deviation.shape[1] == mean.shape[1],
      "NormalActions: deviations \(deviation.shape) do not fit means \(mean.shape)")
    self.mean = mean
    self.deviation = deviation
    self.reduction = reduction
  }

  /// The closed-form divergence KL(self ‖ reference) of each action, `[B, T]`.
  ///
  /// Σ or mean over its numbers of log(σ₂ / σ₁) + (σ₁² + (μ₁ - μ₂)²) / 2σ₂² - ½; for equal deviations
  /// (μ₁ - μ₂)² / 2σ².
  public func divergence(from reference: NormalActions) -> Tensor {
    precondition(
      mean.shape == reference.mean.shape && reduction == reference.reduction,
      "NormalActions: \(mean.shape) and the reference \(reference.mean.shape) differ, or their reductions"
    )
    let ratio = deviation / reference.deviation
    let distance = ((mean - reference.mean) / reference.deviation).square()
    return reduction((ratio.square() - 1 + distance) * 0.5 - ratio.log())
  }

  /// The same distributions with `transform` applied to both tensors, which keeps dimensions 0 and 1 alike.
  public func mapped(_ transform: (Tensor) -> Tensor) -> NormalActions {
    NormalActions(
      mean: transform(mean), deviation: transform(deviation), reduction: reduction)
  }

  /// Puts parts together along dimension `dim`.
  public static func concatenated(_ parts: [NormalActions], dim: Int) -> NormalActions {
    precondition(!parts.isEmpty, "NormalActions: there are no parts to put together")
    return NormalActions(
      mean: Tensor.concatenate(parts.map(\.mean), dim: dim),
      deviation: Tensor.concatenate(parts.map(\.deviation), dim: dim),
      reduction: parts[0].reduction)
  }
}
