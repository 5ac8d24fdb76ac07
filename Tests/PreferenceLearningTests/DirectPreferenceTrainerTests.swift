import Foundation
import NeuralNetworks
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Torch

@testable import PreferenceLearning

@Suite("Direct preference trainer") struct DirectPreferenceTrainerTests {
  typealias Toy = TokenPolicy<Int, [Int]>
  typealias Data = Preferences<Int, [Int]>
  typealias Kind = DirectPreferenceLoss.Kind

  /// Three tokens a response; the prompt says which token is wanted.
  private func policy() -> Toy {
    Toy(
      .init(promptSize: 3, vocabularySize: 3, responseLength: 3, hiddenSize: 16), seed: 1,
      describe: { wanted in (0..<3).map { $0 == wanted ? 1 : 0 } }, decode: { $0 },
      encode: { $0 })
  }

  /// Random responses in pairs, the one with more of what is wanted preferred.
  private func data(_ count: Int, seed: Seed, isFlipped: Bool = false) -> Data {
    var generator = seed.generator
    func response() -> [Int] { (0..<3).map { _ in Int(generator.uniform() * 3) } }
    var pairs: [PreferencePair<Int, [Int]>] = []
    while pairs.count < count {
      let prompt = pairs.count % 3
      let sides = [response(), response()]
      let utilities = sides.map { side in side.count { $0 == prompt } }
      guard utilities[0] != utilities[1] else { continue }
      let isFirst = (utilities[0] > utilities[1]) != isFlipped
      pairs.append(
        PreferencePair(
          prompt: prompt, chosen: sides[isFirst ? 0 : 1], rejected: sides[isFirst ? 1 : 0]))
    }
    return Data(pairs: pairs)
  }

  private func options(_ kind: Kind) -> DirectPreferenceOptions {
    var options = DirectPreferenceOptions()
    options.loss = kind
    options.epochs = 6
    options.batchSize = 16
    options.microbatchSize = 16
    options.learningRate = 0.01
    return options
  }

  private func trainer(
    _ data: Data, _ options: DirectPreferenceOptions, heldOut: Data = Data(), seed: Seed = 1
  ) throws -> DirectPreferenceTrainer<Toy> {
    let trainer = try DirectPreferenceTrainer(
      policy: policy(), preferences: data, heldOut: heldOut, options: options, seed: seed)
    try trainer.cacheReference(policy())
    return trainer
  }

  /// The share of wanted tokens in fresh samples.
  private func utility(_ policy: Toy) throws -> Double {
    let prompts = (0..<90).map { $0 % 3 }
    let artifacts = try withoutGradient {
      try policy.artifacts(of: policy.sample(prompts, seed: 5))
    }
    return Statistics.mean(
      zip(prompts, artifacts).map { prompt, artifact in
        Double(artifact.count { $0 == prompt }) / 3
      })
  }

  @Test(
    "each loss moves the policy to what is preferred, over three seeds", arguments: Kind.allCases)
  func learns(kind: Kind) throws {
    for seed: UInt64 in 1...3 {
      let held = data(60, seed: Seed(seed + 100))
      let trainer = try trainer(
        data(240, seed: Seed(seed)), options(kind), heldOut: held, seed: Seed(seed))
      let before = try utility(trainer.policy)
      var metrics: [String: Double] = [:]
      while trainer.step < trainer.totalSteps { metrics = try trainer.update() }
      let after = try utility(trainer.policy)
      #expect(after > before + 0.25, "\(kind) with seed \(seed): \(before) to \(after)")
      #expect(metrics["preference/margin"] ?? 0 > 0)
      let evaluation = try trainer.evaluateHeldOut()
      #expect(evaluation["preference/heldOutAccuracy"] ?? 0 > 0.8)
      #expect(evaluation["preference/heldOutMargin"] ?? 0 > 0)
      #expect(trainer.skipped == 0)
    }
  }

  @Test("flipped labels move it away", arguments: Kind.allCases)
  func flipped(kind: Kind) throws {
    let held = data(60, seed: 100)
    let trainer = try trainer(
      data(240, seed: 1, isFlipped: true), options(kind), heldOut: held)
    let before = try utility(trainer.policy)
    while trainer.step < trainer.totalSteps { _ = try trainer.update() }
    #expect(try utility(trainer.policy) < before)
    #expect(try trainer.evaluateHeldOut()["preference/heldOutAccuracy"] ?? 1 < 0.2)
  }

  @Test(
    "before the first update the rewards are 0, and the loss is known", arguments: Kind.allCases)
  func start(kind: Kind) throws {
    let trainer = try trainer(data(16, seed: 1), options(kind))
    let metrics = try trainer.update()
    guard kind.hasReference else { return }
    #expect(abs(metrics["preference/margin"] ?? 1) < 1e-5)
    let loss: [Kind: Double] = [
      .sigmoid: log(2), .robust: log(2), .hinge: 1, .ipo: 25, .ncaPair: 2 * log(2), .apoZero: 1,
      .sppoHard: 50, .kto: 0.5, .apoZeroUnpaired: 0.5,
    ]
    #expect(agrees([metrics["preference/loss"] ?? .nan], [loss[kind] ?? .nan], within: 1e-4))
  }

  @Test("accumulated microbatches equal one batch", arguments: [Kind.sigmoid, .ipo, .orpo, .kto])
  func microbatches(kind: Kind) throws {
    var parts = options(kind)
    parts.microbatchSize = 3
    let (one, two) = (
      try trainer(data(48, seed: 1), options(kind)), try trainer(data(48, seed: 1), parts)
    )
    for _ in 0..<3 {
      let (first, second) = (try one.update(), try two.update())
      #expect(
        agrees(
          [first["preference/loss"] ?? .nan], [second["preference/loss"] ?? .infinity],
          within: 1e-4))
    }
    for (first, second) in zip(one.policy.parameters.parameters, two.policy.parameters.parameters) {
      #expect(agrees(first.tensor.detached(), second.tensor.detached(), within: 1e-3))
    }
  }

  @Test("goes on from a checkpoint to the same figures", arguments: [Kind.sigmoid, .simpo, .kto])
  func resume(kind: Kind) throws {
    let folder = try TemporaryFolder()
    let (data, held) = (data(48, seed: 1), data(12, seed: 2))
    let unbroken = try trainer(data, options(kind), heldOut: held)
    for _ in 0..<2 { _ = try unbroken.update() }
    try unbroken.save(to: folder.url)
    try unbroken.policy.parameters.save(to: folder("policy.safetensors"))
    let policy = policy()
    try policy.parameters.load(SafetensorsFile(folder("policy.safetensors")))
    let resumed = try DirectPreferenceTrainer(
      policy: policy, preferences: data, heldOut: held, options: options(kind), seed: 1)
    try resumed.restore(from: folder.url)
    #expect(!resumed.wantsReference)
    for _ in 0..<3 { #expect(try unbroken.update() == resumed.update()) }
    #expect(try unbroken.evaluateHeldOut() == resumed.evaluateHeldOut())

    let other = try DirectPreferenceTrainer(
      policy: policy, preferences: self.data(50, seed: 1), heldOut: held, options: options(kind),
      seed: 1)
    if kind.hasReference {
      let error = #expect(throws: RLHFError.self) { try other.restore(from: folder.url) }
      #expect(error?.message.contains("Preferences were added since") == true)
    }
  }

  @Test("rankings and ratings are learned from as the loss can")
  func otherForms() throws {
    let rankings = Data(rankings: [
      Ranking(prompt: 0, artifacts: [[0, 0, 0], [0, 0, 1], [1, 1, 2]]),
      Ranking(prompt: 1, artifacts: [[1, 1, 0], [0, 0, 1], [2, 0, 2]], topCount: 1),
    ])
    #expect(try trainer(rankings, options(.sigmoid)).training.examples.count == 5)
    let ratings = Data(ratings: [
      Rating(prompt: 0, artifact: [0, 0, 0], value: 5, scale: .five),
      Rating(prompt: 0, artifact: [0, 0, 1], value: 3, scale: .five),
      Rating(prompt: 0, artifact: [1, 0, 1], value: 0, scale: .desirability),
    ])
    #expect(try trainer(ratings, options(.kto)).training.examples.count == 2)
    let error = #expect(throws: RLHFError.self) { try trainer(ratings, options(.sigmoid)) }
    #expect(error?.message.contains("Set dpo.loss to 'kto'") == true)
    let nothing = #expect(throws: RLHFError.self) { try trainer(Data(), options(.sigmoid)) }
    #expect(nothing?.message.contains("no preferences") == true)
    let ties = Data(pairs: [
      PreferencePair(prompt: 0, chosen: [0, 0, 0], rejected: [1, 1, 1], label: 0.5)
    ])
    let tied = #expect(throws: RLHFError.self) { try trainer(ties, options(.kto)) }
    #expect(tied?.message.contains("are ties") == true)
  }

  @Test("a tie pulls the sides together")
  func ties() throws {
    let ties = Data(
      pairs: data(48, seed: 1).pairs.map { pair in
        var pair = pair
        pair.label = 0.5
        return pair
      })
    let policy = policy()
    let trainer = try DirectPreferenceTrainer(
      policy: policy, preferences: ties, options: options(.sigmoid), seed: 1)
    try trainer.cacheReference(self.policy())
    let metrics = try trainer.update()
    #expect(abs((metrics["preference/loss"] ?? 0) - log(2)) < 1e-5)
    #expect(metrics["preference/gradientNorm"] ?? 1 < 1e-4)
    #expect(metrics["preference/accuracy"] == nil)
  }

  @Test("an update whose loss is not finite is skipped and counted; too many end the run")
  func notFinite() throws {
    var options = options(.sigmoid)
    options.skippedLimit = 2
    let pairs = data(16, seed: 1)
    let broken = Data(
      pairs: pairs.pairs.map { pair in
        var pair = pair
        pair.weight = .nan
        return pair
      })
    let trainer = try trainer(broken, options)
    let before = trainer.policy.parameters.parameters.map { $0.tensor.floats() }
    for count in 1...2 {
      #expect(try trainer.update()["preference/skipped"] == Double(count))
    }
    let error = #expect(throws: RLHFError.self) { try trainer.update() }
    #expect(error?.code == .training)
    #expect(error?.message.contains("3 updates in a row") == true)
    #expect(trainer.policy.parameters.parameters.map { $0.tensor.floats() } == before)
  }

  @Test("the divergence from the reference grows from 0")
  func divergence() throws {
    let trainer = try trainer(data(240, seed: 1), options(.sigmoid))
    let prompts = (0..<30).map { $0 % 3 }
    let reference = policy()
    #expect(try trainer.divergence(from: reference, on: prompts, seed: 1) == 0)
    for _ in 0..<20 { _ = try trainer.update() }
    #expect(try trainer.divergence(from: reference, on: prompts, seed: 1) > 0.05)
  }

  @Test("settings that are impossible are named")
  func settings() {
    func problems(_ change: (inout DirectPreferenceOptions) -> Void) -> [String] {
      var options = DirectPreferenceOptions()
      change(&options)
      var check = SettingsCheck(section: "dpo")
      options.validate(&check)
      return check.problems
    }
    #expect(problems { _ in }.isEmpty)
    #expect(problems { $0.beta = 0 } == ["dpo.beta is 0.0; expected a number above 0"])
    #expect(problems { $0.labelSmoothing = 0.5 }.count == 1)
    #expect(
      problems {
        $0.loss = .kto
        $0.referenceFree = true
      } == ["dpo.referenceFree is true; expected false with the loss 'kto'"])
    var simpo = DirectPreferenceOptions()
    simpo.loss = .simpo
    #expect(simpo.lossFunction.beta == 2)
    #expect(DirectPreferenceOptions().lossFunction.beta == 0.1)
  }
}
