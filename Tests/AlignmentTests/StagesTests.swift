import FeedbackStore
import Foundation
import RLHFCore
import RLHFPlugin
import Synchronization
import TestSupport
import Testing

@testable import Alignment

@Suite("The stages of a project") struct StagesTests {
  private static let settings: JSONValue = [
    "sft": ["epochs": 2, "batchSize": 4, "evaluationInterval": 2],
    "reward": ["epochs": 2, "batchSize": 8],
    "ppo": [
      "iterations": 6, "batchSize": 8, "minibatchSize": 4, "microbatchSize": 4, "epochs": 2,
      "checkpointInterval": 2,
    ],
    "rounds": ["count": 2, "comparisons": 16, "rater": "scripted"],
    "evaluation": ["prompts": 3],
  ]

  /// A project whose supervised run is finished, with comparisons and a reward model.
  private func prepared(_ folder: URL) async throws -> Project<ToyDomain> {
    let project = try Project.create(at: folder, domain: ToyDomain(), settings: Self.settings)
    try project.store.addPrompts([0, 1, 2], source: "test", split: .fixed(.train))
    try project.store.addPrompts([10, 11], source: "test", split: .fixed(.heldOut))
    try project.store.addDemonstrations(
      (0..<12).map { Demonstration(prompt: $0 % 3, artifact: [$0 % 3, 1, 2, 0]) }, source: "test")
    let sft = RunFolder(url: ProjectFiles.runs(in: folder).appending(path: "sft-1"))
    try SupervisedStage(project: project).start(in: sft)
    let policy = try project.domain.loadPolicy(from: sft.model)
    let rater = try #require(try project.domain.makeScriptedRater())
    try await ComparisonStage(project: project).run(
      policy: policy, count: 40, rater: rater, origin: "sft-1", round: 0, seed: 5)
    _ = try RewardStage(project: project).start(
      in: RunFolder(url: ProjectFiles.runs(in: folder).appending(path: "reward-1")))
    return project
  }

  private func run(_ name: String, in project: Project<ToyDomain>) -> RunFolder {
    RunFolder(url: ProjectFiles.runs(in: project.folder).appending(path: name))
  }

  @Test("run one after the other, and end in an evaluation")
  func pipeline() async throws {
    let temporary = try TemporaryFolder()
    let project = try await prepared(temporary.url.appending(path: "project"))
    #expect(try run("sft-1", in: project).state().status == .finished)
    // Comparisons of held-out prompts measure the reward model, and train nothing.
    let pairs = try project.store.counts().pairs
    #expect(pairs.train > 0 && pairs.heldOut > 0 && pairs.heldOut < pairs.train)
    let ppo = run("ppo-1", in: project)
    try await PolicyStage(project: project).start(
      in: ppo, base: run("sft-1", in: project).model, reward: run("reward-1", in: project).model)
    #expect(try ppo.state().status == .finished)
    #expect(ppo.checkpointSteps().count <= project.settings.keptCheckpoints)
    let lines = try String(contentsOf: ppo.metrics, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 6)
    let evaluation = run("evaluate-1", in: project)
    let report = try await EvaluationStage(project: project).start(
      in: evaluation, policy: ppo.model, baseline: run("sft-1", in: project).model,
      reward: run("reward-1", in: project).model)
    #expect(report.count == 2)
    #expect(report.winRate?.count == 2)
    #expect(report.divergence.isFinite)
    for name in ["sft-1", "reward-1", "ppo-1", "evaluate-1"] {
      let page = try String(contentsOf: run(name, in: project).report, encoding: .utf8)
      #expect(page.contains("<h1>\(name)</h1>") && page.contains("finished"))
    }
    let page = try String(contentsOf: ppo.report, encoding: .utf8)
    #expect(page.contains("after 0 steps") && page.contains("after 6 steps"))
    #expect(page.contains("checkpointInterval: 2") && page.contains("<svg"))
  }

  @Test(
    "a run that was stopped goes on to the same metrics as an unbroken one", arguments: [1, 3, 4])
  func resume(stopAfter: Int) async throws {
    let temporary = try TemporaryFolder()
    let whole = try await prepared(temporary.url.appending(path: "whole"))
    let broken = try await prepared(temporary.url.appending(path: "broken"))
    let unbroken = run("ppo-1", in: whole)
    try await PolicyStage(project: whole).start(
      in: unbroken, base: run("sft-1", in: whole).model, reward: run("reward-1", in: whole).model)

    let seen = Mutex(0)
    let observer = StageObserver(
      progress: { progress in
        if progress.unit == "iterations" { seen.withLock { $0 = progress.done } }
      },
      shouldStop: { seen.withLock { $0 } >= stopAfter })
    let stopped = run("ppo-1", in: broken)
    let error = await #expect(throws: RLHFError.self) {
      try await PolicyStage(project: broken, observer: observer).start(
        in: stopped, base: run("sft-1", in: broken).model,
        reward: run("reward-1", in: broken).model)
    }
    #expect(error?.code == .cancelled)
    #expect(try stopped.state().status == .interrupted)
    try await PolicyStage(project: broken).resume(stopped)
    #expect(try Data(contentsOf: stopped.metrics) == Data(contentsOf: unbroken.metrics))
    let weights = "parameters.safetensors"
    #expect(
      try Data(contentsOf: stopped.model.appending(path: weights))
        == Data(contentsOf: unbroken.model.appending(path: weights)))
  }

  @Test("a run that was killed after a checkpoint loses only what came behind it")
  func killed() async throws {
    let temporary = try TemporaryFolder()
    let project = try await prepared(temporary.url.appending(path: "project"))
    let unbroken = run("ppo-1", in: project)
    try await PolicyStage(project: project).start(
      in: unbroken, base: run("sft-1", in: project).model,
      reward: run("reward-1", in: project).model)
    let expected = try Data(contentsOf: unbroken.metrics)
    // As if the process had died after the last checkpoint but one, in the middle of a line.
    let step = try #require(unbroken.checkpointSteps().first)
    for later in unbroken.checkpointSteps().dropFirst() {
      try FileManager.default.removeItem(at: unbroken.checkpoint(at: later))
    }
    #expect(step < 6)
    var state = try unbroken.state()
    state.status = .running
    try unbroken.write(state)
    try (expected.dropLast(7)).write(to: unbroken.metrics)
    try await PolicyStage(project: project).resume(unbroken)
    #expect(try Data(contentsOf: unbroken.metrics) == expected)
  }

  @Test("a run's name is not taken twice, and a finished run does not resume")
  func names() async throws {
    let temporary = try TemporaryFolder()
    let project = try await prepared(temporary.url.appending(path: "project"))
    let sft = run("sft-1", in: project)
    #expect(throws: RLHFError.self) { try SupervisedStage(project: project).start(in: sft) }
    #expect(throws: RLHFError.self) { try SupervisedStage(project: project).resume(sft) }
    #expect(try ProjectFiles.newRun(.sft, named: nil, in: project.folder).name == "sft-2")
    #expect(throws: RLHFError.self) {
      try ProjectFiles.newRun(.sft, named: "../sft", in: project.folder)
    }
  }
}
