public import NeuralNetworks
public import RLHFCore

/// The settings of supervised fine-tuning: the `sft:` section of `rlhf.yaml`.
public struct SupervisedOptions: StageOptions, Equatable {
  /// The number of passes over the demonstrations.
  public var epochs = 3
  /// The number of demonstrations in an update.
  public var batchSize = 16
  /// The number of demonstrations that go through the model at once; gradients are accumulated over them.
  public var microbatchSize = 16
  /// The learning rate at its highest.
  public var learningRate = 3e-4
  /// How the learning rate changes over the run.
  public var schedule: LearningRateSchedule.Shape = .cosine
  /// The fraction of steps over which the learning rate rises from 0.
  public var warmUp = 0.05
  /// The weight decay of AdamW.
  public var weightDecay = 0.01
  /// The largest norm of the gradient; above it the gradient is scaled down.
  public var gradientNorm = 1.0
  /// The number of steps between evaluations on held-out demonstrations.
  public var evaluationInterval = 50
  /// The number of updates between checkpoints.
  public var checkpointInterval = 100

  /// The weight of the old value in the moving average of the policy that a run ends with; `nil` for the policy itself.
  public var averageDecay: Double?

  /// The number of updates in a row that may be skipped because their loss is not finite; one more ends the run.
  public var skippedLimit = 10

  /// Creates the defaults.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(epochs, "epochs")
    check.positive(batchSize, "batchSize")
    check.positive(microbatchSize, "microbatchSize")
    check.positive(learningRate, "learningRate")
    check.fraction(warmUp, "warmUp")
    check.notNegative(weightDecay, "weightDecay")
    check.positive(gradientNorm, "gradientNorm")
    check.positive(evaluationInterval, "evaluationInterval")
    check.positive(checkpointInterval, "checkpointInterval")
    check.notNegative(Double(skippedLimit), "skippedLimit")
    if let averageDecay {
      check.require(
        averageDecay >= 0 && averageDecay < 1, "averageDecay", "a number from 0 to below 1",
        found: averageDecay)
    }
  }
}
