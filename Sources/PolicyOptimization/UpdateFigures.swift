import Torch

/// Sums over the updates of an iteration, from which its figures are made.
struct UpdateFigures {
  var policyLoss = 0.0
  var valueLoss = 0.0
  var policyClipped = 0.0
  var valueClipped = 0.0
  /// Sum of the k3 estimate of the divergence from the sampling policy.
  var divergence = 0.0
  var ratio = 0.0
  var actions = 0.0
  var gradientNorm = 0.0
  var updates = 0
  var endedEarly = false

  mutating func add(_ policy: PolicyLoss, _ value: ValueLoss, mask: Tensor) {
    withoutGradient {
      let present = mask.to(.float32)
      let ratios = policy.logRatios.exp()
      policyLoss += policy.sum.item()
      valueLoss += value.sum.item()
      policyClipped += policy.isClipped.sum().item()
      valueClipped += value.isClipped.sum().item()
      divergence += ((ratios - 1 - policy.logRatios) * present).sum().item()
      ratio += (ratios * present).sum().item()
      actions += present.sum().item()
    }
  }

  var metrics: [String: Double] {
    let actions = Swift.max(actions, 1)
    return [
      "ppo/policyLoss": policyLoss / actions, "ppo/valueLoss": valueLoss / actions,
      "ppo/clipFraction": policyClipped / actions,
      "ppo/valueClipFraction": valueClipped / actions,
      "ppo/approximateKL": divergence / actions, "ppo/ratio": ratio / actions,
      "ppo/gradientNorm": gradientNorm / Double(Swift.max(updates, 1)),
      "ppo/updates": Double(updates), "ppo/endedEarly": endedEarly ? 1 : 0,
    ]
  }
}
