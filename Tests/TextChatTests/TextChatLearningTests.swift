import Alignment
import Foundation
import PreferenceLearning
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing

@testable import TextChat

/// The whole path on a corner of the sample project, small enough for a test: what `rlhf demo` does.
@Suite("Text chat learns from preferences") struct TextChatLearningTests {
  private static let places = ["museum", "library", "lighthouse"]

  private static let settings: JSONValue = [
    "domain": [
      "knowledge": "sample", "vocabularySize": 512, "hiddenSize": 64, "layers": 2, "heads": 2,
      "contextLength": 128, "promptLength": 48, "replyLength": 64, "temperature": 0.6,
      "reward": ["usesPolicy": true],
    ],
    "sft": [
      "epochs": 24, "batchSize": 32, "microbatchSize": 32, "learningRate": 0.003,
      "weightDecay": 0.1, "evaluationInterval": 1000, "checkpointInterval": 1000,
    ],
    "reward": ["epochs": 4, "batchSize": 32, "learningRate": 0.001],
    "rounds": ["count": 2, "comparisons": 150, "rater": "scripted"],
    "ppo": [
      "iterations": 28, "batchSize": 64, "minibatchSize": 32, "microbatchSize": 32,
      "learningRate": 1.5e-4, "schedule": "linear", "criticLearningRate": 1e-3,
      "trainsFeaturesForCritic": false, "kl": ["coefficient": 0.25],
      "score": ["incompleteScore": -3.0], "checkpointInterval": 1000,
    ],
    "evaluation": ["prompts": 60, "samplesPerPrompt": 2],
  ]

  private func isAbout(_ prompt: ChatPrompt) -> Bool {
    Self.places.contains { prompt.messages.last?.content.contains($0) ?? false }
  }

  private func run(_ name: String, in folder: URL) -> RunFolder {
    RunFolder(url: ProjectFiles.runs(in: folder).appending(path: name))
  }

  @Test("a judge that training never sees prefers the trained policy, whatever the seed")
  func learns() async throws {
    let temporary = try TemporaryFolder()
    let domain = TextChat()
    let sample = try #require(try domain.sampleProject())
    let corner = SampleProject(
      summary: sample.summary, settings: Self.settings,
      demonstrations: sample.demonstrations.filter { isAbout($0.prompt) },
      prompts: sample.prompts.filter(isAbout), heldOutPrompts: sample.heldOutPrompts.filter(isAbout)
    )
    let first = temporary("seed-1")
    let project = try Project.create(at: first, domain: domain, settings: corner.settings)
    try project.add(corner, source: "sample")
    try SupervisedStage(project: project).start(in: run("sft-1", in: first))

    var rates: [Double] = []
    for seed in 1...3 {
      let folder = temporary("seed-\(seed)")
      if seed > 1 {
        try Project.create(at: folder, domain: domain, settings: corner.settings)
          .add(corner, source: "sample")
      }
      let project = try Project(at: folder, domain: domain, overrides: ["seed": .integer(seed)])
      let base = run("sft-1", in: first).model
      let policy = try project.domain.loadPolicy(from: base)
      let rater = try #require(try project.domain.makeScriptedRater())
      try await ComparisonStage(project: project).run(
        policy: policy, count: 600, rater: rater, origin: "sft-1", round: 0,
        seed: project.settings.seed.derived("comparisons"))
      let reward = run("reward-1", in: folder)
      let report = try RewardStage(project: project).start(in: reward, policy: base)
      let heldOut = try #require(report.heldOut)
      #expect(heldOut.accuracy > 0.6, "the reward model of seed \(seed): \(heldOut.accuracy)")
      let ppo = run("ppo-1", in: folder)
      try await PolicyStage(project: project).start(in: ppo, base: base, reward: reward.model)
      let result = try await EvaluationStage(project: project).start(
        in: run("evaluate-1", in: folder), policy: ppo.model, baseline: base, reward: reward.model)
      let winRate = try #require(result.winRate)
      rates.append(winRate.rate)
      #expect(try #require(result.scores["policy"]) > #require(result.scores["baseline"]))
    }
    let mean = Statistics.mean(rates)
    let deviation = (rates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2).squareRoot()
    // Student's t with 2 degrees of freedom, one-sided, 95 %.
    let lower = mean - 2.92 * deviation / Double(rates.count).squareRoot()
    #expect(lower > 0.5, "win rates \(rates)")
  }
}
