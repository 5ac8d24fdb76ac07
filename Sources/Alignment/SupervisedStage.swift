import FeedbackStore
public import Foundation
import PolicyOptimization
import RLHFCore
public import RLHFPlugin

/// Supervised fine-tuning of a policy on the project's demonstrations.
public struct SupervisedStage<D: Domain> {
  private let project: Project<D>
  private let observer: StageObserver

  /// Creates the stage.
  public init(project: Project<D>, observer: StageObserver = StageObserver()) {
    self.project = project
    self.observer = observer
  }

  /// Trains from the model in `base`, or from scratch where it is `nil`, in a new run folder.
  public func start(in run: RunFolder, base: URL? = nil) throws {
    let corpus = try project.corpus()
    let policy =
      try base.map(project.domain.loadPolicy(from:))
      ?? project.domain.makePolicy(for: corpus, seed: project.settings.seed.derived("policy"))
    let trainer = try makeTrainer(policy, corpus)
    let session = try RunSession(
      starting: .sft, in: run, settings: project.settings,
      inputs: ["policy": base?.path ?? "scratch"])
    try checkpoint(trainer, session)
    try project.keepSamples(of: policy, step: 0, in: run)
    try train(trainer, session)
  }

  /// Goes on with an unfinished run.
  public func resume(_ run: RunFolder) throws {
    let session = try RunSession(resuming: .sft, in: run, settings: project.settings)
    guard let checkpoint = session.checkpoint else {
      throw RLHFError(.notFound, "\(run.name) has no checkpoint yet; start it anew.")
    }
    let policy = try project.domain.loadPolicy(from: checkpoint.appending(path: "model"))
    let trainer = try makeTrainer(policy, project.corpus())
    try trainer.restore(from: checkpoint)
    try train(trainer, session)
  }

  private func makeTrainer(
    _ policy: D.DomainPolicy, _ corpus: Corpus<D.Prompt, D.Artifact>
  ) throws -> SupervisedTrainer<D.DomainPolicy> {
    try SupervisedTrainer(
      policy: policy, demonstrations: corpus.demonstrations, options: project.settings.sft,
      seed: project.settings.seed.derived("sft"))
  }

  private func checkpoint(
    _ trainer: SupervisedTrainer<D.DomainPolicy>, _ session: RunSession
  ) throws {
    try session.writeCheckpoint(step: trainer.step) { folder in
      try trainer.save(to: folder)
      try savePolicy(trainer.policy, to: folder.appending(path: "model"))
    }
  }

  private func savePolicy(_ policy: D.DomainPolicy, to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try project.domain.savePolicy(policy, to: folder)
  }

  private func train(
    _ trainer: SupervisedTrainer<D.DomainPolicy>, _ session: RunSession
  ) throws {
    let heldOut = try project.demonstrations(.heldOut)
    var heldOutLoss: Double?
    while trainer.step < trainer.totalSteps {
      var metrics = try trainer.update()
      let isLast = trainer.step == trainer.totalSteps
      let isEvaluated = trainer.step.isMultiple(of: trainer.options.evaluationInterval) || isLast
      if isEvaluated, !heldOut.isEmpty {
        let loss = try trainer.evaluate(on: heldOut)
        metrics["sft/heldOutLoss"] = loss
        heldOutLoss = loss
      }
      try session.record(step: trainer.step, metrics)
      var figures = [(name: "loss", value: metrics["sft/loss"] ?? .nan)]
      if let heldOutLoss { figures.append((name: "held-out", value: heldOutLoss)) }
      observer.progress(
        StageProgress(
          "Fine-tuning", trainer.step, of: trainer.totalSteps, unit: "steps", figures: figures))
      let stops = observer.shouldStop() && !isLast
      let isDue = trainer.step.isMultiple(of: trainer.options.checkpointInterval)
      if isDue || stops { try checkpoint(trainer, session) }
      if stops {
        try session.interrupt()
        throw RLHFError.stopped(session.run)
      }
    }
    var summary = ["steps": Double(trainer.totalSteps)]
    summary["heldOutLoss"] = heldOutLoss
    try trainer.withAverage { policy in
      try project.keepSamples(of: policy, step: trainer.step, in: session.run)
      try session.finish(summary: summary) { folder in
        try project.domain.savePolicy(policy, to: folder)
      }
    }
  }
}
