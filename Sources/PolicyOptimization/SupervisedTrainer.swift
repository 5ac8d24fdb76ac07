public import Foundation
import NeuralNetworks
public import RLHFCore
public import RLHFPlugin
import Torch

/// Supervised fine-tuning: raises the likelihood of demonstrations, one update at a time.
public final class SupervisedTrainer<P: Policy> {
  /// The policy that is trained.
  public let policy: P
  /// The settings.
  public let options: SupervisedOptions
  /// The number of updates made so far, skipped ones included.
  public private(set) var step = 0
  /// The updates that were skipped because their loss was not finite.
  public private(set) var skipped = SkippedUpdates()

  private let demonstrations: [Demonstration<P.Prompt, P.Artifact>]
  private let seed: Seed
  private let order: ShuffledBatches
  private let optimizer: AdamW
  private let average: MovingAverage?

  /// Creates a trainer; throws where there is nothing to learn from.
  public init(
    policy: P, demonstrations: [Demonstration<P.Prompt, P.Artifact>], options: SupervisedOptions,
    seed: Seed
  ) throws {
    guard !demonstrations.isEmpty else {
      throw RLHFError(
        .invalidData, "There are no demonstrations to train on. Import some with 'rlhf import'.")
    }
    self.policy = policy
    self.demonstrations = demonstrations
    self.options = options
    self.seed = seed
    order = ShuffledBatches(
      count: demonstrations.count, batchSize: options.batchSize, seed: seed.derived("order"))
    optimizer = AdamW(
      parameters: policy.parameters.trainable,
      options: AdamWOptions(weightDecay: options.weightDecay))
    average = options.averageDecay.map { MovingAverage(of: policy.parameters, decay: $0) }
  }

  /// Runs `body` with the moving average in the policy's place, where the settings have one.
  public func withAverage<Result>(_ body: (P) throws -> Result) rethrows -> Result {
    guard let average else { return try body(policy) }
    return try average.withAverages { try body(policy) }
  }

  /// The number of updates in the whole run.
  public var totalSteps: Int { options.epochs * order.batchesPerEpoch }

  /// Makes one update; where its loss is not finite, the policy stays as it is and the update is counted as skipped.
  public func update() throws -> [String: Double] {
    let batch = order.batch(step)
    policy.parameters.clearGradients()
    var total = 0.0
    var count = 0
    for start in stride(from: 0, to: batch.count, by: options.microbatchSize) {
      let rows = batch[start..<min(start + options.microbatchSize, batch.count)]
      let loss = try policy.supervisedLoss(
        of: rows.map { demonstrations[$0] },
        seed: seed.derived("dropout", step).derived("microbatch", start), isTraining: true)
      loss.sum.backward()
      total += loss.sum.item()
      count += loss.count
    }
    let learningRate =
      options.learningRate
      * options.schedule.factor(step: step, total: totalSteps, warmUp: options.warmUp)
    var norm = Double.nan
    if total.isFinite {
      norm = optimizer.update(
        divisor: Double(max(count, 1)), maximumNorm: options.gradientNorm,
        learningRate: learningRate)
      if norm.isFinite { average?.update() }
    }
    step += 1
    try skipped.count(isSkipped: !norm.isFinite, limit: options.skippedLimit, section: "sft")
    return [
      "sft/loss": total / Double(max(count, 1)), "sft/gradientNorm": norm,
      "sft/learningRate": learningRate, "sft/epoch": Double(step) / Double(order.batchesPerEpoch),
      "sft/skipped": Double(skipped.total),
    ].filter { $0.value.isFinite }
  }

  /// The mean loss over `demonstrations`, without an update; of the moving average, where the settings have one.
  public func evaluate(on demonstrations: [Demonstration<P.Prompt, P.Artifact>]) throws -> Double {
    try withAverage { try evaluate($0, on: demonstrations) }
  }

  private func evaluate(
    _ policy: P, on demonstrations: [Demonstration<P.Prompt, P.Artifact>]
  ) throws -> Double {
    var total = 0.0
    var count = 0
    for start in stride(from: 0, to: demonstrations.count, by: options.microbatchSize) {
      let end = min(start + options.microbatchSize, demonstrations.count)
      let loss = try withoutGradient {
        try policy.supervisedLoss(
          of: Array(demonstrations[start..<end]), seed: seed, isTraining: false)
      }
      total += loss.sum.item()
      count += loss.count
    }
    return total / Double(max(count, 1))
  }

  /// Writes what is needed to go on from here, apart from the policy, into `directory`.
  public func save(to directory: URL) throws {
    try optimizer.save(to: directory.appending(path: "optimizer.safetensors"))
    try average?.save(to: directory)
    try TrainerState.write(SupervisedState(step: step, skipped: skipped), to: directory)
  }

  /// Goes on from what ``save(to:)`` wrote.
  public func restore(from directory: URL) throws {
    try optimizer.load(from: directory.appending(path: "optimizer.safetensors"))
    let state = try TrainerState.read(SupervisedState.self, from: directory)
    try average?.restore(from: directory)
    step = state.step
    skipped = state.skipped ?? SkippedUpdates()
  }
}

private struct SupervisedState: Codable {
  var step: Int
  var skipped: SkippedUpdates?
}
