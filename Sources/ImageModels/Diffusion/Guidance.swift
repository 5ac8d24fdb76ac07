public import Torch

/// Predictions that are pushed away from those without a condition (Ho and Salimans, 2022, "classifier-free guidance").
public struct Guidance: Sendable, Hashable {
  /// How far: 1 is the conditional prediction, above 1 beyond it.
  public var scale: Double
  /// The class that stands for none.
  public var nullClass: Int

  /// Creates guidance by classes.
  public init(scale: Double, nullClass: Int) {
    self.scale = scale
    self.nullClass = nullClass
  }

  /// unconditional + scale · (conditional - unconditional).
  public static func combined(
    conditional: Tensor, unconditional: Tensor, scale: Double
  ) -> Tensor {
    unconditional + (conditional - unconditional) * scale
  }
}

extension NoisePredictor {
  /// The prediction under guidance by classes; both halves go through the network in one batch.
  public func guided(
    _ sample: Tensor, timesteps: Tensor, classLabels: Tensor, by guidance: Guidance,
    dropout: RandomGenerator? = nil
  ) -> Tensor {
    if guidance.scale == 1 {
      return self(
        sample, timesteps: timesteps, classLabels: classLabels, context: nil, dropout: dropout)
    }
    let none = Tensor.full(
      classLabels.shape, Double(guidance.nullClass), dtype: classLabels.dtype,
      device: classLabels.device)
    let both = self(
      Tensor.concatenate([sample, sample], dim: 0),
      timesteps: Tensor.concatenate([timesteps, timesteps], dim: 0),
      classLabels: Tensor.concatenate([classLabels, none], dim: 0), context: nil, dropout: dropout
    ).chunk(2, dim: 0)
    return Guidance.combined(
      conditional: both[0], unconditional: both[1], scale: guidance.scale)
  }

  /// The prediction under guidance by a context, such as a text's states against those of an empty text; both `[B, L, D]`.
  public func guided(
    _ sample: Tensor, timesteps: Tensor, context: Tensor, unconditionalContext: Tensor,
    scale: Double, dropout: RandomGenerator? = nil
  ) -> Tensor {
    if scale == 1 {
      return self(
        sample, timesteps: timesteps, classLabels: nil, context: context, dropout: dropout)
    }
    let both = self(
      Tensor.concatenate([sample, sample], dim: 0),
      timesteps: Tensor.concatenate([timesteps, timesteps], dim: 0), classLabels: nil,
      context: Tensor.concatenate([context, unconditionalContext], dim: 0), dropout: dropout
    ).chunk(2, dim: 0)
    return Guidance.combined(conditional: both[0], unconditional: both[1], scale: scale)
  }
}
