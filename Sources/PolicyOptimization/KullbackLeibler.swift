import Foundation
public import Torch

/// How the divergence KL(policy ‖ reference) is estimated from the actions taken (Schulman 2020, "Approximating KL
/// divergence"), with r = log π(a) - log π_ref(a) at each action.
public enum KLEstimator: String, Codable, Sendable, CaseIterable {
  /// r: unbiased, of high variance, negative at times.
  case k1
  /// r² / 2: biased, of low variance, never negative.
  case k2
  /// exp(-r) - 1 + r: unbiased and never negative.
  case k3
  /// |r|.
  case absolute

  /// The estimate at each action, of the shape of the log-probabilities.
  public func callAsFunction(_ logProbabilities: Tensor, reference: Tensor) -> Tensor {
    precondition(
      logProbabilities.shape == reference.shape,
      "KLEstimator: log-probabilities \(logProbabilities.shape) and reference \(reference.shape) differ"
    )
    let ratio = logProbabilities - reference
    switch self {
    case .k1: return ratio
    case .k2: return ratio.square() * 0.5
    case .k3: return (-ratio).exp() - 1 + ratio
    case .absolute: return ratio.abs()
    }
  }
}

/// The weight β of the KL penalty, fixed or steered towards a target divergence.
public struct KLController: Codable, Sendable, Equatable {
  /// How the coefficient changes.
  public enum Mode: String, Codable, Sendable, CaseIterable {
    /// It stays as it is.
    case fixed
    /// It grows while the divergence is above the target, and shrinks below it (Ziegler et al. 2019, section 2.2).
    case adaptive
  }

  /// How the coefficient changes.
  public let mode: Mode
  /// The divergence per trajectory, in nats, that the adaptive mode aims at.
  public let target: Double
  /// The number of trajectories over which the coefficient can change by a factor of about e^0.2.
  public let horizon: Double
  /// The coefficient in force.
  public private(set) var coefficient: Double

  /// Creates a controller.
  public init(mode: Mode, coefficient: Double, target: Double = 6, horizon: Double = 10_000) {
    self.mode = mode
    self.coefficient = coefficient
    self.target = target
    self.horizon = horizon
  }

  /// Takes note of the mean divergence of `count` trajectories.
  public mutating func update(divergence: Double, count: Int) {
    guard mode == .adaptive, divergence.isFinite else { return }
    let error = min(max(divergence / target - 1, -0.2), 0.2)
    coefficient *= 1 + error * Double(count) / horizon
  }
}

/// The exact divergence KL(policy ‖ reference) at each action, `[B, T]`: Σ_v p(v) (log p(v) - log q(v)).
///
/// From the log-probabilities `[B, T, V]` of all choices, for policies that have them all.
public func exactDivergence(_ logProbabilities: Tensor, reference: Tensor) -> Tensor {
  precondition(
    logProbabilities.shape == reference.shape,
    "exactDivergence: log-probabilities \(logProbabilities.shape) and reference \(reference.shape) differ"
  )
  let probabilities = logProbabilities.exp()
  // What has no probability adds nothing, however unlikely the reference thinks it.
  let terms = Tensor.select(
    where: probabilities .> 0, probabilities * (logProbabilities - reference), 0)
  return terms.sum(dim: -1)
}
