import Foundation
import LanguageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct SequenceClassifierTests {
  @Test(
    .enabled(if: !classifierModels.isEmpty, "needs the oracles' classifiers"),
    arguments: classifierModels, ["left", "right"])
  func scoresAreTheReferences(name: String, side: String) throws {
    let oracle = try Oracles.text(name)
    let model = try SequenceClassifier.load(from: oracle.directory)
    let stated = oracle.json["tolerance"].double
    let tolerance = stated.isNaN ? 1e-4 : stated
    let ids = try oracle.tensor("\(side).input_ids")
    let mask = try oracle.tensor("\(side).attention_mask").to(.bool)
    let expected = try oracle.tensor("\(side).scores")
    let scores = model.scores(ids, attentionMask: mask).detached()
    #expect(scores.shape == [ids.shape[0], 1])
    #expect(largestDifference(scores.reshaped(expected.shape), expected) < tolerance)

    let folder = try TemporaryFolder()
    try model.save(to: folder.url)
    let read = try SequenceClassifier.load(from: folder.url)
    #expect(read.configuration == model.configuration)
    #expect(read.scores(ids, attentionMask: mask).detached().floats() == scores.floats())

    // A twin with another head must be noticed.
    let head = try #require(read.parameters[parameter: "score.weight"])
    withoutGradient { head.add(Tensor.ones(head.shape), scaled: 0.01) }
    #expect(
      largestDifference(read.scores(ids, attentionMask: mask).detached(), scores) > tolerance)
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func everyFamilyScoresAndReloads(family: LanguageModelFamily) throws {
    let folder = try TemporaryFolder()
    var configuration = try tinyModel(family).configuration
    configuration.labelCount = 3
    let model = try SequenceClassifier(configuration, seed: 4)
    let ids = Tensor([5, 6, 7, 8, 9, 0], shape: [2, 3])
    let mask = Tensor([true, true, true, true, true, false], shape: [2, 3])
    let scores = model.scores(ids, attentionMask: mask)
    #expect(scores.shape == [2, 3])
    let alone = model.scores(Tensor([8, 9], shape: [1, 2]))
    #expect(largestDifference(scores[1].detached(), alone[0].detached()) < 1e-5)
    scores.sum().backward()
    #expect(model.parameters.parameters.allSatisfy { $0.tensor.gradient != nil })
    try model.save(to: folder.url)
    let read = try SequenceClassifier.load(from: folder.url)
    #expect(read.configuration == model.configuration)
    #expect(read.scores(ids, attentionMask: mask).detached().floats() == scores.detached().floats())
  }

  @Test func aModelOfTheOtherKindIsRefused() throws {
    let folder = try TemporaryFolder()
    try tinyModel(.llama).save(to: folder("language"))
    try SequenceClassifier(tinyModel(.llama).configuration).save(to: folder("scores"))
    let first = try #require(throws: RLHFError.self) {
      try SequenceClassifier.load(from: folder("language"))
    }
    #expect(
      first.message.contains(
        "holds a LlamaForCausalLM, expected a LlamaForSequenceClassification"))
    let second = try #require(throws: RLHFError.self) {
      try CausalLanguageModel.load(from: folder("scores"))
    }
    #expect(
      second.message.contains(
        "holds a LlamaForSequenceClassification, expected a LlamaForCausalLM"))
  }
}
