import FeedbackStore
public import Foundation
import PolicyOptimization
import PreferenceLearning
public import RLHFCore
public import RLHFPlugin
import Torch

/// One prompt with what the policy and the one it is compared with make of it.
public struct ComparedSample: Sendable, Codable {
  /// The prompt, in words.
  public var prompt: String
  /// What the baseline makes of it.
  public var baseline: String
  /// What the policy makes of it.
  public var policy: String
  /// The reward model's scores of both.
  public var scores: [Double]
  /// Whom the judge prefers, as `policy`, `baseline` or `tie`; `nil` without a judge.
  public var preferred: String?
  /// The files that baseline and policy made, in that order, where artifacts are files.
  public var files: [FileContent]?
}

/// How a policy compares with another on held-out prompts: `evaluation.json` of the run.
public struct PolicyReport: Sendable, Codable {
  /// The number of samples of each.
  public var count: Int
  /// The mean scores of baseline and policy, where there is a reward model.
  public var scores: [String: Double]
  /// How much higher the policy scores than the baseline, on average over prompts; `nil` without a reward model.
  public var scoreGain: Double?
  /// The 95 % interval of the gain.
  public var scoreGainInterval: Interval?
  /// The policy's mean divergence from the baseline, in nats per sample.
  public var divergence: Double
  /// The judge's verdicts; `nil` without a judge.
  public var winRate: WinRate?
  /// The 95 % interval of the win rate.
  public var interval: Interval?
  /// The win rate at equal lengths; `nil` without a judge, or where the domain does not say what length is.
  public var lengthControlled: LengthControlledWinRate?
  /// Who judged.
  public var judge: String?
  /// The means of the domain's figures, by name, of baseline and policy.
  public var measurements: [String: [Double]]
  /// Samples side by side.
  public var samples: [ComparedSample]

  /// The figures that sum the comparison up, by name.
  var figures: [String: Double] {
    var figures = ["prompts": Double(count), "kl": divergence]
    figures["winRate"] = winRate?.rate
    figures["lengthControlledWinRate"] = lengthControlled?.rate
    figures["scoreBefore"] = scores["baseline"]
    figures["scoreAfter"] = scores["policy"]
    return figures
  }
}

/// Compares a policy with the one it started from on held-out prompts.
public struct EvaluationStage<D: Domain> {
  private let project: Project<D>
  private let observer: StageObserver

  /// Creates the stage.
  public init(project: Project<D>, observer: StageObserver = StageObserver()) {
    self.project = project
    self.observer = observer
  }

  /// Samples from both policies, scores and judges, and keeps the result in a new run folder.
  ///
  /// - Parameters:
  ///   - run: The folder of the run.
  ///   - policy: The model directory of the policy.
  ///   - baseline: The model directory of the policy to compare with.
  ///   - reward: The directory of a reward model, if scores are wanted.
  /// - Returns: How the two compare.
  /// - Throws: ``RLHFError`` where there are no held-out prompts, or a model cannot be read.
  public func start(
    in run: RunFolder, policy: URL, baseline: URL, reward: URL?
  ) async throws -> PolicyReport {
    var inputs = ["policy": policy.path, "baseline": baseline.path]
    inputs["reward"] = reward?.path
    let report = try await compare(policy: policy, baseline: baseline, reward: reward).report
    let session = try RunSession(
      starting: .evaluate, in: run, settings: project.settings, inputs: inputs)
    // Files are kept beside, so that what is printed refers to them.
    let kept = try JSONValue(encoding: report, files: run.sampleFiles)
    try AtomicFile.write(kept.description, to: run.evaluation)
    let named = report.figures.map { ("evaluation/\($0.key)", $0.value) }
    try session.record(step: 1, Dictionary(uniqueKeysWithValues: named))
    try session.finish(summary: report.figures)
    return try kept.decoded()
  }

  /// How the policies compare, and how much higher the policy scores for each prompt; no gains without a reward model.
  func compare(
    policy: URL, baseline: URL, reward: URL?
  ) async throws -> (report: PolicyReport, gains: [Double]) {
    let prompts = try heldOutPrompts()
    let trained = try project.domain.loadPolicy(from: policy)
    let start = try project.domain.loadPolicy(from: baseline)
    let seed = project.settings.seed.derived("evaluation")
    let batches = ShuffledBatches.inOrder(prompts, size: project.settings.ppo.batchSize)
    var after: [D.Artifact] = []
    var before: [D.Artifact] = []
    var divergences: [Double] = []
    for (index, batch) in batches.enumerated() {
      let rollout = try trained.sample(batch, seed: seed.derived("policy", index))
      after += try trained.artifacts(of: rollout)
      before += try start.artifacts(
        of: start.sample(batch, seed: seed.derived("baseline", index)))
      divergences += try divergence(of: rollout, from: start, under: trained)
      observer.progress(
        StageProgress("Evaluating", after.count, of: prompts.count, unit: "prompts"))
    }
    func samples(_ artifacts: [D.Artifact]) -> [Sample<D.Prompt, D.Artifact>] {
      zip(prompts, artifacts).map { Sample(prompt: $0, artifact: $1) }
    }
    let (samplesBefore, samplesAfter) = (samples(before), samples(after))
    let model = try reward.map { try RewardModelFiles.load(of: project.domain, from: $0) }
    let scoresBefore = try model?.scores(of: samplesBefore).map(\.total)
    let scoresAfter = try model?.scores(of: samplesAfter).map(\.total)
    let judge = try project.domain.makeHeldOutJudge()
    var verdicts: [Verdict]?
    if let judge {
      verdicts = try await preferences(
        of: judge, before: samplesBefore, after: samplesAfter, seed: seed)
    }
    let judged = verdicts.map(WinRate.init(of:))
    let winRate = (judged?.count ?? 0) > 0 ? judged : nil
    var scores: [String: Double] = [:]
    scores["baseline"] = scoresBefore.map(Statistics.mean)
    scores["policy"] = scoresAfter.map(Statistics.mean)
    let gains = zip(scoresAfter ?? [], scoresBefore ?? []).map { $0 - $1 }
    let report = PolicyReport(
      count: prompts.count, scores: scores,
      scoreGain: gains.isEmpty ? nil : Statistics.mean(gains),
      scoreGainInterval: gains.isEmpty
        ? nil : Statistics.bootstrapInterval(of: gains, seed: seed.derived("gain")),
      divergence: Statistics.mean(divergences),
      winRate: winRate, interval: winRate?.interval(),
      lengthControlled: verdicts.flatMap {
        lengthControlled($0, before: samplesBefore, after: samplesAfter)
      }, judge: judge?.id,
      measurements: try measurements(before: samplesBefore, after: samplesAfter),
      samples: try prompts.indices.prefix(project.settings.evaluation.shown).map { index in
        ComparedSample(
          prompt: project.domain.text(of: prompts[index]),
          baseline: project.domain.text(of: before[index]),
          policy: project.domain.text(of: after[index]),
          scores: [scoresBefore?[index], scoresAfter?[index]].compactMap { $0 },
          preferred: verdicts.map { Self.name(of: $0[index]) },
          files: try project.domain.files(of: [before[index], after[index]]))
      })
    return (report, gains)
  }

  private func heldOutPrompts() throws -> [D.Prompt] {
    let all = try project.prompts(.heldOut)
    guard !all.isEmpty else {
      throw RLHFError(
        .invalidData,
        "There are no held-out prompts to evaluate on. Import some with 'rlhf import --split heldout'."
      )
    }
    let settings = project.settings.evaluation
    let order = ShuffledBatches(
      count: all.count, batchSize: 1, seed: project.settings.seed.derived("evaluation-prompts"))
    return order.order(ofEpoch: 0).prefix(settings.prompts).flatMap { index in
      Array(repeating: all[index], count: settings.samplesPerPrompt)
    }
  }

  private func divergence(
    of rollout: Rollout, from baseline: D.DomainPolicy, under policy: D.DomainPolicy
  ) throws -> [Double] {
    try withoutGradient {
      let own = try policy.evaluate(rollout, .logProbabilities).logProbabilities
      let other = try baseline.evaluate(rollout, .logProbabilities).logProbabilities
      return KLEstimator.k1(own, reference: other).sum(dim: 1).doubles()
    }
  }

  /// Verdicts in which `first` is the policy.
  ///
  /// Each pair is asked in both orders: opposite answers make a tie, and a tie in one order leaves
  /// the word to the other.
  private func preferences(
    of judge: any Rater<D.Prompt, D.Artifact>, before: [Sample<D.Prompt, D.Artifact>],
    after: [Sample<D.Prompt, D.Artifact>], seed: Seed
  ) async throws -> [Verdict] {
    let forward = zip(after, before).map {
      Comparison(prompt: $0.prompt, first: $0.artifact, second: $1.artifact)
    }
    let backward = forward.map {
      Comparison(prompt: $0.prompt, first: $0.second, second: $0.first)
    }
    let one = try await judge.judge(forward, seed: seed.derived("judge"))
    let two = try await judge.judge(backward, seed: seed.derived("judge-swapped"))
    return zip(one, two).map { first, second in
      switch (first.verdict, second.verdict) {
      case (.skip, .skip): .skip
      case (.first, .second), (.first, .tie), (.tie, .second): .first
      case (.second, .first), (.second, .tie), (.tie, .first): .second
      default: .tie
      }
    }
  }

  /// The win rate at equal lengths, by the domain's own measure of length.
  private func lengthControlled(
    _ verdicts: [Verdict], before: [Sample<D.Prompt, D.Artifact>],
    after: [Sample<D.Prompt, D.Artifact>]
  ) -> LengthControlledWinRate? {
    guard let name = project.domain.lengthMeasurement else { return nil }
    var (differences, preferred): ([Double], [Double]) = ([], [])
    for (index, verdict) in verdicts.enumerated() where verdict != .skip {
      guard let length = project.domain.measurements(of: after[index])[name],
        let other = project.domain.measurements(of: before[index])[name]
      else { continue }
      differences.append(length - other)
      preferred.append(verdict == .first ? 1 : verdict == .second ? 0 : 0.5)
    }
    guard !differences.isEmpty else { return nil }
    return LengthControlledWinRate(lengthDifferences: differences, preferred: preferred)
  }

  private func measurements(
    before: [Sample<D.Prompt, D.Artifact>], after: [Sample<D.Prompt, D.Artifact>]
  ) throws -> [String: [Double]] {
    let all = try [before, after].map(project.domain.measurements(ofAll:))
    var result = all[0].reduce(into: [String: [Double]]()) { result, figure in
      if let other = all[1][figure.key] { result[figure.key] = [figure.value, other] }
    }
    let values = [before, after].map { $0.map(project.domain.measurements(of:)) }
    for name in Set(values.flatMap { $0.flatMap(\.keys) }) {
      let columns = values.map { rows in rows.compactMap { $0[name] } }
      guard columns.allSatisfy({ !$0.isEmpty }) else { continue }
      result[name] = columns.map(Statistics.mean)
    }
    return result
  }

  private static func name(of verdict: Verdict) -> String {
    switch verdict {
    case .first: "policy"
    case .second: "baseline"
    default: "tie"
    }
  }
}
