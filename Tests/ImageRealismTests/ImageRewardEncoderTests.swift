import Foundation
import Media
import PreferenceLearning
import RLHF
import TestSupport
import Testing
import Torch

@testable import ImageRealism

@Suite("Reward encoder of images") struct ImageRewardEncoderTests {
  private static func encoder() throws -> ImageRewardEncoder {
    var configuration = ImageRewardConfiguration()
    configuration.channels = [8, 16]
    configuration.promptSize = 4
    configuration.hiddenSize = 12
    return try ImageRewardEncoder(size: 8, configuration: configuration, seed: 2)
  }

  @Test("features depend on image and words, and on no neighbour; gradients reach everything")
  func features() throws {
    let encoder = try Self.encoder()
    let samples = try TinyPolicies.demonstrations(6)
    let features = try encoder.features(of: samples, dropout: nil)
    #expect(features.shape == [6, 12])
    let single = try encoder.features(of: [samples[3]], dropout: nil)
    #expect(agrees(single.detached(), features.detached()[3..<4], within: 1e-5))
    var other = samples[3]
    other.prompt = ImagePrompt("something else")
    #expect(
      !agrees(
        try encoder.features(of: [other], dropout: nil).detached(), single.detached(),
        within: 1e-4))
    features.square().sum().backward()
    #expect(encoder.parameters.trainable.allSatisfy { $0.tensor.gradient != nil })
  }

  @Test("mirroring happens in training alone, by the seed")
  func flips() throws {
    let encoder = try Self.encoder()
    let scene = (0..<192).map { Float($0 % 24) / 24 }
    let sample = Sample(
      prompt: ImagePrompt("a"), artifact: try ImageArtifact(RasterImage(unit: scene, size: 8)))
    func values(_ dropout: Seed?) throws -> [Float] {
      try encoder.features(of: [sample], dropout: dropout).detached().floats()
    }
    let plain = try values(nil)
    #expect(try values(nil) == plain)
    let seen = try (0..<12).map { try values(Seed($0)) }
    #expect(Set(seen).count == 2)
    #expect(seen.contains(plain))
    #expect(try values(3) == values(3))
  }

  @Test("an encoder that was written is the same")
  func files() throws {
    let folder = try TemporaryFolder()
    let encoder = try Self.encoder()
    try encoder.save(to: folder.url)
    let again = try ImageRewardEncoder(from: folder.url)
    let samples = try TinyPolicies.demonstrations(3)
    #expect(
      try encoder.features(of: samples, dropout: nil).detached().floats()
        == again.features(of: samples, dropout: nil).detached().floats())
    let error = #expect(throws: RLHFError.self) {
      try ImageRewardEncoder(from: folder("missing"))
    }
    #expect(error?.message.contains("rlhf reward") == true)
  }

  @Test(
    "a CLIP tower is used as it is, or trained", .enabled(if: Oracles.has("vision/clip-vision")),
    arguments: [false, true])
  func tower(isTrained: Bool) throws {
    var configuration = ImageRewardConfiguration()
    configuration.clip = Oracles.folder.appending(path: "vision/clip-vision").path
    configuration.trainsClip = isTrained
    configuration.hiddenSize = 8
    let encoder = try ImageRewardEncoder(size: 8, configuration: configuration, seed: 1)
    let samples = try TinyPolicies.demonstrations(3)
    let features = try encoder.features(of: samples, dropout: nil)
    #expect(features.shape == [3, 8])
    features.square().sum().backward()
    let moved = encoder.parameters.trainable.filter { $0.tensor.gradient != nil }.count
    #expect(isTrained ? moved > 20 : moved == 3)
    let folder = try TemporaryFolder()
    try encoder.save(to: folder.url)
    let again = try ImageRewardEncoder(from: folder.url)
    let single = try again.features(of: [samples[1]], dropout: nil)
    #expect(agrees(single.detached(), features.detached()[1..<2], within: 1e-5))
  }

  @Test("a tower that is missing is named")
  func missingTower() {
    var configuration = ImageRewardConfiguration()
    configuration.clip = "/nowhere/clip"
    let error = #expect(throws: RLHFError.self) {
      try ImageRewardEncoder(size: 8, configuration: configuration, seed: 1)
    }
    #expect(error?.message.contains("/nowhere/clip") == true)
  }

  @Test("a reward model learns which drawings are clean")
  func learns() throws {
    let scenes = DrawnScenes(size: 16)
    func pairs(_ count: Int, _ seed: Seed) throws -> [PreferencePair<ImagePrompt, ImageArtifact>] {
      let clean = try scenes.demonstrations(
        count: count, isFlawed: false, seed: seed.derived("clean"))
      return try clean.enumerated().map { index, sample in
        var generator = seed.derived("flaw", index).generator
        let scene = try #require(DrawnScene(text: sample.prompt.text)).varied(&generator)
        let flaw = DrawnFlaw.allCases[index % 3]
        let flawed = flaw.applied(to: scene.pixels(16), size: 16, &generator)
        return PreferencePair(
          prompt: sample.prompt, chosen: sample.artifact,
          rejected: try ImageArtifact(RasterImage(unit: flawed, size: 16)))
      }
    }
    var configuration = ImageRewardConfiguration()
    configuration.channels = [8, 16]
    let model = TrainableRewardModel(
      encoder: try ImageRewardEncoder(size: 16, configuration: configuration, seed: 1),
      criteria: [.overall], members: 2, seed: 1)
    var options = RewardOptions()
    options.epochs = 6
    options.learningRate = 4e-3
    options.members = 2
    let trainer = try RewardTrainer(
      model: model, pairs: try pairs(160, 1), options: options, seed: 1)
    while !trainer.isFinished { _ = try trainer.trainEpoch() }
    try trainer.finish()
    let heldOut = try RewardEvaluation(of: try pairs(60, 2)) { try model.scores(of: $0) }
    #expect(heldOut.accuracy > 0.8)
  }
}
