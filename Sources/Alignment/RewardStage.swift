import FeedbackStore
public import Foundation
public import PreferenceLearning
public import RLHFCore
public import RLHFPlugin

/// How a simple rule does on the held-out pairs.
public struct BaselineResult: Sendable, Codable {
  /// The rule.
  public var name: String
  /// Whether the reward model must do at least as well.
  public var isReference: Bool
  /// How the rule does.
  public var accuracy: Double
  /// The 95 % interval of the accuracy.
  public var interval: Interval
}

/// What is known of a reward model after training: `evaluation.json` of the run.
public struct RewardReport: Sendable, Codable {
  /// The number of training pairs.
  public var trainingPairs: Int
  /// The number of rankings trained on; `nil` in reports from before there were any.
  public var trainingRankings: Int?
  /// The number of ratings trained on; `nil` in reports from before there were any.
  public var trainingRatings: Int?
  /// How well the scores predict the held-out pairs; `nil` without held-out pairs.
  public var heldOut: RewardEvaluation?
  /// The same by criterion, where there are several.
  public var criteria: [String: RewardEvaluation]?
  /// The rank correlation (Spearman) of the scores with held-out ratings, by criterion.
  public var ratingCorrelations: [String: Double]?
  /// The simple rules beside it.
  public var baselines: [BaselineResult]
  /// What a person should know of the figures.
  public var remarks: [String]
}

/// Reward modelling on the project's pairs, rankings and ratings.
public struct RewardStage<D: Domain> {
  private let project: Project<D>
  private let observer: StageObserver

  /// Creates the stage.
  public init(project: Project<D>, observer: StageObserver = StageObserver()) {
    self.project = project
    self.observer = observer
  }

  /// Trains a reward model in a new run folder; its encoder may begin from the policy in the model directory `policy`.
  public func start(in run: RunFolder, policy: URL? = nil) throws -> RewardReport {
    let trainer = try makeTrainer(project.trainingOpinions(), policy: policy)
    var inputs: [String: String] = [:]
    inputs["policy"] = policy?.path
    let session = try RunSession(
      starting: .reward, in: run, settings: project.settings, inputs: inputs)
    return try train(trainer, session)
  }

  /// Goes on with an unfinished run.
  public func resume(_ run: RunFolder) throws -> RewardReport {
    let session = try RunSession(resuming: .reward, in: run, settings: project.settings)
    let trainer = try makeTrainer(
      project.trainingOpinions(),
      policy: session.state.inputs["policy"].map { URL(filePath: $0) })
    if let checkpoint = session.checkpoint { try trainer.restore(from: checkpoint) }
    return try train(trainer, session)
  }

  /// Fits a reward model to `preferences` outside of a run of its own, as the rounds of optimisation do.
  func fit(
    _ preferences: Preferences<D.Prompt, D.Artifact>, policy: URL?
  ) throws -> TrainableRewardModel<D.DomainEncoder> {
    let trainer = try makeTrainer(preferences, policy: policy)
    while !trainer.isFinished {
      _ = try trainer.trainEpoch { update in showProgress(trainer, update: update, loss: nil) }
    }
    try trainer.finish()
    return trainer.model
  }

  /// Evaluates a model, and the domain's simple rules, on held-out pairs.
  public func evaluate(_ model: TrainableRewardModel<D.DomainEncoder>) throws -> RewardReport {
    let trained = try project.trainingOpinions()
    let training = trained.pairs + trained.rankings.flatMap(\.pairs)
    let kept = try project.opinions(.heldOut).judged(by: model.criteria)
    let heldOut = (kept.pairs + kept.rankings.flatMap(\.pairs)).filter { !$0.isTie }
    var report = RewardReport(
      trainingPairs: trained.pairs.count, trainingRankings: trained.rankings.count,
      trainingRatings: trained.ratings.count, heldOut: nil, baselines: [], remarks: [])
    report.ratingCorrelations = try correlations(of: model, with: kept.ratings)
    for (criterion, value) in (report.ratingCorrelations ?? [:]).sorted(by: { $0.key < $1.key }) {
      let count = kept.ratings.count { $0.criterion == criterion }
      report.remarks.append(
        "Scores and \(count) held-out ratings of '\(criterion)' have a rank correlation of \((value * 1000).rounded() / 1000)."
      )
    }
    guard !heldOut.isEmpty else {
      report.remarks.append(
        "There are no held-out pairs: how well the model predicts is not known.")
      return report
    }
    let evaluation = try RewardEvaluation(of: heldOut) { samples in
      try model.scores(of: samples)
    }
    report.heldOut = evaluation
    if model.criteria.count > 1 {
      let groups = Dictionary(grouping: heldOut, by: \.criterion)
      report.criteria = try groups.mapValues { pairs in
        try RewardEvaluation(of: pairs) { try model.scores(of: $0) }
      }
    }
    for baseline in project.domain.baselines {
      let score = try baseline.fit(training)
      let result = RewardEvaluation(of: heldOut) { $0.map(score) }
      report.baselines.append(
        BaselineResult(
          name: baseline.name, isReference: baseline.isReference, accuracy: result.accuracy,
          interval: result.interval))
      if baseline.isReference, evaluation.accuracy < result.accuracy {
        report.remarks.append(
          "The reward model (\(percent(evaluation.accuracy))) does not match the rule '\(baseline.name)' (\(percent(result.accuracy))) on the held-out pairs."
        )
      }
    }
    if evaluation.interval.contains(0.5) {
      report.remarks.append(
        "The 95 % interval of the accuracy includes 50 %: the model may know nothing of these preferences."
      )
    }
    return report
  }

  /// How the scores go with ratings, by criterion; `nil` without ratings.
  private func correlations(
    of model: TrainableRewardModel<D.DomainEncoder>,
    with ratings: [Rating<D.Prompt, D.Artifact>]
  ) throws -> [String: Double]? {
    guard !ratings.isEmpty else { return nil }
    let groups = Dictionary(grouping: ratings, by: \.criterion)
    return try groups.compactMapValues { ratings in
      let scores = try model.scores(
        of: ratings.map { Sample(prompt: $0.prompt, artifact: $0.artifact) })
      let correlation = Statistics.spearmanCorrelation(
        zip(ratings, scores).map { $1.byCriterion[$0.criterion] ?? $1.total },
        ratings.map { $0.scale.position(of: $0.value) })
      return correlation.isFinite ? correlation : nil
    }
  }

  private func makeTrainer(
    _ preferences: Preferences<D.Prompt, D.Artifact>, policy: URL?
  ) throws -> RewardTrainer<D.DomainEncoder> {
    let seed = project.settings.seed.derived("reward")
    // An encoder that looks at preferences must not see those that choose the best epoch.
    let seen = RewardTrainer<D.DomainEncoder>.split(
      preferences, options: project.settings.reward, seed: seed
    ).training
    let corpus = Corpus(
      demonstrations: seen.ratings.map { Sample(prompt: $0.prompt, artifact: $0.artifact) },
      preferences: seen.pairs + seen.rankings.flatMap(\.pairs))
    let encoder = try project.domain.makeEncoder(
      for: corpus, policy: policy.map(project.domain.loadPolicy(from:)),
      seed: seed.derived("encoder"))
    let model = TrainableRewardModel(
      encoder: encoder,
      criteria: try project.settings.reward.weighted(D.descriptor.criteria(of: preferences)),
      members: project.settings.reward.members, seed: seed)
    return try RewardTrainer(
      model: model, preferences: preferences, options: project.settings.reward, seed: seed)
  }

  private func train(
    _ trainer: RewardTrainer<D.DomainEncoder>, _ session: RunSession
  ) throws -> RewardReport {
    var lastLoss: Double?
    while !trainer.isFinished {
      let metrics = try trainer.trainEpoch { update in
        showProgress(trainer, update: update, loss: lastLoss)
      }
      lastLoss = metrics["reward/validationLoss"] ?? metrics["reward/loss"]
      try session.record(step: trainer.epoch, metrics)
      try session.writeCheckpoint(step: trainer.epoch) { try trainer.save(to: $0) }
      if observer.shouldStop(), !trainer.isFinished {
        try session.interrupt()
        throw RLHFError.stopped(session.run)
      }
    }
    try trainer.finish()
    let report = try evaluate(trainer.model)
    var summary = ["epochs": Double(trainer.epoch), "trainingPairs": Double(report.trainingPairs)]
    if let heldOut = report.heldOut {
      summary["accuracy"] = heldOut.accuracy
      summary["heldOutPairs"] = Double(heldOut.count)
    }
    try AtomicFile.write(
      JSONValue(encoding: report).description,
      to: session.run.evaluation)
    try session.finish(summary: summary) { folder in
      try RewardModelFiles.save(trainer.model, of: project.domain, to: folder)
    }
    return report
  }

  private func showProgress(_ trainer: RewardTrainer<D.DomainEncoder>, update: Int, loss: Double?) {
    observer.progress(
      StageProgress(
        "Reward model", trainer.epoch * trainer.updatesPerEpoch + update,
        of: trainer.options.epochs * trainer.updatesPerEpoch, unit: "updates",
        figures: loss.map { [(name: "validation loss", value: $0)] } ?? []))
  }
}

/// A fraction as a percentage with one decimal.
func percent(_ fraction: Double) -> String {
  let tenths = (fraction * 1000).rounded() / 10
  return "\(tenths) %"
}
