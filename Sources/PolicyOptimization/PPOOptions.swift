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
  /// How the divergence is estimated.
  public var estimator: KLEstimator = .k1

  /// Creates the defaults.
  public init() {}
}

/// The settings of proximal policy optimisation: the `ppo:` section of `rlhf.yaml`.
public struct PPOOptions: StageOptions, Equatable {
  /// The number of iterations: rollouts, scores, updates.
  public var iterations = 50
  /// The number of iterations between checkpoints.
  public var checkpointInterval = 10
  /// The number of trajectories sampled in an iteration.
  public var batchSize = 64
  /// The number of passes over the trajectories of an iteration.
  public var epochs = 4
  /// The number of trajectories in an update.
  public var minibatchSize = 16
  /// The number of trajectories that go through the model at once; gradients of a minibatch are accumulated over them.
  public var microbatchSize = 16
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
  public var whitensAdvantages = true
  /// The divergence from the reference policy.
  public var kl = KLOptions()
  /// How scores become rewards.
  public var score = ScoreOptions()
  /// The approximate divergence (k3, nats per action) from the sampling policy beyond which an iteration's updates end;
  /// `nil` never ends them early.
  public var updateDivergenceLimit: Double?

  /// Creates the defaults.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(iterations, "iterations")
    check.positive(checkpointInterval, "checkpointInterval")
    check.positive(batchSize, "batchSize")
    check.positive(epochs, "epochs")
    check.positive(minibatchSize, "minibatchSize")
    check.positive(microbatchSize, "microbatchSize")
    check.require(
      minibatchSize <= batchSize, "minibatchSize", "at most batchSize (\(batchSize))",
      found: minibatchSize)
    check.positive(learningRate, "learningRate")
    check.positive(criticLearningRate, "criticLearningRate")
    check.notNegative(weightDecay, "weightDecay")
    check.positive(gradientNorm, "gradientNorm")
    check.positive(clipRange, "clipRange")
    if let valueClipRange { check.positive(valueClipRange, "valueClipRange") }
    check.notNegative(valueCoefficient, "valueCoefficient")
    check.notNegative(entropyCoefficient, "entropyCoefficient")
    check.positive(criticHiddenSize, "criticHiddenSize")
    check.fraction(discount, "discount")
    check.fraction(lambda, "lambda")
    check.notNegative(kl.coefficient, "kl.coefficient")
    check.positive(kl.target, "kl.target")
    check.positive(kl.horizon, "kl.horizon")
    if let clip = score.clip { check.positive(clip, "score.clip") }
    if let updateDivergenceLimit {
      check.positive(updateDivergenceLimit, "updateDivergenceLimit")
    }
  }
}
