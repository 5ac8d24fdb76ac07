/// The algorithms that update a policy from scored rollouts; each is a choice of parts, see ``PolicyRecipe``.
public enum PolicyAlgorithm: String, Codable, Sendable, CaseIterable {
  /// Proximal policy optimisation with a critic (Schulman et al. 2017).
  case ppo
  /// PPO without a critic: a score is normalised by the latest scores of the same prompt (Black et al. 2023, DDPO).
  case promptPPO = "ppo-per-prompt"
  /// Group relative policy optimisation (Shao et al. 2024).
  case grpo
  /// GRPO without its two biases: no division by the group's deviation, none by each trajectory's length
  /// (Liu et al. 2025).
  case drGRPO = "dr-grpo"
  /// GRPO with a wider upper clip range, all actions weighing the same, and groups without signal replaced
  /// (Yu et al. 2025).
  case dapo
  /// GRPO with one ratio per trajectory (Zheng et al. 2025).
  case gspo
  /// REINFORCE with the other trajectories of the group as baseline (Ahmadian et al. 2024).
  case rloo
  /// REINFORCE with returns whitened over the batch, and PPO's clipping (Hu 2025).
  case reinforcePP = "reinforce++"
  /// REINFORCE++ with the group's mean as baseline.
  case reinforcePPBaseline = "reinforce++-baseline"

  /// The name that people read.
  public var title: String {
    switch self {
    case .ppo: "PPO"
    case .promptPPO: "PPO per prompt"
    case .grpo: "GRPO"
    case .drGRPO: "Dr. GRPO"
    case .dapo: "DAPO"
    case .gspo: "GSPO"
    case .rloo: "RLOO"
    case .reinforcePP: "REINFORCE++"
    case .reinforcePPBaseline: "REINFORCE++ with baseline"
    }
  }
}

/// From what advantages are estimated.
public enum AdvantageSource: Sendable, Equatable {
  /// The values of a critic, by generalized advantage estimation.
  case critic
  /// The discounted rewards from each action on.
  case returns
  /// The latest scores of the same prompt: ``PromptAdvantage``.
  case prompts
  /// The other trajectories of the same prompt.
  case group(GroupBaseline)
}

/// Where the divergence from the reference policy costs.
public enum KLPlacement: String, Codable, Sendable, CaseIterable {
  /// In the reward of each action.
  case reward
  /// In the loss of each action, with its own gradient.
  case loss
}

/// What an algorithm is made of: its defaults, and what the settings say instead.
public struct PolicyRecipe: Sendable, Equatable {
  /// From what advantages are estimated.
  public var source: AdvantageSource
  /// What advantages of groups are divided by.
  public var scaling: AdvantageScaling = .none
  /// Whether advantages are shifted and scaled to mean 0 and variance 1 over the actions of the batch.
  public var whitens = false
  /// The largest size of an advantage; `nil` for any.
  public var advantageClip: Double?
  /// Over what the probability ratio is taken.
  public var ratio: RatioLevel = .action
  /// How far the ratio may move.
  public var clip: ClipRange
  /// How the losses of actions become that of an update.
  public var normalisation: LossNormalisation = .actions
  /// Where the divergence from the reference policy costs.
  public var placement: KLPlacement = .reward
  /// How that divergence is estimated.
  public var estimator: KLEstimator = .k1
  /// Whether it is computed from the distributions of the actions instead.
  public var usesDistributions = false
  /// The number of trajectories per prompt.
  public var groupSize = 1
  /// Whether groups whose scores are all the same are left out of updates.
  public var skipsSilentGroups = false
  /// The number of times that groups left out are replaced by those of other prompts, in an iteration.
  public var resamplings = 0

  /// Whether advantages compare trajectories of the same prompt.
  public var comparesGroups: Bool {
    if case .group = source { true } else { false }
  }

  /// The defaults of `algorithm` with the clip range 1 ± `clipRange`.
  init(_ algorithm: PolicyAlgorithm, clipRange: Double) {
    clip = ClipRange(clipRange)
    switch algorithm {
    case .ppo:
      source = .critic
      whitens = true
    case .promptPPO:
      source = .prompts
      placement = .loss
    case .grpo, .drGRPO, .dapo, .gspo:
      source = .group(.mean)
      scaling = algorithm == .drGRPO ? .none : .group
      placement = .loss
      normalisation =
        algorithm == .drGRPO ? .longest : algorithm == .dapo ? .actions : .trajectories
      if algorithm == .gspo { ratio = .trajectoryMean }
      if algorithm == .dapo {
        clip.above = clipRange * 1.4
        skipsSilentGroups = true
        resamplings = 3
      }
    case .rloo:
      source = .group(.others)
      ratio = .trajectory
      normalisation = .trajectories
    case .reinforcePP:
      source = .returns
      whitens = true
    case .reinforcePPBaseline:
      source = .group(.mean)
      whitens = true
      placement = .loss
    }
    switch (placement, algorithm) {
    case (.reward, _): estimator = .k1
    case (.loss, .reinforcePPBaseline): estimator = .k2
    case (.loss, _): estimator = .k3
    }
  }
}
