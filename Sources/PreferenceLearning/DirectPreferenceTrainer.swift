public import Foundation
import NeuralNetworks
public import RLHFCore
public import RLHFPlugin
import Torch

/// Learns from preferences directly: raises the likelihood of what is preferred over that of what is not, one update at a
/// time, without a reward model.
///
/// The reference policy is evaluated once, and what it says of each artifact is kept.
public final class DirectPreferenceTrainer<P: Policy> {
  /// Preferences of the policy's domain.
  public typealias Data = Preferences<P.Prompt, P.Artifact>

  /// The policy that is trained.
  public let policy: P
  /// The settings.
  public let options: DirectPreferenceOptions
  /// The number of updates made so far, those that were skipped included.
  public private(set) var step = 0
  /// The number of updates that were skipped because their loss was not finite.
  public var skipped: Int { skips.total }

  let loss: DirectPreferenceLoss
  let training: DirectPreferenceExamples<P.Prompt, P.Artifact>
  let heldOut: DirectPreferenceExamples<P.Prompt, P.Artifact>
  /// The log-probabilities of the samples under the reference, added up over actions: of training, and held out.
  var references: (training: [Double], heldOut: [Double])?
  let optimizer: AdamW
  private let order: ShuffledBatches
  private var skips = SkippedUpdates()

  /// Creates a trainer; throws where there is nothing to learn from.
  public init(
    policy: P, preferences: Data, heldOut: Data = Data(), options: DirectPreferenceOptions,
    seed: Seed
  ) throws {
    self.policy = policy
    self.options = options
    loss = options.lossFunction
    training = DirectPreferenceExamples(preferences, for: options.loss)
    // Held-out pairs are measured as pairs, whatever the loss.
    self.heldOut = DirectPreferenceExamples(heldOut, for: .sigmoid)
    guard !training.examples.isEmpty else {
      throw RLHFError(.invalidData, Self.nothingToLearn(from: preferences, options.loss))
    }
    order = ShuffledBatches(
      count: training.examples.count, batchSize: options.batchSize, seed: seed.derived("order"))
    optimizer = AdamW(
      parameters: policy.parameters.trainable,
      options: AdamWOptions(weightDecay: options.weightDecay))
  }

  private static func nothingToLearn(
    from preferences: Data, _ kind: DirectPreferenceLoss.Kind
  ) -> String {
    guard !preferences.isEmpty else {
      return
        "There are no preferences to train on. Import some with 'rlhf import', or let a rater compare samples."
    }
    return kind.isUnpaired
      ? "All \(preferences.pairs.count) pairs are ties, and no rating is off the middle of its scale; the loss '\(kind.rawValue)' learns nothing from them."
      : "There are \(preferences.ratings.count) ratings and no pairs; the loss '\(kind.rawValue)' needs pairs. Set dpo.loss to 'kto'."
  }

  /// The number of updates in the whole run.
  public var totalSteps: Int { options.epochs * order.batchesPerEpoch }

  /// The number of artifacts that ``cacheReference(_:onProgress:)`` evaluates; 0 where the loss has no reference.
  public var referenceCount: Int {
    loss.kind.hasReference ? training.samples.count + heldOut.samples.count : 0
  }

  /// Whether the reference must be evaluated before the first update.
  public var wantsReference: Bool { referenceCount > 0 && references == nil }

  /// Evaluates the reference on all artifacts; `onProgress` hears how many are done.
  ///
  /// It may be the trained policy itself where that carries its reference: ``Policy/withReference(_:)``.
  public func cacheReference(_ reference: P, onProgress: (Int) throws -> Void = { _ in }) throws {
    guard referenceCount > 0 else { return }
    var done = 0
    func sums(_ samples: [Sample<P.Prompt, P.Artifact>]) throws -> [Double] {
      var result: [Double] = []
      for start in stride(from: 0, to: samples.count, by: 2 * options.microbatchSize) {
        let rows = Array(samples[start..<min(start + 2 * options.microbatchSize, samples.count)])
        result += try withoutGradient {
          try policy.near(reference) { try trajectories(rows, of: $0).sums.doubles() }
        }
        done += rows.count
        try onProgress(done)
      }
      return result
    }
    references = (try sums(training.samples), try sums(heldOut.samples))
  }

  /// Makes one update; where its loss is not finite, the policy stays as it is and the update is counted as skipped.
  public func update() throws -> [String: Double] {
    precondition(!wantsReference, "DirectPreferenceTrainer: the reference is not evaluated yet")
    let batch = order.batch(step).map { training.examples[$0] }
    policy.parameters.clearGradients()
    var figures = DirectPreferenceFigures()
    let divergence = loss.kind == .kto ? try mismatchDivergence(batch) : 0
    for start in stride(from: 0, to: batch.count, by: options.microbatchSize) {
      let part = Array(batch[start..<min(start + options.microbatchSize, batch.count)])
      let found = try outcome(
        of: part, in: training, references?.training, loss: loss, divergence: divergence)
      let sum = (found.losses * found.weights).sum()
      sum.backward()
      figures.add(found, loss: sum.item())
    }
    let learningRate =
      options.learningRate
      * options.schedule.factor(step: step, total: totalSteps, warmUp: options.warmUp)
    var norm = Double.nan
    if figures.loss.isFinite {
      norm = optimizer.update(
        divisor: Double(batch.count), maximumNorm: options.gradientNorm,
        learningRate: learningRate)
    }
    step += 1
    try skips.count(isSkipped: !norm.isFinite, limit: options.skippedLimit, section: "dpo")
    var metrics = figures.metrics(
      [
        "preference/gradientNorm": norm, "preference/learningRate": learningRate,
        "preference/epoch": Double(step) / Double(order.batchesPerEpoch),
        "preference/skipped": Double(skipped),
      ])
    if loss.kind == .kto { metrics["preference/divergence"] = divergence }
    return metrics.filter { $0.value.isFinite }
  }

  /// The divergence z of KTO: how much more likely the policy makes artifacts of other prompts than the reference does.
  private func mismatchDivergence(
    _ batch: [DirectPreferenceExamples<P.Prompt, P.Artifact>.Example]
  ) throws -> Double {
    let others = batch.compactMap { example -> Int? in
      if case .single(_, _, _, let other) = example { other } else { nil }
    }
    guard let references, !others.isEmpty else { return 0 }
    var sum = 0.0
    for start in stride(from: 0, to: others.count, by: options.microbatchSize) {
      let rows = Array(others[start..<min(start + options.microbatchSize, others.count)])
      let own = try withoutGradient {
        try trajectories(rows.map { training.samples[$0] }, of: policy).sums.doubles()
      }
      sum += zip(own, rows).reduce(0) { $0 + $1.0 - references.training[$1.1] }
    }
    return max(0, sum / Double(others.count))
  }

  /// Writes what is needed to go on from here, apart from the policy, into `directory`.
  public func save(to directory: URL) throws {
    try optimizer.save(to: directory.appending(path: "optimizer.safetensors"))
    try TrainerState.write(
      DirectPreferenceState(
        step: step, skips: skips,
        references: references.map { [$0.training, $0.heldOut] }),
      to: directory)
  }

  /// Goes on from what ``save(to:)`` wrote.
  public func restore(from directory: URL) throws {
    let state = try TrainerState.read(DirectPreferenceState.self, from: directory)
    if let kept = state.references {
      guard kept.map(\.count) == [training.samples.count, heldOut.samples.count] else {
        throw RLHFError(
          .incompatibleModel,
          "The checkpoint was made with \(kept.map(\.count)) artifacts for training and held out; there are \([training.samples.count, heldOut.samples.count]) now. Preferences were added since; start a new run."
        )
      }
      references = (kept[0], kept[1])
    }
    try optimizer.load(from: directory.appending(path: "optimizer.safetensors"))
    (step, skips) = (state.step, state.skips)
  }
}

private struct DirectPreferenceState: Codable {
  var step: Int
  var skips: SkippedUpdates
  /// The log-probabilities under the reference, of training and held out.
  var references: [[Double]]?
}
