import Foundation
import NeuralNetworks
import PreferenceLearning
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Torch

@testable import TextChat

@Suite("A pretrained encoder of sentences in a chat reward model") struct RewardSentencesTests {
  /// The tiny encoder that comes with the package, with a vocabulary of letters.
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let directory = Oracles.package
      .appendingPathComponent("Tests/Fixtures/oracles/encoders/bert")
    for name in [
      "config.json", "model.safetensors", "modules.json", "1_Pooling",
      "sentence_bert_config.json",
    ] {
      try FileManager.default.copyItem(at: directory.appendingPathComponent(name), to: folder(name))
    }
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789.?!,".map(String.init)
    let words =
      ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + letters
      + letters.prefix(26).map { "##\($0)" }
    try Data((words.joined(separator: "\n") + "\n").utf8).write(to: folder("vocab.txt"))
    try Data(
      #"{"do_lower_case": true, "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]", "tokenizer_class": "BertTokenizer"}"#
        .utf8
    ).write(to: folder("tokenizer_config.json"))
  }

  private func samples(_ count: Int) -> [Sample<ChatPrompt, ChatReply>] {
    (0..<count).map { index in
      Sample(
        prompt: ChatPrompt("Question \(index % 3)?"),
        artifact: ChatReply(
          index.isMultiple(of: 2) ? "Yes, gladly, number \(index)." : "No \(index)"))
    }
  }

  private func encoder(tuned: Bool, seed: Seed = 3) throws -> ChatRewardEncoder {
    var configuration = ChatRewardConfiguration()
    configuration.usesMeasures = false
    configuration.encoder = folder.url.path
    configuration.encoderSize = 5
    configuration.tunesEncoder = tuned
    let encoder = try ChatRewardEncoder(configuration: configuration, seed: seed)
    let head = try #require(encoder.parameters[parameter: "sentences.head.weight"])
    withoutGradient {
      head.assign(from: Tensor.randn(head.shape, generator: RandomGenerator(seed: 1)))
    }
    return encoder
  }

  @Test(
    "its features are as many as it says, and do not depend on the batch", arguments: [false, true])
  func shape(tuned: Bool) throws {
    let encoder = try encoder(tuned: tuned)
    #expect(encoder.featureSize == 5)
    let rows = samples(6)
    let together = try encoder.features(of: rows, dropout: nil)
    #expect(together.shape == [6, 5])
    // Rounding is as large as the features are: those of a tuned encoder are scaled up.
    let size = together.detached().floats().map(abs).max() ?? 0
    for (index, row) in rows.enumerated() {
      let alone = try encoder.features(of: [row], dropout: nil)[0]
      #expect(
        largestDifference(alone.detached(), together[index].detached()) < 2e-6
          * max(1, Double(size)))
    }
    // Question and reply both count.
    let other = Sample(prompt: ChatPrompt("Other"), artifact: rows[0].artifact)
    let changed = try encoder.features(of: [other], dropout: nil)[0]
    #expect(largestDifference(changed.detached(), together[0].detached()) > 1e-4)
    let long = Sample(
      prompt: ChatPrompt(String(repeating: "far too long ", count: 90)),
      artifact: ChatReply(String(repeating: "very much so ", count: 90)))
    #expect(try encoder.features(of: [long, rows[1]], dropout: nil).isFinite().all().item() == 1)
    #expect(
      try encoder.features(
        of: [Sample(prompt: ChatPrompt(""), artifact: ChatReply(""))], dropout: nil
      ).isFinite().all().item() == 1)
  }

  @Test("only what is tuned is trained", arguments: [false, true])
  func training(tuned: Bool) throws {
    let encoder = try encoder(tuned: tuned)
    let names = encoder.parameters.trainable.map(\.name)
    #expect(names.contains("sentences.head.weight"))
    #expect(names.contains("sentences.encoder.encoder.layer.0.output.dense.weight") == tuned)
    let first = try encoder.features(of: samples(4), dropout: 1)
    #expect(
      try first.detached().floats()
        != encoder.features(of: samples(4), dropout: 2).detached().floats())
    #expect(
      try first.detached().floats()
        == encoder.features(of: samples(4), dropout: 1).detached().floats())
    first.square().sum().backward()
    for (name, tensor) in encoder.parameters.trainable {
      #expect(tensor.gradient.map { $0.norm().item() > 0 } ?? false, "\(name)")
    }
  }

  @Test("what is written comes back without the first directory", arguments: [false, true])
  func files(tuned: Bool) throws {
    let encoder = try encoder(tuned: tuned)
    if tuned {
      withoutGradient {
        for (_, tensor) in encoder.parameters.trainable { tensor.multiply(by: 1.1) }
      }
    }
    let saved = try TemporaryFolder()
    try encoder.save(to: saved.url)
    let expected = try encoder.features(of: samples(5), dropout: nil).detached().floats()
    for name in try folder.names() { try FileManager.default.removeItem(at: folder(name)) }
    let read = try ChatRewardEncoder(from: saved.url)
    #expect(try read.features(of: samples(5), dropout: nil).detached().floats() == expected)
  }

  @Test("it learns what replies mean")
  func learning() throws {
    let pairs = (0..<48).map { index in
      PreferencePair(
        prompt: ChatPrompt("Question \(index % 5)?"), chosen: ChatReply("yes, \(index) of course"),
        rejected: ChatReply("no \(index) never"))
    }
    var options = RewardOptions()
    options.epochs = 8
    options.batchSize = 8
    options.learningRate = 0.01
    options.validationFraction = 0
    var configuration = try encoder(tuned: false).configuration
    configuration.dropout = 0
    let model = TrainableRewardModel(
      encoder: try ChatRewardEncoder(configuration: configuration, seed: 2),
      criteria: [.overall], seed: 1)
    let trainer = try RewardTrainer(
      model: model, pairs: Array(pairs.prefix(40)), options: options, seed: 1)
    while !trainer.isFinished { _ = try trainer.trainEpoch() }
    let heldOut = pairs.suffix(8)
    let chosen = try model.scores(
      of: heldOut.map { Sample(prompt: $0.prompt, artifact: $0.chosen) })
    let rejected = try model.scores(
      of: heldOut.map { Sample(prompt: $0.prompt, artifact: $0.rejected) })
    #expect(zip(chosen, rejected).allSatisfy { $0.total > $1.total })
  }

  @Test("a directory without what is needed is one clear error")
  func errors() throws {
    func message() throws -> String {
      try #require(throws: RLHFError.self) { try encoder(tuned: false) }.message
    }
    try Data(#"{"cls_token": "[CLS]"}"#.utf8).write(to: folder("tokenizer_config.json"))
    #expect(try message().contains("names no sep_token"))
    try Data("[PAD]\n".utf8).write(to: folder("vocab.txt"))
    #expect(try !message().isEmpty)
    try FileManager.default.removeItem(at: folder("modules.json"))
    try FileManager.default.removeItem(at: folder("config.json"))
    #expect(try message().contains("config.json does not exist"))
  }
}
