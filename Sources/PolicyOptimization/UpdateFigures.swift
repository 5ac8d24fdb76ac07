import Torch

/// Sums over the updates of an iteration, from which its figures are made.
struct UpdateFigures {
  var policyLoss = 0.0
  var valueLoss: Double?
  var divergenceLoss: Double?
  /// What the losses are divided by: the number of actions, or what the normalisation says.
  var divisor = 0.0
  var policyClipped = 0.0
  var valueClipped = 0.0
  /// Sum of the k3 estimate of the divergence from the sampling policy.
  var divergence = 0.0
  var ratio = 0.0
  var actions = 0.0
  var gradientNorm = 0.0
  var updates = 0
  var skipped = 0
  var endedEarly = false

  /// Whether the sums are numbers.
  var isFinite: Bool {
    (policyLoss + (valueLoss ?? 0) + (divergenceLoss ?? 0) + divergence).isFinite
  }

  mutating func add(
    _ policy: PolicyLoss, _ value: ValueLoss?, divergenceLoss penalty: Tensor? = nil, mask: Tensor
  ) {
    withoutGradient {
      let present = mask.to(.float32)
      let ratios = policy.logRatios.exp()
      let count = present.sum().item()
      policyLoss += policy.sum.item()
      policyClipped += policy.isClipped.sum().item()
      if let value {
        valueLoss = (valueLoss ?? 0) + value.sum.item()
        valueClipped += value.isClipped.sum().item()
      }
      if let penalty { divergenceLoss = (divergenceLoss ?? 0) + penalty.item() }
      divergence += ((ratios - 1 - policy.logRatios) * present).sum().item()
      ratio += (ratios * present).sum().item()
      actions += count
    }
  }

  /// Adds the sums of one update.
  mutating func add(_ other: UpdateFigures) {
    policyLoss += other.policyLoss
    if let loss = other.valueLoss { valueLoss = (valueLoss ?? 0) + loss }
    if let loss = other.divergenceLoss { divergenceLoss = (divergenceLoss ?? 0) + loss }
    divisor += other.divisor
    policyClipped += other.policyClipped
    valueClipped += other.valueClipped
    divergence += other.divergence
    ratio += other.ratio
    actions += other.actions
    gradientNorm += other.gradientNorm
    updates += other.updates
  }

  var metrics: [String: Double] {
    let (actions, divisor) = (Swift.max(actions, 1), Swift.max(divisor, 1))
    var metrics = [
      "ppo/policyLoss": policyLoss / divisor, "ppo/clipFraction": policyClipped / actions,
      "ppo/approximateKL": divergence / actions, "ppo/ratio": ratio / actions,
      "ppo/gradientNorm": gradientNorm / Double(Swift.max(updates, 1)),
      "ppo/updates": Double(updates), "ppo/skippedUpdates": Double(skipped),
      "ppo/endedEarly": endedEarly ? 1 : 0,
    ]
    if let valueLoss {
      metrics["ppo/valueLoss"] = valueLoss / divisor
      metrics["ppo/valueClipFraction"] = valueClipped / actions
    }
    if let divergenceLoss { metrics["ppo/divergenceLoss"] = divergenceLoss / divisor }
    return metrics
  }
}
