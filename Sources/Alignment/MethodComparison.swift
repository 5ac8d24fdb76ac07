public import Foundation
import PolicyOptimization
import PreferenceLearning
public import RLHFCore
public import RLHFPlugin
import Tracking

/// What a method came to with one seed.
public struct MethodResult: Sendable, Codable {
  /// The method.
  public var method: String
  /// The seed of training.
  public var seed: Seed
  /// The name of the run.
  public var run: String
  /// The mean gold score of what the policy makes of held-out prompts.
  public var score: Double
  /// How much higher that is than the score of the policy it started from, on average.
  public var gain: Double
  /// The 95 % interval of the gain, over prompts.
  public var interval: Interval
  /// The divergence from the policy it started from, in nats per sample.
  public var divergence: Double
  /// The means of the domain's figures.
  public var measurements: [String: Double]
}

/// What a method came to over all seeds.
public struct MethodSummary: Sendable, Codable {
  /// The method.
  public var method: String
  /// The mean gain of the gold score.
  public var gain: Double
  /// The 95 % interval of the mean gain, over prompts: each prompt's gain is the mean over seeds.
  public var interval: Interval
  /// The results by seed.
  public var results: [MethodResult]

  /// The mean divergence from the policy that training started from, in nats per sample.
  public var divergence: Double { Statistics.mean(results.map(\.divergence)) }
}

/// Methods side by side: `evaluation.json` of the run.
public struct MethodReport: Sendable, Codable {
  /// The mean gold score of the policy that all of them started from.
  public var baseline: Double
  /// The number of samples for each figure.
  public var count: Int
  /// The methods, in the order they were named.
  public var methods: [MethodSummary]
}

/// Trains a policy by several methods, with several seeds each, and measures all by a gold reward model that none of them
/// saw.
public struct MethodComparison<D: Domain> {
  /// What is compared.
  public struct Plan: Sendable {
    /// The methods.
    public var methods: [TrainingMethod]
    /// The number of seeds: the project's and those that follow it.
    public var seeds: Int
    /// The model directory of the policy that all start from.
    public var base: URL
    /// The reward model that methods of policy optimisation train against.
    public var reward: URL
    /// The reward model that measures.
    public var gold: URL

    /// Creates a plan.
    public init(methods: [TrainingMethod], seeds: Int, base: URL, reward: URL, gold: URL) {
      self.methods = methods
      self.seeds = seeds
      self.base = base
      self.reward = reward
      self.gold = gold
    }
  }

  private let project: Project<D>
  private let observer: StageObserver

  /// Creates the comparison.
  public init(project: Project<D>, observer: StageObserver = StageObserver()) {
    self.project = project
    self.observer = observer
  }

  /// Trains and measures, in a run folder and one for each method and seed.
  ///
  /// What is finished already is not trained again: after an interruption, start the comparison anew with the same
  /// folder.
  public func run(_ plan: Plan, in run: RunFolder) async throws -> MethodReport {
    guard !plan.methods.isEmpty, plan.seeds > 0 else {
      throw RLHFError(
        .usage,
        "There are \(plan.methods.count) methods and \(plan.seeds) seeds; expected at least one of each."
      )
    }
    guard Set(plan.methods).count == plan.methods.count else {
      throw RLHFError(.usage, "A method is named twice; name each once.")
    }
    let session = try session(plan, in: run)
    var baseline = Double.nan
    var count = 0
    var methods: [MethodSummary] = []
    for method in plan.methods {
      var results: [MethodResult] = []
      var gains: [[Double]] = []
      for index in 0..<plan.seeds {
        let seed = Seed(project.settings.seed.value &+ UInt64(index))
        let own = try prepared(for: method, seed: seed)
        let folder = RunFolder(
          url: run.url.deletingLastPathComponent()
            .appending(path: "\(run.name)-\(method.name)-\(seed.value)"))
        observer.note("\(method.name), seed \(seed.value): \(folder.name)")
        try await train(method, own, plan, in: folder)
        // The same prompts and seeds of sampling for all: differences are those of the policies.
        let found = try await EvaluationStage(project: project, observer: observer).compare(
          policy: folder.model, baseline: plan.base, reward: plan.gold)
        baseline = found.report.scores["baseline"] ?? .nan
        count = found.report.count
        gains.append(found.gains)
        results.append(
          MethodResult(
            method: method.name, seed: seed, run: folder.name,
            score: found.report.scores["policy"] ?? .nan, gain: found.report.scoreGain ?? .nan,
            interval: found.report.scoreGainInterval
              ?? Interval(lower: .nan, upper: .nan, confidence: 0.95),
            divergence: found.report.divergence,
            measurements: found.report.measurements.compactMapValues(\.last)))
      }
      let means = (0..<count).map { prompt in Statistics.mean(gains.map { $0[prompt] }) }
      let summary = MethodSummary(
        method: method.name, gain: Statistics.mean(means),
        interval: Statistics.bootstrapInterval(
          of: means, seed: project.settings.seed.derived("gain")), results: results)
      methods.append(summary)
      try session.record(
        step: methods.count,
        [
          "compare/\(method.name)/gain": summary.gain,
          "compare/\(method.name)/kl": summary.divergence,
        ])
    }
    let report = MethodReport(baseline: baseline, count: count, methods: methods)
    try AtomicFile.write(JSONValue(encoding: report).description, to: run.evaluation)
    try session.finish(
      summary: Dictionary(uniqueKeysWithValues: methods.map { ("gain of \($0.method)", $0.gain) }))
    return report
  }

  private func session(_ plan: Plan, in run: RunFolder) throws -> RunSession {
    let inputs = [
      "policy": plan.base.path, "reward": plan.reward.path, "gold": plan.gold.path,
      "methods": plan.methods.map(\.name).joined(separator: ","), "seeds": "\(plan.seeds)",
    ]
    guard FileManager.default.fileExists(atPath: run.url.path) else {
      return try RunSession(
        starting: .compare, in: run, settings: project.settings, inputs: inputs)
    }
    let session = try RunSession(resuming: .compare, in: run, settings: project.settings)
    guard session.state.inputs == inputs else {
      throw RLHFError(
        .usage,
        "\(run.name) compares something else; go on with its own methods, seeds and models, or choose another --run name."
      )
    }
    return session
  }

  private func prepared(for method: TrainingMethod, seed: Seed) throws -> Project<D> {
    try project.with { settings in
      settings.seed = seed
      // What measures must not choose: each run ends with its last policy.
      settings.ppo.guards.keepsBest = false
      switch method {
      case .optimisation(let algorithm): settings.ppo.algorithm = algorithm
      case .direct(let loss): settings.dpo.loss = loss
      }
    }
  }

  private func train(
    _ method: TrainingMethod, _ project: Project<D>, _ plan: Plan, in run: RunFolder
  ) async throws {
    let status = FileManager.default.fileExists(atPath: run.url.path) ? try run.state().status : nil
    if status == .finished { return }
    // Without a checkpoint there is nothing to go on from.
    let resumes = status != nil && !run.checkpointSteps().isEmpty
    if status != nil, !resumes { try FileManager.default.removeItem(at: run.url) }
    switch method {
    case .optimisation:
      let stage = PolicyStage(project: project, observer: observer)
      if resumes {
        try await stage.resume(run)
      } else {
        try await stage.start(in: run, base: plan.base, reward: plan.reward, gold: plan.gold)
      }
    case .direct:
      let stage = DirectPreferenceStage(project: project, observer: observer)
      if resumes { try stage.resume(run) } else { try stage.start(in: run, base: plan.base) }
    }
  }
}
