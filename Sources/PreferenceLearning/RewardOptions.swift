public import NeuralNetworks
public import RLHFCore

/// The settings of reward modelling: the `reward:` section of `rlhf.yaml`.
public struct RewardOptions: StageOptions, Equatable {
  /// The largest number of passes over the pairs.
  public var epochs = 10
  /// The number of pairs in an update.
  public var batchSize = 32
  /// The learning rate at its highest.
  public var learningRate = 1e-3
  /// How the learning rate changes over the run.
  public var schedule: LearningRateSchedule.Shape = .linear
  /// The fraction of steps over which the learning rate rises from 0.
  public var warmUp = 0.05
  /// The weight decay of AdamW.
  public var weightDecay = 0.01
  /// The largest norm of the gradient; above it the gradient is scaled down.
  public var gradientNorm = 1.0
  /// The weight of the squared sum of a pair's scores, which keeps scores near 0.
  public var centring = 0.0
  /// The probability that a label is wrong.
  public var labelSmoothing = 0.0
  /// Whether the margins of pairs are asked of the scores.
  public var usesMargins = false
  /// The fraction of the training pairs that is set aside to choose the best epoch; 0 keeps the last.
  public var validationFraction = 0.1
  /// The number of epochs without a better validation loss after which training ends.
  public var patience = 3

  /// Creates the defaults.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(epochs, "epochs")
    check.positive(batchSize, "batchSize")
    check.positive(learningRate, "learningRate")
    check.fraction(warmUp, "warmUp")
    check.notNegative(weightDecay, "weightDecay")
    check.positive(gradientNorm, "gradientNorm")
    check.notNegative(centring, "centring")
    check.require(
      labelSmoothing >= 0 && labelSmoothing < 0.5, "labelSmoothing", "a number from 0 to below 0.5",
      found: labelSmoothing)
    check.require(
      validationFraction >= 0 && validationFraction < 1, "validationFraction",
      "a number from 0 to below 1", found: validationFraction)
    check.positive(patience, "patience")
  }
}
