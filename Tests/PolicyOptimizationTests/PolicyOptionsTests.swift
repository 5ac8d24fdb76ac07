import RLHFCore
import Testing

@testable import PolicyOptimization

/// One combination of settings that cannot be, and what is said of it.
struct ImpossibleSettings: Sendable, CustomTestStringConvertible {
  let value: JSONValue
  let words: [String]
  var testDescription: String { "\(value)" }

  init(_ value: JSONValue, _ words: String...) {
    self.value = value
    self.words = words
  }
}

@Suite("Settings of policy optimisation") struct PolicyOptionsTests {
  private func decoded(_ value: JSONValue) throws -> PolicyOptions {
    try Settings.decode(
      stage: value, over: PolicyOptions(), section: "ppo", source: "rlhf.yaml")
  }

  @Test("every algorithm is possible by its name alone", arguments: PolicyAlgorithm.allCases)
  func defaults(algorithm: PolicyAlgorithm) throws {
    let options = try decoded(["algorithm": .string(algorithm.rawValue)])
    #expect(options.algorithm == algorithm)
    #expect((options.recipe.source == .critic) == (algorithm == .ppo))
    #expect(options.recipe.groupSize == (options.recipe.comparesGroups ? 8 : 1))
  }

  @Test("the group size is the largest divisor of the batch up to 8")
  func groupSize() throws {
    for (batch, expected) in [(64, 8), (12, 6), (4, 4), (9, 3), (10, 5)] {
      var options = PolicyOptions()
      options.algorithm = .rloo
      options.batchSize = batch
      #expect(options.recipe.groupSize == expected)
    }
  }

  @Test("what is set goes over what the algorithm has")
  func overrides() throws {
    let options = try decoded([
      "algorithm": "dapo", "clipRangeAbove": 0.5, "ratioLimit": 3, "ratio": "trajectoryMean",
      "normalisation": "longest", "scaling": "batch", "skipsSilentGroups": false,
      "kl": ["placement": "reward"],
    ])
    let recipe = options.recipe
    #expect(recipe.clip == ClipRange(below: 0.2, above: 0.5, limit: 3))
    #expect(recipe.ratio == .trajectoryMean && recipe.normalisation == .longest)
    #expect(recipe.scaling == .batch && recipe.placement == .reward && recipe.estimator == .k1)
    #expect(!recipe.skipsSilentGroups && recipe.resamplings == 0)
  }

  @Test(
    "what cannot be is said with the way out",
    arguments: [
      ImpossibleSettings(
        ["algorithm": "grpo", "groupSize": 1], "ppo.groupSize is 1", "at least 2"),
      ImpossibleSettings(
        ["algorithm": "grpo", "groupSize": 5], "ppo.batchSize is 64",
        "a multiple of groupSize (5)"),
      ImpossibleSettings(
        ["algorithm": "rloo", "batchSize": 11, "minibatchSize": 11], "ppo.groupSize is 1",
        "RLOO compares trajectories of the same prompt"),
      ImpossibleSettings(
        ["algorithm": "grpo", "kl": ["estimator": "k1"]], "ppo.kl.estimator is k1", "k2 or k3"),
      ImpossibleSettings(["kl": ["placement": "loss", "estimator": "k1"]], "ppo.kl.estimator"),
      ImpossibleSettings(["algorithm": "rloo", "discount": 0.9], "ppo.discount is 0.9"),
      ImpossibleSettings(["ratio": "trajectory"], "ppo.ratio is trajectory", "PPO"),
      ImpossibleSettings(["scaling": "group"], "ppo.scaling is group"),
      ImpossibleSettings(["skipsSilentGroups": true], "ppo.skipsSilentGroups is true"),
      ImpossibleSettings(["algorithm": "grpo", "resamplings": 2], "ppo.resamplings is 2"),
      ImpossibleSettings(
        ["algorithm": "dapo", "whitensAdvantages": true], "ppo.resamplings is 3"),
      ImpossibleSettings(["ratioLimit": 1.1], "ppo.ratioLimit is 1.1", "more than 1.2"),
      ImpossibleSettings(["skippedUpdatesLimit": 0], "ppo.skippedUpdatesLimit is 0"),
      ImpossibleSettings(
        ["score": ["length": ["buffer": 4]]], "ppo.score.length.buffer is 4", "without a limit"),
      ImpossibleSettings(
        ["score": ["length": ["limit": 3, "buffer": 4]]], "ppo.score.length.buffer is 4"),
      ImpossibleSettings(["algorithm": "gpro"], "ppo.algorithm", "grpo"),
    ])
  func impossible(settings: ImpossibleSettings) throws {
    let error = #expect(throws: RLHFError.self) { try decoded(settings.value) }
    #expect(error?.code == .invalidConfiguration)
    for word in settings.words {
      #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    }
  }

  @Test("the penalty on length rises over the buffer")
  func lengthPenalty() {
    var penalty = LengthPenalty()
    #expect(penalty(length: 1000) == 0)
    penalty.limit = 10
    #expect([9, 10, 11].map { penalty(length: $0) } == [0, 0, -1])
    penalty.buffer = 4
    penalty.penalty = 2
    #expect([5, 6, 7, 8, 10, 12].map { penalty(length: $0) } == [0, 0, -0.5, -1, -2, -2])
    var options = ScoreOptions()
    options.length = penalty
    let shaped = options.shaped(
      [1, 1], isComplete: [true, true], lengths: [2, 8], moments: RunningMoments())
    #expect(shaped == [1, 0])
  }
}
