import Foundation
import NeuralNetworks
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Torch

@testable import PreferenceLearning

/// Rankings, ratings, several criteria and ensembles, on artifacts whose utility is known.
@Suite("Reward models of every form") struct RewardFormsTests {
  typealias Toy = FeatureEncoder<Int, [Float]>
  typealias Data = Preferences<Int, [Float]>

  private static func utility(_ artifact: [Float]) -> Double { Double(artifact[0] - artifact[1]) }

  private func artifacts(_ count: Int, seed: Seed) -> [[Float]] {
    var generator = seed.generator
    return (0..<count).map { _ in (0..<3).map { _ in Float(generator.uniform() * 2 - 1) } }
  }

  private func rankings(_ count: Int, seed: Seed, topCount: Int? = nil) -> [Ranking<Int, [Float]>] {
    (0..<count).map { index in
      let group = artifacts(3 + index % 3, seed: seed.derived("group", index))
      return Ranking(
        prompt: 0, artifacts: group.sorted { Self.utility($0) > Self.utility($1) },
        topCount: topCount)
    }
  }

  /// One to five stars, by where the utility lies between -2 and 2.
  private func ratings(_ count: Int, seed: Seed) -> [Rating<Int, [Float]>] {
    artifacts(count, seed: seed).map { artifact in
      Rating(
        prompt: 0, artifact: artifact, value: (3 + Self.utility(artifact)).rounded(), scale: .five)
    }
  }

  private func pairs(
    _ count: Int, seed: Seed, criterion: String = "overall",
    by value: ([Float]) -> Double = RewardFormsTests.utility
  ) -> [PreferencePair<Int, [Float]>] {
    let all = artifacts(2 * count, seed: seed)
    return (0..<count).map { index in
      let sides = [all[2 * index], all[2 * index + 1]].sorted { value($0) > value($1) }
      return PreferencePair(
        prompt: 0, chosen: sides[0], rejected: sides[1], criterion: criterion)
    }
  }

  private func trained(
    _ data: Data, criteria: [Criterion] = [.overall], seed: Seed = 4,
    _ change: (inout RewardOptions) -> Void = { _ in }
  ) throws -> TrainableRewardModel<Toy> {
    var options = RewardOptions()
    options.epochs = 10
    options.learningRate = 0.01
    change(&options)
    let model = TrainableRewardModel(
      encoder: Toy(inputSize: 3, hiddenSize: 16, seed: seed) { $0.artifact },
      criteria: criteria, members: options.members, seed: seed)
    let trainer = try RewardTrainer(model: model, preferences: data, options: options, seed: seed)
    while !trainer.isFinished { _ = try trainer.trainEpoch() }
    try trainer.finish()
    return model
  }

  /// The correlation of scores and known utilities on fresh artifacts.
  private func recovery(_ model: TrainableRewardModel<Toy>) throws -> Double {
    let fresh = artifacts(200, seed: 99)
    let scores = try model.scores(of: fresh.map { Sample(prompt: 0, artifact: $0) })
    return Statistics.pearsonCorrelation(scores.map(\.total), fresh.map(Self.utility))
  }

  @Test("rankings give back known utilities", arguments: RewardOptions.RankingLoss.allCases)
  func rankings(loss: RewardOptions.RankingLoss) throws {
    for seed: UInt64 in 1...3 {
      let data = Data(rankings: rankings(120, seed: Seed(seed)))
      let model = try trained(data, seed: Seed(seed)) { $0.rankingLoss = loss }
      #expect(try recovery(model) > 0.95)
    }
    let turned = Data(
      rankings: rankings(120, seed: 1).map {
        Ranking(prompt: 0, artifacts: $0.artifacts.reversed())
      })
    #expect(try recovery(trained(turned) { $0.rankingLoss = loss }) < -0.9)
  }

  @Test("first places alone give them back as well")
  func topPlaces() throws {
    let model = try trained(Data(rankings: rankings(200, seed: 1, topCount: 1)))
    #expect(try recovery(model) > 0.9)
  }

  @Test("ratings give back known utilities", arguments: RewardOptions.RatingLoss.allCases)
  func ratings(loss: RewardOptions.RatingLoss) throws {
    for seed: UInt64 in 1...3 {
      let data = Data(ratings: ratings(240, seed: Seed(seed)))
      let model = try trained(data, seed: Seed(seed)) { $0.ratingLoss = loss }
      #expect(try recovery(model) > 0.93)
    }
    let turned = Data(
      ratings: ratings(240, seed: 1).map {
        Rating(prompt: 0, artifact: $0.artifact, value: 6 - $0.value, scale: $0.scale)
      })
    #expect(try recovery(trained(turned) { $0.ratingLoss = loss }) < -0.9)
  }

  @Test("pairs, rankings and ratings on several scales are learned from together, and resumed")
  func together() throws {
    let data = Data(
      pairs: pairs(60, seed: 1), rankings: rankings(30, seed: 2),
      ratings: ratings(60, seed: 3)
        + artifacts(40, seed: 4).map {
          Rating(
            prompt: 0, artifact: $0, value: Self.utility($0) > 0 ? 1 : 0, scale: .desirability)
        })
    #expect(try recovery(trained(data)) > 0.93)
    let folder = try TemporaryFolder()
    func trainer() throws -> RewardTrainer<Toy> {
      var options = RewardOptions()
      options.members = 2
      let model = TrainableRewardModel(
        encoder: Toy(inputSize: 3, hiddenSize: 16, seed: 1) { $0.artifact }, criteria: [.overall],
        members: 2, seed: 1)
      return try RewardTrainer(model: model, preferences: data, options: options, seed: 1)
    }
    let unbroken = try trainer()
    let first = try unbroken.trainEpoch()
    for form in ["pair", "ranking", "rating"] {
      #expect(first["reward/\(form)Loss"]?.isFinite == true)
    }
    try unbroken.save(to: folder.url)
    let resumed = try trainer()
    try resumed.restore(from: folder.url)
    for _ in 0..<2 { #expect(try unbroken.trainEpoch() == resumed.trainEpoch()) }
  }

  @Test("a form with weight 0 teaches nothing")
  func weights() throws {
    let wrong = rankings(120, seed: 2).map {
      Ranking(prompt: 0, artifacts: $0.artifacts.reversed())
    }
    let data = Data(pairs: pairs(120, seed: 1), rankings: wrong)
    #expect(try recovery(trained(data) { $0.rankingWeight = 0 }) > 0.93)
  }

  @Test("each criterion has its own score, and the total weighs them")
  func criteria() throws {
    let criteria = [Criterion(id: "left", weight: 1), Criterion(id: "right", weight: 1)]
    var options = RewardOptions()
    options.criterionWeights = ["right": -0.5]
    let weighted = try options.weighted(criteria)
    #expect(weighted.map(\.weight) == [1, -0.5])
    let data = Data(
      pairs: pairs(150, seed: 1, criterion: "left") { Double($0[0]) }
        + pairs(150, seed: 2, criterion: "right") { Double($0[2]) })
    let model = try trained(data, criteria: weighted)
    let fresh = artifacts(200, seed: 99)
    let scores = try model.scores(of: fresh.map { Sample(prompt: 0, artifact: $0) })
    func correlation(_ criterion: String, _ place: Int) -> Double {
      Statistics.pearsonCorrelation(
        scores.compactMap { $0.byCriterion[criterion] }, fresh.map { Double($0[place]) })
    }
    #expect(correlation("left", 0) > 0.93 && correlation("right", 2) > 0.93)
    for score in scores.prefix(5) {
      let parts = (score.byCriterion["left"] ?? .nan, score.byCriterion["right"] ?? .nan)
      #expect(abs(score.total - (parts.0 - 0.5 * parts.1)) < 1e-9)
    }
    let held = pairs(100, seed: 3, criterion: "left") { Double($0[0]) }
    let evaluation = try RewardEvaluation(of: held) { try model.scores(of: $0) }
    #expect(evaluation.accuracy > 0.85)
    #expect(throws: RLHFError.self) { try trained(data) }
    options.criterionWeights = ["middle": 1]
    let error = #expect(throws: RLHFError.self) { try options.weighted(criteria) }
    #expect(error?.message.contains("'middle'") == true)
  }

  @Test("members of an ensemble disagree most where nobody judged")
  func ensemble() throws {
    let model = try trained(Data(pairs: pairs(80, seed: 1))) { $0.members = 5 }
    #expect(try recovery(model) > 0.9)
    func deviation(_ scale: Float) throws -> Double {
      let samples = artifacts(100, seed: 7).map { artifact in
        Sample(prompt: 0, artifact: artifact.map { $0 * scale })
      }
      return Statistics.mean(try model.scores(of: samples).map(\.deviation))
    }
    #expect(try deviation(1) > 0)
    #expect(try deviation(4) > deviation(1))
    let score = try #require(
      try model.scores(of: [Sample(prompt: 0, artifact: [1, -1, 0])]).first)
    #expect(score.pessimistic(2) == score.total - 2 * score.deviation)
    let folder = try TemporaryFolder()
    try model.saveHeads(to: folder.url)
    let read = try TrainableRewardModel(encoder: model.encoder, headsFrom: folder.url)
    let samples = artifacts(5, seed: 8).map { Sample(prompt: 0, artifact: $0) }
    #expect(read.members == 5)
    #expect(try read.scores(of: samples) == model.scores(of: samples))
  }

  @Test("what cannot be learned from is refused")
  func mistakes() throws {
    let off = Data(ratings: [Rating(prompt: 0, artifact: [0, 0, 0], value: 6, scale: .five)])
    let error = #expect(throws: RLHFError.self) { try trained(off) }
    #expect(error?.message.contains("6.0 on a scale from 1.0 to 5.0") == true)
    let single = Data(rankings: [Ranking(prompt: 0, artifacts: [[0, 0, 0]])])
    #expect(throws: RLHFError.self) { try trained(single) }
    let fine = try RatingScale(lowest: 0, highest: 1000)
    let wide = Data(ratings: [Rating(prompt: 0, artifact: [0, 0, 0], value: 6, scale: fine)])
    let levels = #expect(throws: RLHFError.self) { try trained(wide) }
    #expect(levels?.message.contains("Set reward.ratingLoss") == true)
    #expect(throws: RLHFError.self) { try RatingScale(lowest: 1, highest: 1) }
    var check = SettingsCheck(section: "reward")
    var options = RewardOptions()
    options.pessimism = 1
    options.validate(&check)
    #expect(check.problems.count == 1)
  }
}
