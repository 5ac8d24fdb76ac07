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
    lexical: Int = 0, measures: Bool = false, layers: Int = 0, policy: Bool = false
  ) -> ChatRewardConfiguration {
    var configuration = ChatRewardConfiguration()
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
      configuration(policy: true),
      configuration(lexical: 4, measures: true, layers: 2, policy: true),
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
      encoder: encoder, criteria: TextChat.descriptor.criteria, seed: 4)
    let pairs = (0..<40).map { index in
      PreferencePair(
        prompt: ChatPrompt("Question \(index)?"), chosen: ChatReply("With pleasure, \(index)."),
        rejected: ChatReply("No, \(index)."))
    }
    var options = RewardOptions()
    options.epochs = 10
    options.learningRate = 0.01
    options.batchSize = 8
    let trainer = try RewardTrainer(model: model, pairs: pairs, options: options, seed: 5)
    while !trainer.isFinished { _ = try trainer.trainEpoch() }
    try trainer.finish()
    let unseen = try model.scores(
      of: ["With pleasure, ninety.", "No, ninety."].map {
        Sample(prompt: ChatPrompt("Another?"), artifact: ChatReply($0))
      })
    #expect(unseen[0].total > unseen[1].total + 0.5)
  }

  @Test("what is saved gives the same features when loaded, with the policy beside it")
  func files() throws {
    let temporary = try TemporaryFolder()
    var domain = TextChat()
    domain.configuration.contextLength = 96
    domain.configuration.promptLength = 48
    domain.configuration.replyLength = 32
    let encoder = try ChatRewardEncoder(
      configuration: Self.configuration(lexical: 4, measures: true, layers: 1, policy: true),
      policy: policy(), seed: 3)
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
