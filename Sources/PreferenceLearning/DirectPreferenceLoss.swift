public import Torch

/// A loss that teaches a policy from preferences directly, without a reward model between.
///
/// All work on log-probabilities of whole trajectories. Written for the policy's log π and the reference's log ρ, the
/// implied reward is r = β (log π - log ρ), and h = (log π⁺ - log π⁻) - (log ρ⁺ - log ρ⁻) for the chosen (+) and the
/// rejected (-) trajectory. The formulas are those of TRL 0.11.4.
public struct DirectPreferenceLoss: Sendable, Equatable {
  /// Which loss; the names are those of TRL.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// DPO: -log σ(β h) (Rafailov and others 2023), conservative with label smoothing.
    case sigmoid
    /// SLiC: max(0, 1 - β h) (Zhao and others 2023).
    case hinge
    /// IPO: (h - 1 / 2β)² on mean log-probabilities (Azar and others 2023).
    case ipo
    /// DPO corrected for labels that are wrong with the probability of the smoothing (Chowdhury and others 2024).
    case robust
    /// NCA: -log σ(r⁺) - ½ log σ(-r⁺) - ½ log σ(-r⁻) (Chen and others 2024).
    case ncaPair = "nca_pair"
    /// APO-zero: 1 - σ(r⁺) + σ(r⁻) (D'Oosterlinck and others 2024).
    case apoZero = "apo_zero"
    /// SPPO: (r⁺ / β - 1 / 2β)² + (r⁻ / β + 1 / 2β)² (Wu and others 2024).
    case sppoHard = "sppo_hard"
    /// SimPO: -log σ(β (mean log π⁺ - mean log π⁻) - γ), without a reference (Meng and others 2024).
    case simpo
    /// ORPO: -mean log π⁺ - β log σ(log odds ratio), without a reference (Hong and others 2024).
    case orpo
    /// KTO: 1 - σ(r - β z) for the desirable, 1 - σ(β z - r) for the others (Ethayarajh and others 2024).
    case kto
    /// APO-zero for rows that are desirable or not: KTO with z = 0.
    case apoZeroUnpaired = "apo_zero_unpaired"
  }

  /// Which loss.
  public var kind: Kind
  /// How strongly the policy is held to the reference (β); for ORPO the weight of the odds ratio (λ).
  public var beta: Double
  /// The probability that a label is wrong; `sigmoid`, `robust` and `simpo` take it into account.
  public var labelSmoothing: Double
  /// The margin that SimPO asks for (γ).
  public var targetMargin: Double
  /// Whether log ρ is taken as 0 in h: DPO that holds to nothing.
  public var isReferenceFree: Bool
  /// The weight of desirable rows, for KTO.
  public var desirableWeight: Double
  /// The weight of undesirable rows, for KTO.
  public var undesirableWeight: Double

  /// Creates a loss.
  public init(
    _ kind: Kind, beta: Double, labelSmoothing: Double = 0, targetMargin: Double = 0,
    isReferenceFree: Bool = false, desirableWeight: Double = 1, undesirableWeight: Double = 1
  ) {
    self.kind = kind
    self.beta = beta
    self.labelSmoothing = labelSmoothing
    self.targetMargin = targetMargin
    self.isReferenceFree = isReferenceFree
    self.desirableWeight = desirableWeight
    self.undesirableWeight = undesirableWeight
  }

  /// Log-probabilities of the two sides of pairs, `[N]` each: sums over the actions of a row, or means where
  /// ``Kind/isMean`` says so.
  public struct Sides {
    /// Of the preferred artifacts.
    public var chosen: Tensor
    /// Of the others.
    public var rejected: Tensor

    /// Creates the sides.
    public init(chosen: Tensor, rejected: Tensor) {
      precondition(
        chosen.rank == 1 && chosen.shape == rejected.shape,
        "DirectPreferenceLoss: chosen \(chosen.shape) and rejected \(rejected.shape) differ; expected [N] both"
      )
      self.chosen = chosen
      self.rejected = rejected
    }

    /// The chosen sides in the first half of `rows`, `[2 N]`, and the rejected ones in the second.
    init(halvesOf rows: Tensor) {
      let count = rows.shape[0] / 2
      self.init(
        chosen: rows.narrow(dim: 0, start: 0, length: count),
        rejected: rows.narrow(dim: 0, start: count, length: count))
    }

    /// The sides the other way round.
    var swapped: Sides { Sides(chosen: rejected, rejected: chosen) }
  }

  /// The loss of each pair, `[N]`, with gradient.
  ///
  /// A pair whose preferred side is better with the probability y has y times its loss, and 1 - y times the loss of the
  /// pair the other way round: for `sigmoid` that is the cross-entropy.
  /// - Parameters:
  ///   - policy: Log-probabilities under the policy.
  ///   - reference: The same under the reference; `nil` where the loss has none.
  ///   - labels: The probability that the preferred side is better, `[N]`; `nil` for 1.
  /// - Returns: The losses, `[N]`.
  public func callAsFunction(
    _ policy: Sides, reference: Sides? = nil, labels: Tensor? = nil
  ) -> Tensor {
    precondition(
      !kind.isUnpaired && (reference != nil || !needsReference),
      "DirectPreferenceLoss: '\(kind.rawValue)' cannot do with what it was given")
    let losses = certain(policy, reference)
    guard let labels else { return losses }
    let swapped = certain(policy.swapped, reference?.swapped)
    return labels * losses + (1 - labels) * swapped
  }

  /// The loss of each row of a loss without pairs, `[N]`, with gradient.
  /// - Parameters:
  ///   - policy: Log-probabilities under the policy, `[N]`.
  ///   - reference: The same under the reference.
  ///   - desirable: 1 where a row is desirable, 0 where it is not.
  ///   - divergence: How far the policy is from the reference (z), in nats; at least 0.
  /// - Returns: The losses, `[N]`.
  public func unpaired(
    _ policy: Tensor, reference: Tensor, desirable: Tensor, divergence: Double
  ) -> Tensor {
    precondition(
      kind.isUnpaired && policy.rank == 1 && policy.shape == reference.shape
        && policy.shape == desirable.shape,
      "DirectPreferenceLoss: '\(kind.rawValue)' cannot do with \(policy.shape), \(reference.shape) and \(desirable.shape)"
    )
    let zero = kind == .kto ? divergence : 0
    let reward = (policy - reference - zero) * beta
    return desirable * desirableWeight * (1 - reward.sigmoid())
      + (1 - desirable) * undesirableWeight * (1 - (-reward).sigmoid())
  }

  /// The reward that the policy implies for each row, `[N]`, without gradient: β (log π - log ρ).
  public func reward(_ policy: Tensor, reference: Tensor?) -> Tensor {
    let base = policy.detached()
    return (reference.map { base - $0 } ?? base) * beta
  }

  /// Whether the loss cannot be computed without the reference's log-probabilities.
  public var needsReference: Bool { kind.hasReference && !isReferenceFree }

  private func certain(_ policy: Sides, _ reference: Sides?) -> Tensor {
    let own = policy.chosen - policy.rejected
    let base = isReferenceFree ? nil : reference
    let difference = base.map { own - ($0.chosen - $0.rejected) } ?? own
    let chosen = base.map { policy.chosen - $0.chosen } ?? policy.chosen
    let rejected = base.map { policy.rejected - $0.rejected } ?? policy.rejected
    switch kind {
    case .sigmoid: return smoothed(difference * beta)
    case .robust:
      let logit = difference * beta
      let uncorrected =
        (-logit).logSigmoid() * labelSmoothing - logit.logSigmoid() * (1 - labelSmoothing)
      return uncorrected / (1 - 2 * labelSmoothing)
    case .hinge: return (1 - difference * beta).relu()
    case .ipo: return (difference - 1 / (2 * beta)).square()
    case .ncaPair:
      let reward = chosen * beta
      return -reward.logSigmoid() - (-reward).logSigmoid() * 0.5
        - (rejected * -beta).logSigmoid() * 0.5
    case .apoZero: return 1 - (chosen * beta).sigmoid() + (rejected * beta).sigmoid()
    case .sppoHard:
      return (chosen - 0.5 / beta).square() + (rejected + 0.5 / beta).square()
    case .simpo: return smoothed(own * beta - targetMargin)
    case .orpo:
      let ratio = logOdds(policy.chosen) - logOdds(policy.rejected)
      return -policy.chosen - ratio.logSigmoid() * beta
    case .kto, .apoZeroUnpaired: preconditionFailure("DirectPreferenceLoss: no pairs here")
    }
  }

  private func smoothed(_ logit: Tensor) -> Tensor {
    let losses = -logit.logSigmoid()
    guard labelSmoothing > 0 else { return losses }
    return losses * (1 - labelSmoothing) - (-logit).logSigmoid() * labelSmoothing
  }

  /// log (p / (1 - p)), from log p.
  private func logOdds(_ logProbability: Tensor) -> Tensor {
    // A policy that is certain of an artifact has no finite odds; the bound keeps the loss finite.
    logProbability - (-(logProbability.clamped(max: -1e-6).exp())).log1p()
  }
}

extension DirectPreferenceLoss.Kind {
  /// Whether the log-probabilities of a row are averaged over its actions; otherwise they are added up.
  public var isMean: Bool { self == .ipo || self == .simpo || self == .orpo }

  /// Whether rows are desirable or not by themselves, rather than better than another.
  public var isUnpaired: Bool { self == .kto || self == .apoZeroUnpaired }

  /// Whether the loss holds the policy to a reference.
  public var hasReference: Bool { self != .simpo && self != .orpo }

  /// The β that is customary for the loss.
  public var customaryBeta: Double { self == .simpo ? 2 : 0.1 }
}
