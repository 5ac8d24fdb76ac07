public import NeuralNetworks
public import RLHFCore

/// The settings of learning from preferences directly: the `dpo:` section of `rlhf.yaml`.
public struct DirectPreferenceOptions: StageOptions, Equatable {
  /// The loss.
  public var loss: DirectPreferenceLoss.Kind = .sigmoid
  /// How strongly the policy is held to the reference; for `orpo` the weight of the odds ratio.
  ///
  /// `nil` takes the customary value: 2 for `simpo`, 0.1 for all others.
  public var beta: Double?
  /// The probability that a label is wrong, for `sigmoid`, `robust` and `simpo`.
  public var labelSmoothing = 0.0
  /// The margin γ that `simpo` asks for.
  public var targetMargin = 1.0
  /// Whether the reference is left out of the loss, for losses that have one and compare two sides.
  public var referenceFree = false
  /// The weight of desirable artifacts, for `kto` and `apo_zero_unpaired`.
  public var desirableWeight = 1.0
  /// The weight of undesirable artifacts, for `kto` and `apo_zero_unpaired`.
  public var undesirableWeight = 1.0
  /// The number of passes over the preferences.
  public var epochs = 1
  /// The number of pairs in an update; of artifacts where the loss has no pairs.
  public var batchSize = 16
  /// The number of pairs that go through the model at once; gradients are accumulated over them.
  public var microbatchSize = 8
  /// The learning rate at its highest.
  public var learningRate = 1e-5
  /// How the learning rate changes over the run.
  public var schedule: LearningRateSchedule.Shape = .linear
  /// The fraction of steps over which the learning rate rises from 0.
  public var warmUp = 0.1
  /// The weight decay of AdamW.
  public var weightDecay = 0.0
  /// The largest norm of the gradient; above it the gradient is scaled down.
  public var gradientNorm = 1.0
  /// The number of updates between evaluations on held-out pairs.
  public var evaluationInterval = 50
  /// The number of samples on which the divergence from the reference is measured at evaluations; 0 measures none.
  public var divergenceSamples = 32
  /// The number of updates between checkpoints.
  public var checkpointInterval = 100
  /// The number of updates in a row that may be skipped because their loss is not finite; one more ends the run.
  public var skippedLimit = 10

  /// Creates the defaults.
  public init() {}

  /// The loss with its constants.
  public var lossFunction: DirectPreferenceLoss {
    DirectPreferenceLoss(
      loss, beta: beta ?? loss.customaryBeta, labelSmoothing: labelSmoothing,
      targetMargin: targetMargin, isReferenceFree: referenceFree,
      desirableWeight: desirableWeight, undesirableWeight: undesirableWeight)
  }

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    if let beta { check.positive(beta, "beta") }
    check.require(
      labelSmoothing >= 0 && labelSmoothing < 0.5, "labelSmoothing", "a number from 0 to below 0.5",
      found: labelSmoothing)
    check.notNegative(targetMargin, "targetMargin")
    check.require(
      !referenceFree || (loss.hasReference && !loss.isUnpaired), "referenceFree",
      "false with the loss '\(loss.rawValue)'", found: referenceFree)
    check.notNegative(desirableWeight, "desirableWeight")
    check.notNegative(undesirableWeight, "undesirableWeight")
    check.positive(epochs, "epochs")
    check.positive(batchSize, "batchSize")
    check.positive(microbatchSize, "microbatchSize")
    check.positive(learningRate, "learningRate")
    check.fraction(warmUp, "warmUp")
    check.notNegative(weightDecay, "weightDecay")
    check.positive(gradientNorm, "gradientNorm")
    check.positive(evaluationInterval, "evaluationInterval")
    check.notNegative(Double(divergenceSamples), "divergenceSamples")
    check.positive(checkpointInterval, "checkpointInterval")
    check.notNegative(Double(skippedLimit), "skippedLimit")
  }
}
