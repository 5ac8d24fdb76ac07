import FeedbackStore
import Foundation
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
