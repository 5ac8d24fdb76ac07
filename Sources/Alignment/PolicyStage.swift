import FeedbackStore
public import Foundation
import NeuralNetworks
import PolicyOptimization
import PreferenceLearning
import RLHFCore
public import RLHFPlugin
import Tracking

/// Policy optimisation against the reward model, in rounds: the reward model is refitted to comparisons of the current
/// policy's own samples before each round but the first.
public struct PolicyStage<D: Domain> {
  private let project: Project<D>
  private let observer: StageObserver
  private var settings: ProjectSettings { project.settings }

  /// Creates the stage.
  public init(project: Project<D>, observer: StageObserver = StageObserver()) {
    self.project = project
    self.observer = observer
  }

  /// Optimises the policy in `base` against the reward model in `reward`, in a new run folder.
  ///
  /// The run's samples are scored along the way by the reward model in `gold`, where there is one: training does not see
  /// these scores, but `ppo.guards` may keep the best policy by them, or end the run.
  public func start(in run: RunFolder, base: URL, reward: URL, gold: URL? = nil) async throws {
    let policy = try project.domain.loadPolicy(from: base)
    let trainer = try makeTrainer(policy, base: base)
    let watch = try RunWatch(project, of: run, gold: gold, resumingFrom: nil)
    var inputs = ["policy": base.path, "reward": reward.path]
    inputs["gold"] = gold?.path
    let session = try RunSession(
      starting: .ppo, in: run, settings: settings, inputs: inputs)
    try checkpoint(trainer, watch, session)
    try project.keepSamples(of: policy, step: 0, in: run)
    try await optimise(trainer, watch, session, reward: reward)
  }

  /// Goes on with an unfinished run.
  public func resume(_ run: RunFolder) async throws {
    let session = try RunSession(resuming: .ppo, in: run, settings: settings)
    guard let checkpoint = session.checkpoint, let base = session.state.inputs["policy"],
      let reward = session.state.inputs["reward"]
    else {
      throw RLHFError(.notFound, "\(run.name) has no checkpoint yet; start it anew.")
    }
    let policy = try project.domain.loadPolicy(from: checkpoint.appending(path: "model"))
    let trainer = try makeTrainer(policy, base: URL(filePath: base))
    try trainer.restore(from: checkpoint)
    let watch = try RunWatch(
      project, of: run, gold: session.state.inputs["gold"].map { URL(filePath: $0) },
      resumingFrom: checkpoint)
    try await optimise(trainer, watch, session, reward: URL(filePath: reward))
  }

  private func makeTrainer(
    _ policy: D.DomainPolicy, base: URL
  ) throws -> PolicyTrainer<D.DomainPolicy> {
    PolicyTrainer(
      policy: policy, reference: try project.reference(of: policy, in: base), options: settings.ppo,
      seed: settings.seed.derived("ppo"), promptKey: project.domain.text(of:))
  }

  private func checkpoint(
    _ trainer: PolicyTrainer<D.DomainPolicy>, _ watch: RunWatch<D>, _ session: RunSession
  ) throws {
    try session.writeCheckpoint(step: trainer.iteration) { folder in
      try trainer.save(to: folder)
      try watch.save(to: folder)
      let model = folder.appending(path: "model")
      try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
      try project.domain.savePolicy(trainer.policy, to: model)
    }
  }

  private func optimise(
    _ trainer: PolicyTrainer<D.DomainPolicy>, _ watch: RunWatch<D>, _ session: RunSession,
    reward: URL
  ) async throws {
    let prompts = try project.trainingPrompts()
    guard !prompts.isEmpty else {
      throw RLHFError(
        .invalidData, "There are no prompts to train on. Import some with 'rlhf import'.")
    }
    let total = settings.ppo.iterations
    let rounds = RoundPlan(iterations: total, rounds: settings.rounds.count)
    var fitted: (round: Int, model: TrainableRewardModel<D.DomainEncoder>)?
    var closing: [String: Double] = [:]
    while trainer.iteration < total {
      let round = rounds.round(of: trainer.iteration)
      let model: TrainableRewardModel<D.DomainEncoder>
      if let fitted, fitted.round == round {
        model = fitted.model
      } else {
        // A round begins from its own checkpoint, so that its comparisons come again the same.
        if rounds.isStart(trainer.iteration) { try checkpoint(trainer, watch, session) }
        model = try await rewardModel(round, trainer, session, first: reward)
        fitted = (round, model)
      }
      let iteration = try await session.interruptedByFailure {
        try await trainer.iterate(over: prompts) {
          try model.scores(of: $0).map { $0.pessimistic(settings.reward.pessimism) }
        }
      }
      closing = iteration.metrics.merging(try measurements(iteration)) { _, new in new }
      closing["objective/round"] = Double(round)
      let reason = try trainer.withAverage {
        try watch.observe(iteration, step: trainer.iteration, policy: $0, metrics: &closing)
      }
      try session.record(step: trainer.iteration, closing)
      showSamples(iteration, session, isLast: trainer.iteration == total)
      observer.progress(
        StageProgress(
          settings.ppo.algorithm.title + (rounds.rounds > 1 ? " round \(round + 1)" : ""),
          trainer.iteration, of: total, unit: "iterations",
          figures: ["score", "kl", "length"].map { name in
            (name: name, value: closing["objective/\(name)"] ?? .nan)
          }))
      if let reason, trainer.iteration < total {
        observer.note("Training ends after iteration \(trainer.iteration): \(reason).")
        break
      }
      let stops = observer.shouldStop() && trainer.iteration < total
      let isDue = trainer.iteration.isMultiple(of: settings.ppo.checkpointInterval)
      if isDue || stops {
        try checkpoint(trainer, watch, session)
      }
      if stops {
        try session.interrupt()
        throw RLHFError.stopped(session.run)
      }
    }
    var summary = [
      "iterations": Double(trainer.iteration), "score": closing["objective/score"] ?? .nan,
      "kl": closing["objective/kl"] ?? .nan,
    ]
    summary["goldScore"] = closing["gold/score"]
    func finish(_ policy: D.DomainPolicy) throws {
      try project.keepSamples(of: policy, step: trainer.iteration, in: session.run)
      try session.finish(summary: summary) { folder in
        try project.domain.savePolicy(policy, to: folder)
      }
    }
    if let best = watch.best, best.step < trainer.iteration {
      summary["bestIteration"] = Double(best.step)
      summary["bestGoldScore"] = best.score
      try finish(project.domain.loadPolicy(from: best.folder))
    } else {
      try trainer.withAverage(finish)
    }
  }

  /// The reward model of a round: the given one at first, later one refitted to all comparisons so far.
  private func rewardModel(
    _ round: Int, _ trainer: PolicyTrainer<D.DomainPolicy>, _ session: RunSession, first: URL
  ) async throws -> TrainableRewardModel<D.DomainEncoder> {
    guard round > 0 else { return try RewardModelFiles.load(of: project.domain, from: first) }
    let folder = session.run.rewardModels.appending(path: "round-\(round)")
    if FileManager.default.fileExists(atPath: folder.path) {
      return try RewardModelFiles.load(of: project.domain, from: folder)
    }
    guard let rater = try project.domain.makeScriptedRater() else {
      throw RLHFError(
        .invalidConfiguration,
        "rounds.rater is 'scripted', but \(D.descriptor.id) has no scripted rater. Set rounds.count to 1."
      )
    }
    try await ComparisonStage(project: project, observer: observer).run(
      policy: trainer.policy, count: settings.rounds.comparisons, rater: rater,
      origin: session.run.name, round: round, seed: settings.seed.derived("round", round))
    let model = try RewardStage(project: project, observer: observer).fit(
      project.trainingOpinions(), policy: session.state.inputs["policy"].map { URL(filePath: $0) })
    try FileManager.default.createDirectory(
      at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.writeFolder(at: folder) { temporary in
      try RewardModelFiles.save(model, of: project.domain, to: temporary)
    }
    return model
  }

  /// The means of the domain's own figures over an iteration's samples.
  private func measurements(
    _ iteration: PolicyIteration<D.Prompt, D.Artifact>
  ) throws -> [String: Double] {
    var sums = try project.domain.measurements(ofAll: iteration.samples)
      .reduce(into: [String: Double]()) { $0["samples/\($1.key)"] = $1.value }
    for sample in iteration.samples {
      for (name, value) in project.domain.measurements(of: sample) {
        sums["samples/\(name)", default: 0] += value / Double(iteration.samples.count)
      }
    }
    return sums
  }

  private func showSamples(
    _ iteration: PolicyIteration<D.Prompt, D.Artifact>, _ session: RunSession, isLast: Bool
  ) {
    guard isLast || (iteration.index + 1).isMultiple(of: settings.ppo.checkpointInterval) else {
      return
    }
    let text = zip(iteration.samples, iteration.scores).prefix(4).map { sample, score in
      "**\(project.domain.text(of: sample.prompt))**\n\n\(project.domain.text(of: sample.artifact))\n\n*\(score)*"
    }.joined(separator: "\n\n---\n\n")
    // Samples in TensorBoard are a convenience: a full disk shows at the next checkpoint.
    try? session.tracker.text("samples", text, step: iteration.index + 1)
  }
}

/// Which round each iteration belongs to; rounds differ by at most one iteration in length.
struct RoundPlan {
  let iterations: Int
  let rounds: Int

  func round(of iteration: Int) -> Int { iteration * rounds / iterations }

  func isStart(_ iteration: Int) -> Bool {
    iteration == 0 || round(of: iteration) != round(of: iteration - 1)
  }
}
