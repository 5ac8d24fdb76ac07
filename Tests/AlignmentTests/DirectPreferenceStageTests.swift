import FeedbackStore
import Foundation
import PreferenceLearning
import RLHFCore
import RLHFPlugin
import Synchronization
import TestSupport
import Testing

@testable import Alignment

@Suite("Learning from preferences directly") struct DirectPreferenceStageTests {
  private func settings(_ loss: String) -> JSONValue {
    [
      "sft": ["epochs": 1, "batchSize": 4],
      "dpo": [
        "loss": .string(loss), "epochs": 4, "batchSize": 8, "microbatchSize": 4,
        "learningRate": 0.01, "evaluationInterval": 5, "divergenceSamples": 8,
        "checkpointInterval": 3,
      ],
    ]
  }

  /// A project with a finished supervised run, and comparisons of both splits.
  private func prepared(_ folder: URL, loss: String) async throws -> Project<ToyDomain> {
    let project = try Project.create(at: folder, domain: ToyDomain(), settings: settings(loss))
    try project.store.addPrompts([0, 1, 2], source: "test", split: .fixed(.train))
    try project.store.addPrompts([10, 11], source: "test", split: .fixed(.heldOut))
    try project.store.addDemonstrations(
      (0..<12).map { Demonstration(prompt: $0 % 3, artifact: [$0 % 3, 1, 2, 0]) }, source: "test")
    try SupervisedStage(project: project).start(in: run("sft-1", in: project))
    let policy = try project.domain.loadPolicy(from: run("sft-1", in: project).model)
    let rater = try #require(try project.domain.makeScriptedRater())
    try await ComparisonStage(project: project).run(
      policy: policy, count: 60, rater: rater, origin: "sft-1", round: 0, seed: 5)
    return project
  }

  private func run(_ name: String, in project: Project<ToyDomain>) -> RunFolder {
    RunFolder(url: ProjectFiles.runs(in: project.folder).appending(path: name))
  }

  @Test("ends in a model that ranks as people do, with a report")
  func finishes() async throws {
    let temporary = try TemporaryFolder()
    let project = try await prepared(temporary.url.appending(path: "project"), loss: "sigmoid")
    let dpo = run("dpo-1", in: project)
    try DirectPreferenceStage(project: project).start(
      in: dpo, base: run("sft-1", in: project).model)
    let state = try dpo.state()
    #expect(state.status == .finished && state.stage == .dpo)
    #expect(state.summary["kl"]?.isFinite == true)
    #expect(state.summary["skipped"] == 0)
    let metrics = try String(contentsOf: dpo.metrics, encoding: .utf8)
    for name in ["preference/loss", "preference/accuracy", "preference/margin", "objective/kl"] {
      #expect(metrics.contains(name))
    }
    let page = try String(contentsOf: dpo.report, encoding: .utf8)
    #expect(page.contains("trained on preferences directly") && page.contains("<svg"))
    let evaluation = run("evaluate-1", in: project)
    let report = try await EvaluationStage(project: project).start(
      in: evaluation, policy: dpo.model, baseline: run("sft-1", in: project).model, reward: nil)
    #expect(report.divergence.isFinite)
  }

  @Test("rankings and ratings train reward models and policies as pairs do")
  func otherForms() async throws {
    let temporary = try TemporaryFolder()
    let folder = temporary.url.appending(path: "project")
    var overrides = try #require(settings("kto").objectValue)
    overrides["reward"] = [
      "epochs": 2, "batchSize": 8, "members": 3, "pessimism": 0.5,
      "criterionWeights": ["overall": 2.0],
    ]
    let project = try Project.create(
      at: folder, domain: ToyDomain(), settings: .object(overrides))
    func rows(_ prompt: Int) -> [[Int]] {
      let other = (prompt + 1) % 3
      return (0..<4).map { worse in (0..<4).map { $0 < worse ? other : prompt % 3 } }
    }
    for (split, prompts) in [(Split.train, [0, 1]), (.heldOut, [2])] {
      try project.store.addRankings(
        prompts.map { Ranking(prompt: $0, artifacts: rows($0)) }, origin: "test",
        split: .fixed(split))
      try project.store.addRatings(
        prompts.flatMap { prompt in
          rows(prompt).enumerated().map {
            Rating(
              prompt: prompt, artifact: $0.element, value: Double(5 - $0.offset), scale: .five)
          }
        }, origin: "test", split: .fixed(split))
    }
    // Nobody demonstrated anything: the best rows serve.
    #expect(try project.corpus().demonstrations.count == 6)
    try SupervisedStage(project: project).start(in: run("sft-1", in: project))
    let base = run("sft-1", in: project).model
    let report = try RewardStage(project: project).start(in: run("reward-1", in: project))
    #expect(report.trainingPairs == 0 && report.trainingRankings == 2)
    #expect(report.trainingRatings == 8 && report.heldOut?.count == 6)
    #expect(report.ratingCorrelations?["overall"]?.isFinite == true)
    #expect(report.remarks.contains { $0.contains("4 held-out ratings of 'overall'") })
    let model = try RewardModelFiles.load(
      of: project.domain, from: run("reward-1", in: project).model)
    #expect(model.members == 3 && model.criteria.map(\.weight) == [2])
    try DirectPreferenceStage(project: project).start(in: run("dpo-1", in: project), base: base)
    #expect(try run("dpo-1", in: project).state().status == .finished)
  }

  @Test(
    "a run that was stopped goes on to the same metrics as an unbroken one",
    arguments: [("sigmoid", 1), ("kto", 4), ("simpo", 6)])
  func resume(loss: String, stopAfter: Int) async throws {
    let temporary = try TemporaryFolder()
    let whole = try await prepared(temporary.url.appending(path: "whole"), loss: loss)
    let broken = try await prepared(temporary.url.appending(path: "broken"), loss: loss)
    let unbroken = run("dpo-1", in: whole)
    try DirectPreferenceStage(project: whole).start(
      in: unbroken, base: run("sft-1", in: whole).model)
    let seen = Mutex(0)
    let observer = StageObserver(
      progress: { progress in
        if progress.unit == "steps" { seen.withLock { $0 = progress.done } }
      },
      shouldStop: { seen.withLock { $0 } >= stopAfter })
    let stopped = run("dpo-1", in: broken)
    let error = #expect(throws: RLHFError.self) {
      try DirectPreferenceStage(project: broken, observer: observer).start(
        in: stopped, base: run("sft-1", in: broken).model)
    }
    #expect(error?.code == .cancelled)
    #expect(try stopped.state().status == .interrupted)
    try DirectPreferenceStage(project: broken).resume(stopped)
    #expect(try Data(contentsOf: stopped.metrics) == Data(contentsOf: unbroken.metrics))
    let weights = "parameters.safetensors"
    #expect(
      try Data(contentsOf: stopped.model.appending(path: weights))
        == Data(contentsOf: unbroken.model.appending(path: weights)))
  }
}
