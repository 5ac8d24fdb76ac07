public import NeuralNetworks
public import RLHFCore

/// The divergence from the reference policy, and what it costs.
public struct KLOptions: Codable, Sendable, Equatable {
  /// Whether the coefficient is fixed or steered.
  public var mode: KLController.Mode = .fixed
  /// The coefficient β at the start.
  public var coefficient = 0.05
  /// The divergence per trajectory, in nats, that the adaptive mode aims at.
  public var target = 6.0
  /// The number of trajectories over which the adaptive coefficient can change by a factor of about e^0.2.
  public var horizon = 10_000.0
  /// How the divergence is estimated; `nil` is the algorithm's way: k1 in rewards, k3 (or k2) in the loss.
  public var estimator: KLEstimator?
  /// Where the divergence costs; `nil` is the algorithm's place.
  public var placement: KLPlacement?
  /// Whether the divergence is computed from the distributions of the actions, not estimated from the actions taken.
  ///
  /// For a policy that has them: normal distributions, say.
  public var usesDistributions = false

  /// Creates the defaults.
  public init() {}
}

/// The settings of policy optimisation: the `ppo:` section of `rlhf.yaml`.
///
/// What is `nil` is as the algorithm has it, see ``recipe``.
public struct PolicyOptions: StageOptions, Equatable {
  /// The algorithm.
  public var algorithm: PolicyAlgorithm = .ppo
  /// The number of iterations: rollouts, scores, updates.
  public var iterations = 50
  /// The number of iterations between checkpoints.
  public var checkpointInterval = 10
  /// The number of trajectories sampled in an iteration.
  public var batchSize = 64
  /// The number of trajectories sampled for each prompt.
  ///
  /// `nil` is 1, or for algorithms that compare trajectories of a prompt the largest divisor of `batchSize` up to 8.
  public var groupSize: Int?
  /// The number of passes over the trajectories of an iteration.
  public var epochs = 4
  /// The number of trajectories in an update.
  public var minibatchSize = 16
  /// The number of trajectories that go through the model at once; gradients of a minibatch are accumulated over them.
  public var microbatchSize = 16
  /// The number of actions of a trajectory that go through the model at once; `nil` for all.
  ///
  /// For policies that compute their actions one by one: gradients are accumulated over them, and memory is that of so
  /// many.
  public var actionsAtOnce: Int?
  /// The learning rate of the policy.
  public var learningRate = 1e-5
  /// The learning rate of the critic's head.
  public var criticLearningRate = 1e-4
  /// How the learning rates change over the run.
  public var schedule: LearningRateSchedule.Shape = .constant
  /// The weight decay of AdamW.
  public var weightDecay = 0.0
  /// The largest norm of the gradient; above it the gradient is scaled down.
  public var gradientNorm = 1.0
  /// The clip range ε of the probability ratio.
  public var clipRange = 0.2
  /// How far above 1 the ratio may go; `nil` is ε, and 1.4 ε for DAPO.
  public var clipRangeAbove: Double?
  /// The largest ratio that counts for actions with negative advantages (two-sided clipping); `nil` is any.
  public var ratioLimit: Double?
  /// Over what the probability ratio is taken.
  public var ratio: RatioLevel?
  /// How the losses of actions become the loss of an update.
  public var normalisation: LossNormalisation?
  /// The clip range of the values; `nil` does not clip.
  public var valueClipRange: Double? = 0.2
  /// The weight of the value loss.
  public var valueCoefficient = 0.1
  /// The weight of the entropy bonus.
  public var entropyCoefficient = 0.0
  /// Whether the value loss reaches the policy's own layers through the features.
  public var trainsFeaturesForCritic = true
  /// The width of the critic's hidden layer.
  public var criticHiddenSize = 128
  /// The discount γ.
  public var discount = 1.0
  /// The mixing of horizons λ of generalized advantage estimation.
  public var lambda = 0.95
  /// Whether advantages are shifted and scaled to mean 0 and variance 1 over the batch.
  public var whitensAdvantages: Bool?
  /// What advantages of groups are divided by.
  public var scaling: AdvantageScaling?
  /// The largest size of an advantage, once it is normalised; `nil` does not clip.
  public var advantageClip: Double?
  /// The number of a prompt's latest scores that a score is compared with, where the algorithm compares them.
  public var promptBuffer = 32
  /// The number of a prompt's scores below which its scores are compared with the batch's.
  public var promptMinimum = 16
  /// Whether groups whose scores are all the same are left out of updates.
  public var skipsSilentGroups: Bool?
  /// The number of times in an iteration that groups left out are replaced by sampling for other prompts.
  public var resamplings: Int?
  /// The weight of the old value in the moving average of the policy that a run ends with; `nil` for the policy itself.
  public var averageDecay: Double?
  /// Whether trajectories that did not end by themselves are left out of the loss.
  public var ignoresIncomplete = false
  /// The divergence from the reference policy.
  public var kl = KLOptions()
  /// How scores become rewards.
  public var score = ScoreOptions()
  /// The approximate divergence (k3, nats per action) from the sampling policy beyond which an iteration's updates end;
  /// `nil` never ends them early.
  public var updateDivergenceLimit: Double?
  /// The number of updates skipped in a row, for a loss or gradient that is not a number, at which the run stops.
  public var skippedUpdatesLimit = 10
  /// What ends the run early.
  public var guards = GuardOptions()

  /// Creates the defaults.
  public init() {}
}
