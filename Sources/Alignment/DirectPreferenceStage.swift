import FeedbackStore
public import Foundation
import NeuralNetworks
import PreferenceLearning
import RLHFCore
public import RLHFPlugin

/// Learning from the project's preferences directly, without a reward model.
public struct DirectPreferenceStage<D: Domain> {
  private typealias Trainer = DirectPreferenceTrainer<D.DomainPolicy>

  private let project: Project<D>
  private let observer: StageObserver
  private var options: DirectPreferenceOptions { project.settings.dpo }

  /// Creates the stage.
  public init(project: Project<D>, observer: StageObserver = StageObserver()) {
    self.project = project
    self.observer = observer
  }

  /// Trains from the policy in `base`, which is also the reference, in a new run folder.
  public func start(in run: RunFolder, base: URL) throws {
    let policy = try project.domain.loadPolicy(from: base)
    let trainer = try makeTrainer(policy)
    let session = try RunSession(
      starting: .dpo, in: run, settings: project.settings, inputs: ["policy": base.path])
    let reference = try makeReference(for: trainer, base: base)
    if let reference, trainer.wantsReference { try cache(reference, in: trainer) }
    try checkpoint(trainer, session)
    try project.keepSamples(of: policy, step: 0, in: run)
    try train(trainer, session, reference: reference)
  }

  /// Goes on with an unfinished run.
  public func resume(_ run: RunFolder) throws {
    let session = try RunSession(resuming: .dpo, in: run, settings: project.settings)
    guard let checkpoint = session.checkpoint, let base = session.state.inputs["policy"] else {
      throw RLHFError(.notFound, "\(run.name) has no checkpoint yet; start it anew.")
    }
    let policy = try project.domain.loadPolicy(from: checkpoint.appending(path: "model"))
    let trainer = try makeTrainer(policy)
    try trainer.restore(from: checkpoint)
    let reference = try makeReference(for: trainer, base: URL(filePath: base))
    try train(trainer, session, reference: reference)
  }

  private func makeTrainer(_ policy: D.DomainPolicy) throws -> Trainer {
    try Trainer(
      policy: policy, preferences: project.trainingOpinions(), heldOut: project.opinions(.heldOut),
      options: options, seed: project.settings.seed.derived("dpo"))
  }

  /// The policy to stay near, as long as it is needed: to be evaluated once, and to measure how far training went.
  private func makeReference(
    for trainer: Trainer, base: URL
  ) throws -> D.DomainPolicy? {
    guard trainer.wantsReference || options.divergenceSamples > 0 else { return nil }
    return try project.reference(of: trainer.policy, in: base)
  }

  private func cache(_ reference: D.DomainPolicy, in trainer: Trainer) throws {
    try trainer.cacheReference(reference) { done in
      observer.progress(
        StageProgress("Reference", done, of: trainer.referenceCount, unit: "artifacts"))
      if observer.shouldStop() {
        throw RLHFError(.cancelled, "Stopped before the first update; start the run anew.")
      }
    }
  }

  private func checkpoint(_ trainer: Trainer, _ session: RunSession) throws {
    try session.writeCheckpoint(step: trainer.step) { folder in
      try trainer.save(to: folder)
      let model = folder.appending(path: "model")
      try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
      try project.domain.savePolicy(trainer.policy, to: model)
    }
  }

  private func train(
    _ trainer: Trainer, _ session: RunSession, reference: D.DomainPolicy?
  ) throws {
    let reference = options.divergenceSamples > 0 ? reference : nil
    var closing: [String: Double] = [:]
    while trainer.step < trainer.totalSteps {
      var metrics = try trainer.update()
      let isLast = trainer.step == trainer.totalSteps
      if trainer.step.isMultiple(of: options.evaluationInterval) || isLast {
        closing = try evaluate(trainer, reference: reference)
        metrics.merge(closing) { _, new in new }
      }
      try session.record(step: trainer.step, metrics)
      showProgress(trainer, metrics, closing)
      let stops = observer.shouldStop() && !isLast
      if trainer.step.isMultiple(of: options.checkpointInterval) || stops {
        try checkpoint(trainer, session)
      }
      if stops {
        try session.interrupt()
        throw RLHFError.stopped(session.run)
      }
    }
    var summary = ["steps": Double(trainer.totalSteps), "skipped": Double(trainer.skipped)]
    summary["heldOutAccuracy"] = closing["preference/heldOutAccuracy"]
    summary["heldOutMargin"] = closing["preference/heldOutMargin"]
    summary["kl"] = closing["objective/kl"]
    try project.keepSamples(of: trainer.policy, step: trainer.step, in: session.run)
    try session.finish(summary: summary) { folder in
      try project.domain.savePolicy(trainer.policy, to: folder)
    }
  }

  private func evaluate(
    _ trainer: Trainer, reference: D.DomainPolicy?
  ) throws -> [String: Double] {
    var metrics = try trainer.evaluateHeldOut()
    let prompts = try project.trainingPrompts()
    if let reference, !prompts.isEmpty {
      let seed = project.settings.seed.derived("dpo-divergence", trainer.step)
      let order = ShuffledBatches(
        count: prompts.count, batchSize: options.divergenceSamples, seed: seed)
      metrics["objective/kl"] = try trainer.divergence(
        from: reference, on: order.streamedBatch(0).map { prompts[$0] }, seed: seed)
    }
    return metrics
  }

  private func showProgress(
    _ trainer: Trainer, _ metrics: [String: Double], _ closing: [String: Double]
  ) {
    var figures = [(name: "loss", value: metrics["preference/loss"] ?? .nan)]
    if let margin = metrics["preference/margin"] { figures.append((name: "margin", value: margin)) }
    if let accuracy = closing["preference/heldOutAccuracy"] {
      figures.append((name: "held-out accuracy", value: accuracy))
    }
    observer.progress(
      StageProgress(
        "Preferences", trainer.step, of: trainer.totalSteps, unit: "steps", figures: figures))
  }
}
