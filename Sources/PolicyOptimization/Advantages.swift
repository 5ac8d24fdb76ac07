public import Torch

/// Advantages and the returns that the critic should have predicted, both `[B, T]`; 0 outside the mask.
public struct AdvantageEstimate {
  /// How much better each action was than expected.
  public var advantages: Tensor
  /// Advantages plus values: the critic's targets.
  public var returns: Tensor
}

/// Generalized advantage estimation (Schulman and others 2016, equations 11 to 16).
public struct GeneralizedAdvantage: Sendable {
  /// The discount of rewards γ.
  public var discount: Double
  /// The mixing of horizons λ.
  public var lambda: Double

  /// Creates an estimator.
  public init(discount: Double = 1, lambda: Double = 0.95) {
    self.discount = discount
    self.lambda = lambda
  }

  /// The estimate over ragged rows: `rewards`, `values` and Boolean `mask` are `[B, T]`, rows start at column 0.
  ///
  /// After a row's last action comes nothing (value 0), or the value in `bootstrapValues` `[B]` where the row was cut
  /// off and would have gone on.
  public func callAsFunction(
    rewards: Tensor, values: Tensor, mask: Tensor, bootstrapValues: Tensor? = nil
  ) -> AdvantageEstimate {
    precondition(
      rewards.shape == values.shape && rewards.shape == mask.shape && rewards.rank == 2,
      "generalizedAdvantage: rewards \(rewards.shape), values \(values.shape) and mask \(mask.shape) differ"
    )
    let (rows, length) = (rewards.shape[0], rewards.shape[1])
    let present = mask.to(rewards.dtype)
    let none = Tensor.zeros([rows, 1], dtype: rewards.dtype, device: rewards.device)
    let continues = Tensor.concatenate(
      [present.narrow(dim: 1, start: 1, length: length - 1), none], dim: 1)
    let following = Tensor.concatenate(
      [values.narrow(dim: 1, start: 1, length: length - 1), none], dim: 1)
    var nextValues = following * continues
    if let bootstrapValues {
      let isLast = present - continues
      nextValues = nextValues + isLast * bootstrapValues.unsqueezed(1)
    }
    return estimate(
      rewards: rewards * present, values: values * present, nextValues: nextValues,
      continues: continues, mask: present)
  }

  /// The estimate over several episodes in a row: `rewards` and Boolean `isDone` `[B, T]`, `values` `[B, T + 1]`.
  public func callAsFunction(rewards: Tensor, values: Tensor, isDone: Tensor) -> AdvantageEstimate {
    let length = rewards.shape[1]
    precondition(
      values.shape == [rewards.shape[0], length + 1] && isDone.shape == rewards.shape,
      "generalizedAdvantage: rewards \(rewards.shape), values \(values.shape), done \(isDone.shape); values need T + 1"
    )
    let continues = isDone.logicalNot().to(rewards.dtype)
    return estimate(
      rewards: rewards, values: values.narrow(dim: 1, start: 0, length: length),
      nextValues: values.narrow(dim: 1, start: 1, length: length) * continues,
      continues: continues, mask: Tensor.ones(rewards.shape, dtype: rewards.dtype))
  }

  /// δ_t = r_t + γ V_{t+1} - V_t and A_t = δ_t + γλ c_t A_{t+1}, where c_t says whether the episode goes on.
  private func estimate(
    rewards: Tensor, values: Tensor, nextValues: Tensor, continues: Tensor, mask: Tensor
  ) -> AdvantageEstimate {
    let residuals = (rewards + nextValues * discount - values) * mask
    let carry = continues * (discount * lambda)
    var columns: [Tensor] = []
    var advantage = Tensor.zeros([rewards.shape[0]], dtype: rewards.dtype, device: rewards.device)
    for step in stride(from: rewards.shape[1] - 1, through: 0, by: -1) {
      advantage =
        residuals.select(dim: 1, index: step) + carry.select(dim: 1, index: step) * advantage
      columns.append(advantage)
    }
    let advantages = Tensor.stack(columns.reversed(), dim: 1) * mask
    return AdvantageEstimate(advantages: advantages, returns: (advantages + values) * mask)
  }
}
