import FeedbackStore
import Foundation
import PolicyOptimization
import RLHFCore
import RLHFPlugin
import RLHFTesting
import Synchronization
import TestSupport
import Testing
import Tracking

@testable import Alignment

@Suite("A gold reward model beside a run") struct GoldRewardTests {
  private static func settings(_ guards: JSONValue) -> JSONValue {
    [
      "sft": ["epochs": 1, "batchSize": 4], "reward": ["epochs": 4, "batchSize": 8],
      "ppo": [
        "iterations": 6, "batchSize": 8, "minibatchSize": 4, "microbatchSize": 4, "epochs": 2,
        "checkpointInterval": 2, "guards": guards,
      ],
      "dpo": ["epochs": 1, "batchSize": 8, "learningRate": 0.01],
      "evaluation": ["prompts": 3],
    ]
  }

  /// A project with a fine-tuned policy, and a reward model for each half of the preferences.
  private func prepared(
    _ folder: URL, guards: JSONValue = [:]
  ) async throws -> Project<ToyDomain> {
    let project = try Project.create(
      at: folder, domain: ToyDomain(), settings: Self.settings(guards))
    try project.store.addPrompts(Array(0..<12), source: "test", split: .fixed(.train))
    try project.store.addPrompts([20, 21, 22], source: "test", split: .fixed(.heldOut))
    try project.store.addDemonstrations(
      (0..<12).map { Demonstration(prompt: $0, artifact: [$0 % 3, 1, 2, 0]) }, source: "test")
    let sft = run("sft-1", in: project)
    try SupervisedStage(project: project).start(in: sft)
    let rater = try #require(try project.domain.makeScriptedRater())
    try await ComparisonStage(project: project).run(
      policy: try project.domain.loadPolicy(from: sft.model), count: 60, rater: rater,
      origin: "sft-1", round: 0, seed: 5)
    for (name, half) in [("proxy", PreferenceHalf.first), ("gold", .second)] {
      _ = try RewardStage(project: project.with { $0.half = half }).start(
        in: run(name, in: project))
    }
    return project
  }

  private func run(_ name: String, in project: Project<ToyDomain>) -> RunFolder {
    RunFolder(url: ProjectFiles.runs(in: project.folder).appending(path: name))
  }

  private func start(
    _ name: String, in project: Project<ToyDomain>, observer: StageObserver = StageObserver()
  ) async throws {
    try await PolicyStage(project: project, observer: observer).start(
      in: run(name, in: project), base: run("sft-1", in: project).model,
      reward: run("proxy", in: project).model, gold: run("gold", in: project).model)
  }

  @Test("halves share no prompt, miss none, and do not depend on the seed")
  func halves() async throws {
    let temporary = try TemporaryFolder()
    let project = try await prepared(temporary.url.appending(path: "project"))
    func prompts(_ half: PreferenceHalf, seed: Seed) throws -> Set<Int> {
      Set(
        try project.with {
          $0.half = half
          $0.seed = seed
        }.trainingOpinions().pairs.map(\.prompt))
    }
    let (first, second) = (try prompts(.first, seed: 1), try prompts(.second, seed: 1))
    #expect(first.isDisjoint(with: second) && !first.isEmpty && !second.isEmpty)
    #expect(try first.union(second) == prompts(.all, seed: 1))
    #expect(try first == prompts(.first, seed: 9))
    let (proxy, gold) = (run("proxy", in: project).model, run("gold", in: project).model)
    #expect(PreferenceHalf.remark(onGold: gold, reward: proxy) == nil)
    #expect(PreferenceHalf.remark(onGold: proxy, reward: proxy)?.contains("'first'") == true)
    #expect(PreferenceHalf.remark(onGold: temporary.url, reward: proxy) == nil)
  }

  @Test("scores every iteration, changes nothing of training, and is drawn over the divergence")
  func scored() async throws {
    let temporary = try TemporaryFolder()
    let project = try await prepared(
      temporary.url.appending(path: "project"), guards: ["keepsBest": false])
    try await start("watched", in: project)
    try await PolicyStage(project: project).start(
      in: run("alone", in: project), base: run("sft-1", in: project).model,
      reward: run("proxy", in: project).model)
    let weights = "parameters.safetensors"
    #expect(
      try Data(contentsOf: run("watched", in: project).model.appending(path: weights))
        == Data(contentsOf: run("alone", in: project).model.appending(path: weights)))
    let lines = try String(contentsOf: run("watched", in: project).metrics, encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 6 && lines.allSatisfy { $0.contains("gold/score") })
    let page = try String(contentsOf: run("watched", in: project).report, encoding: .utf8)
    #expect(page.contains("Reward and divergence") && page.contains("gold score"))
  }

  @Test("the run ends with the policy that it liked best, and the same after an interruption")
  func keepsBest() async throws {
    let temporary = try TemporaryFolder()
    let project = try await prepared(temporary.url.appending(path: "project"))
    try await start("whole", in: project)
    let whole = run("whole", in: project)
    let best = try whole.state().summary["bestIteration"]
    let seen = Mutex(0)
    let observer = StageObserver(
      progress: { progress in
        if progress.unit == "iterations" { seen.withLock { $0 = progress.done } }
      },
      shouldStop: { seen.withLock { $0 } == 3 })
    await #expect(throws: RLHFError.self) {
      try await start("broken", in: project, observer: observer)
    }
    let broken = run("broken", in: project)
    try await PolicyStage(project: project).resume(broken)
    #expect(try broken.state().summary["bestIteration"] == best)
    let weights = "parameters.safetensors"
    #expect(
      try Data(contentsOf: broken.model.appending(path: weights))
        == Data(contentsOf: whole.model.appending(path: weights)))
    #expect(try Data(contentsOf: broken.metrics) == Data(contentsOf: whole.metrics))
  }

  @Test("a limit ends the run early, as finished, and says why")
  func stops() async throws {
    let temporary = try TemporaryFolder()
    let project = try await prepared(
      temporary.url.appending(path: "project"), guards: ["lengthLimit": 2])
    let notes = Mutex<[String]>([])
    try await start(
      "stopped", in: project,
      observer: StageObserver(note: { note in notes.withLock { $0.append(note) } }))
    let state = try run("stopped", in: project).state()
    #expect(state.status == .finished && state.summary["iterations"] == 1)
    #expect(notes.withLock { $0.contains { $0.contains("length") && $0.contains("iteration 1") } })
  }

  @Test("methods are compared on what none of them saw, and a second call trains nothing again")
  func comparison() async throws {
    let temporary = try TemporaryFolder()
    let project = try await prepared(temporary.url.appending(path: "project"))
      .with { $0.half = .first }
    let plan = MethodComparison<ToyDomain>.Plan(
      methods: try ["ppo", "rloo", "dpo"].map(TrainingMethod.init(named:)), seeds: 2,
      base: run("sft-1", in: project).model, reward: run("proxy", in: project).model,
      gold: run("gold", in: project).model)
    let folder = run("compare-1", in: project)
    let report = try await MethodComparison(project: project).run(plan, in: folder)
    #expect(report.methods.map(\.method) == ["ppo", "rloo", "dpo"])
    #expect(report.methods.allSatisfy { $0.results.count == 2 && $0.interval.contains($0.gain) })
    for result in report.methods.flatMap(\.results) {
      let state = try run(result.run, in: project).state()
      #expect(state.status == .finished && state.summary["bestIteration"] == nil)
      #expect(!FileManager.default.fileExists(atPath: run(result.run, in: project).best.path))
      #expect(abs(result.score - result.gain - report.baseline) < 1e-9)
    }
    let page = try String(contentsOf: folder.report, encoding: .utf8)
    #expect(page.contains("rloo") && page.contains("<svg"))
    #expect(RunTables.methods(report).rows.count == 3)

    // As if it had been killed at the end.
    var state = try folder.state()
    state.status = .running
    try folder.write(state)
    let progressed = Mutex(false)
    let again = try await MethodComparison(
      project: project,
      observer: StageObserver(progress: { progress in
        if progress.unit == "iterations" { progressed.withLock { $0 = true } }
      })
    ).run(plan, in: folder)
    #expect(again.methods.map(\.gain) == report.methods.map(\.gain))
    #expect(!progressed.withLock { $0 })
  }

  @Test("methods have names, and others are refused")
  func names() throws {
    for name in ["ppo", "grpo", "reinforce++", "dpo", "simpo"] {
      #expect(try TrainingMethod(named: name).name == name)
    }
    let error = #expect(throws: RLHFError.self) { try TrainingMethod(named: "sarsa") }
    #expect(error?.code == .usage && error?.message.contains("rloo") == true)
  }
}
