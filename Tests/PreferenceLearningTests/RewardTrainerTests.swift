import Foundation
import NeuralNetworks
import RLHFCore
import RLHFPlugin
import RLHFTesting
import TestSupport
import Testing
import Torch

@testable import PreferenceLearning

@Suite("Reward trainer") struct RewardTrainerTests {
  typealias Toy = FeatureEncoder<Int, [Float]>
  typealias Pair = PreferencePair<Int, [Float]>

  /// Artifacts are three numbers; what counts is the first minus the second.
  private func pairs(_ count: Int, temperature: Double, seed: Seed) async throws -> [Pair] {
    var generator = seed.generator
    func artifact() -> [Float] { (0..<3).map { _ in Float(generator.uniform() * 2 - 1) } }
    let comparisons = (0..<count).map { _ in
      Comparison(prompt: 0, first: artifact(), second: artifact())
    }
    let rater = NoisyRater<Int, [Float]>(temperature: temperature) { sample in
      Double(sample.artifact[0] - sample.artifact[1])
    }
    let judgments = try await rater.judge(comparisons, seed: seed)
    return zip(comparisons, judgments).compactMap { Pair($0, $1) }
  }

  private func trainer(_ pairs: [Pair], epochs: Int = 8) throws -> RewardTrainer<Toy> {
    let encoder = Toy(inputSize: 3, hiddenSize: 16, seed: 2) { $0.artifact }
    var options = RewardOptions()
    options.epochs = epochs
    options.learningRate = 0.01
    let model = TrainableRewardModel(encoder: encoder, criteria: [.overall], seed: 3)
    return try RewardTrainer(model: model, pairs: pairs, options: options, seed: 4)
  }

  @Test("learns what a noisy rater prefers")
  func learns() async throws {
    let trainer = try trainer(try await pairs(400, temperature: 0.3, seed: 1))
    while !trainer.isFinished { _ = try trainer.trainEpoch() }
    try trainer.finish()
    let held = try await pairs(300, temperature: 0, seed: 9)
    let evaluation = try RewardEvaluation(of: held) {
      try trainer.model.scores(of: $0).map(\.total)
    }
    #expect(evaluation.accuracy > 0.9)
    #expect(evaluation.interval.contains(evaluation.accuracy))
  }

  @Test("scores are centred on what was trained on")
  func centred() async throws {
    let data = try await pairs(64, temperature: 0, seed: 1)
    let trainer = try trainer(data, epochs: 1)
    _ = try trainer.trainEpoch()
    try trainer.model.centre(on: data.map { Sample(prompt: $0.prompt, artifact: $0.chosen) })
    let scores = try trainer.model.scores(
      of: data.map { Sample(prompt: $0.prompt, artifact: $0.chosen) })
    #expect(abs(Statistics.mean(scores.map(\.total))) < 1e-5)
  }

  @Test("an untrained model that predicts best is what training ends with")
  func untrainedIsBest() async throws {
    let data = try await pairs(200, temperature: 0.3, seed: 1)
    let good = try trainer(data)
    while !good.isFinished { _ = try good.trainEpoch() }
    try good.finish()
    // From there, steps that are far too large can only spoil it.
    var options = RewardOptions()
    options.learningRate = 100
    options.patience = 1
    let trainer = try RewardTrainer(model: good.model, pairs: data, options: options, seed: 4)
    let before = try good.model.scores(of: data.map { Sample(prompt: 0, artifact: $0.chosen) })
    while !trainer.isFinished { _ = try trainer.trainEpoch() }
    #expect(trainer.epoch == 1)
    try trainer.finish()
    let after = try trainer.model.scores(of: data.map { Sample(prompt: 0, artifact: $0.chosen) })
    for (one, other) in zip(before, after) { #expect(abs(one.total - other.total) < 1e-5) }
  }

  @Test("heads come back from disk, and a broken description is refused")
  func files() async throws {
    let folder = try TemporaryFolder()
    let data = try await pairs(64, temperature: 0, seed: 1)
    let trainer = try trainer(data, epochs: 1)
    _ = try trainer.trainEpoch()
    try trainer.finish()
    try trainer.model.saveHeads(to: folder.url)
    let read = try TrainableRewardModel(encoder: trainer.model.encoder, headsFrom: folder.url)
    let samples = data.map { Sample(prompt: $0.prompt, artifact: $0.chosen) }
    #expect(try read.scores(of: samples) == trainer.model.scores(of: samples))
    try Data("{}".utf8).write(to: folder.url.appending(path: "reward.json"))
    #expect(throws: RLHFError.self) {
      try TrainableRewardModel(encoder: trainer.model.encoder, headsFrom: folder.url)
    }
  }

  @Test("goes on from a checkpoint to the same model")
  func resume() async throws {
    let folder = try TemporaryFolder()
    let data = try await pairs(200, temperature: 0.3, seed: 1)
    let unbroken = try trainer(data)
    _ = try unbroken.trainEpoch()
    try unbroken.save(to: folder.url)
    let resumed = try trainer(data)
    try resumed.restore(from: folder.url)
    for _ in 0..<2 { #expect(try unbroken.trainEpoch() == resumed.trainEpoch()) }
    try unbroken.finish()
    try resumed.finish()
    let samples = data.map { Sample(prompt: $0.prompt, artifact: $0.rejected) }
    #expect(try unbroken.model.scores(of: samples) == resumed.model.scores(of: samples))
  }

  @Test(
    "updates whose loss is not finite are skipped and counted, and end the run where they do not end"
  )
  func notFinite() async throws {
    var data = try await pairs(64, temperature: 0, seed: 1)
    data[0].chosen[0] = .nan
    let one = try trainer(data, epochs: 2)
    let metrics = [try one.trainEpoch(), try one.trainEpoch()]
    // The bad pair may have been set aside: then it spoils no update.
    let skipped = metrics.map { $0["reward/skipped"] ?? -1 }
    #expect(skipped == [1, 2] || skipped == [0, 0])
    let isFinite = one.model.trainable.allSatisfy { $0.tensor.isFinite().all().item() == 1 }
    #expect(isFinite)
    for index in data.indices { data[index].chosen[0] = .nan }
    let all = try trainer(data, epochs: 20)
    let error = #expect(throws: RLHFError.self) {
      while !all.isFinished { _ = try all.trainEpoch() }
    }
    #expect(error?.code == .training && error?.message.contains("reward.skippedLimit") == true)
  }

  @Test("nothing to learn from, or an unknown criterion, is said")
  func refusals() async throws {
    #expect(throws: RLHFError.self) { try trainer([]) }
    let odd = Pair(prompt: 0, chosen: [0, 0, 0], rejected: [1, 0, 0], criterion: "colour")
    let strange = try trainer([odd])
    let error = #expect(throws: RLHFError.self) { try strange.trainEpoch() }
    #expect(error?.message.contains("colour") == true)
  }
}
