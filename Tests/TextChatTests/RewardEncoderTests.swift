import Foundation
import NeuralNetworks
import PreferenceLearning
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Torch

@testable import TextChat

@Suite("The encoder of chat reward models") struct RewardEncoderTests {
  private func samples(_ count: Int) -> [Sample<ChatPrompt, ChatReply>] {
    (0..<count).map { index in
      Sample(
        prompt: ChatPrompt("Question \(index % 3)?"),
        artifact: ChatReply(
          index.isMultiple(of: 2) ? "Yes, gladly, number \(index)." : "No \(index)"))
    }
  }

  private func policy(seed: Seed = 1) throws -> ChatPolicy {
    var domain = TextChat()
    domain.configuration.vocabularySize = 280
    domain.configuration.hiddenSize = 16
    domain.configuration.layers = 1
    domain.configuration.heads = 2
    domain.configuration.contextLength = 96
    domain.configuration.promptLength = 48
    domain.configuration.replyLength = 32
    return try domain.makePolicy(for: Corpus(demonstrations: samples(8)), seed: seed)
  }

  private static func configuration(
    lexical: Int = 0, measures: Bool = false, layers: Int = 0, policy: Bool = false,
    penalty: Double? = nil
  ) -> ChatRewardConfiguration {
    var configuration = ChatRewardConfiguration()
    configuration.regressionPenalty = penalty
    configuration.lexicalSize = lexical
    configuration.lexicalBuckets = 512
    configuration.usesMeasures = measures
    configuration.layers = layers
    configuration.hiddenSize = 16
    configuration.heads = 2
    configuration.usesPolicy = policy
    configuration.policySize = 8
    return configuration
  }

  @Test(
    "each part alone, and all together, fill as many features as they say",
    arguments: [
      configuration(lexical: 4), configuration(measures: true), configuration(layers: 1),
      configuration(policy: true), configuration(penalty: 1),
      configuration(lexical: 4, measures: true, layers: 2, policy: true, penalty: 1),
    ])
  func parts(configuration: ChatRewardConfiguration) throws {
    let encoder = try ChatRewardEncoder(
      configuration: configuration, policy: policy(), seed: 3)
    let features = try encoder.features(of: samples(5), dropout: nil)
    #expect(features.shape == [5, encoder.featureSize])
    let isFinite = features.floats().allSatisfy { $0.isFinite }
    #expect(isFinite)
    #expect(try encoder.features(of: [], dropout: nil).shape == [0, encoder.featureSize])
  }

  @Test("no part at all, and a policy that is not there, are mistakes that say what to do")
  func mistakes() throws {
    let nothing = #expect(throws: RLHFError.self) {
      try ChatRewardEncoder(configuration: Self.configuration(), seed: 1)
    }
    #expect(nothing?.code == .invalidConfiguration)
    let missing = #expect(throws: RLHFError.self) {
      try ChatRewardEncoder(configuration: Self.configuration(policy: true), seed: 1)
    }
    #expect(missing?.message.contains("rlhf sft") == true)
  }

  @Test("a sample's features depend on nothing else in the batch")
  func batches() throws {
    let encoder = try ChatRewardEncoder(
      configuration: Self.configuration(lexical: 4, measures: true, layers: 1, policy: true),
      policy: policy(), seed: 3)
    // The lexical table starts at zero.
    for parameter in encoder.parameters.trainable where parameter.name.hasPrefix("terms") {
      withoutGradient {
        parameter.tensor.assign(
          from: .randn(parameter.tensor.shape, generator: RandomGenerator(seed: 5)))
      }
    }
    let long = Sample(
      prompt: ChatPrompt("Hm?"),
      artifact: ChatReply(String(repeating: "many words and ", count: 20)))
    let rows = samples(4) + [long]
    let together = try encoder.features(of: rows, dropout: nil)
    for (index, sample) in rows.enumerated() {
      let alone = try encoder.features(of: [sample], dropout: nil)
      #expect(agrees(alone, together.narrow(dim: 0, start: index, length: 1), within: 1e-4))
    }
  }

  @Test("a new table of words says nothing, and a trained one tells words apart")
  func learns() throws {
    let encoder = try ChatRewardEncoder(configuration: Self.configuration(lexical: 4), seed: 3)
    let untrained = try encoder.features(of: samples(2), dropout: nil).floats()
    #expect(untrained.allSatisfy { $0 == 0 })
    let model = TrainableRewardModel(
      encoder: encoder, criteria: [.overall], seed: 4)
    var options = RewardOptions()
    options.epochs = 10
    options.learningRate = 0.01
    options.batchSize = 8
    let trainer = try RewardTrainer(model: model, pairs: Self.pairs, options: options, seed: 5)
    while !trainer.isFinished { _ = try trainer.trainEpoch() }
    try trainer.finish()
    let unseen = try model.scores(
      of: ["With pleasure, ninety.", "No, ninety."].map {
        Sample(prompt: ChatPrompt("Another?"), artifact: ChatReply($0))
      })
    #expect(unseen[0].total > unseen[1].total + 0.5)
  }

  private static let pairs = (0..<40).map { index in
    PreferencePair(
      prompt: ChatPrompt("Question \(index)?"), chosen: ChatReply("With pleasure, \(index)."),
      rejected: ChatReply("No, \(index)."))
  }

  @Test("a regression is what an untrained reward model says, and training leaves it alone")
  func regression() throws {
    let encoder = try ChatRewardEncoder(
      configuration: Self.configuration(lexical: 4, measures: true, layers: 1, penalty: 2), seed: 3)
    encoder.fitRegression(to: Self.pairs)
    let model = TrainableRewardModel(
      encoder: encoder, criteria: [.overall], seed: 4)
    let samples = ["With pleasure, ninety.", "No, ninety."].map {
      Sample(prompt: ChatPrompt("Another?"), artifact: ChatReply($0))
    }
    let features = try encoder.features(of: samples, dropout: nil)
    let scores = try model.logits(of: samples)
    #expect(agrees(scores, features.narrow(dim: 1, start: 0, length: 1), within: 1e-6))
    let values = scores.doubles()
    #expect(values[0] > values[1] + 0.5)
    let isTrained = encoder.parameters.trainable.contains { $0.name.hasPrefix("regression") }
    #expect(!isTrained)
    // Every other part can learn: after two updates nothing trainable is what it was.
    let names = model.trainable.map(\.name)
    let start = model.trainable.map { $0.tensor.detached().floats() }
    var options = RewardOptions()
    options.batchSize = Self.pairs.count
    options.epochs = 3
    options.warmUp = 0
    options.validationFraction = 0
    let trainer = try RewardTrainer(model: model, pairs: Self.pairs, options: options, seed: 5)
    while !trainer.isFinished { _ = try trainer.trainEpoch() }
    for (index, name) in names.enumerated() {
      #expect(model.trainable[index].tensor.detached().floats() != start[index], "\(name)")
    }
  }

  @Test("the regression solves a convex problem: the order of the pairs is nothing to it")
  func regressionSolution() throws {
    func scores(_ pairs: [PreferencePair<ChatPrompt, ChatReply>]) throws -> [Double] {
      let encoder = try ChatRewardEncoder(
        configuration: Self.configuration(measures: true, penalty: 2), seed: 3)
      encoder.fitRegression(to: pairs)
      return try encoder.features(of: samples(6), dropout: nil).narrow(dim: 1, start: 0, length: 1)
        .doubles()
    }
    let forward = try scores(Self.pairs)
    let backward = try scores(Self.pairs.reversed())
    // A pair told from the other side says the same.
    let mirrored = try scores(
      Self.pairs.map {
        PreferencePair(prompt: $0.prompt, chosen: $0.rejected, rejected: $0.chosen, label: 0)
      })
    #expect(Set(forward).count > 1)
    for (one, other) in zip(forward, backward) { #expect(abs(one - other) < 1e-5) }
    for (one, other) in zip(forward, mirrored) { #expect(abs(one - other) < 1e-5) }
    #expect(try scores([]).allSatisfy { $0 == 0 })
  }

  @Test("what is saved gives the same features when loaded, with the policy beside it")
  func files() throws {
    let temporary = try TemporaryFolder()
    var domain = TextChat()
    domain.configuration.contextLength = 96
    domain.configuration.promptLength = 48
    domain.configuration.replyLength = 32
    let encoder = try ChatRewardEncoder(
      configuration: Self.configuration(
        lexical: 4, measures: true, layers: 1, policy: true, penalty: 2),
      policy: policy(), seed: 3)
    encoder.fitRegression(to: Self.pairs)
    try domain.saveEncoder(encoder, to: temporary.url)
    let loaded = try domain.loadEncoder(from: temporary.url)
    let expected = try encoder.features(of: samples(6), dropout: nil).floats()
    #expect(try loaded.features(of: samples(6), dropout: nil).floats() == expected)
    try FileManager.default.removeItem(at: temporary("policy"))
    #expect(throws: RLHFError.self) { try domain.loadEncoder(from: temporary.url) }
    try Data("{}".utf8).write(to: temporary("encoder.json"))
    #expect(throws: RLHFError.self) { try domain.loadEncoder(from: temporary.url) }
  }
}
