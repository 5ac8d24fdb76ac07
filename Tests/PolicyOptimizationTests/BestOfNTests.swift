import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import PolicyOptimization

@Suite("Best of n") struct BestOfNTests {
  @Test("keeps the best of each prompt's samples, and the same seed keeps the same")
  func choices() async throws {
    let policy = ToyTraining.policy()
    let sampler = BestOfN(count: 5, batchSize: 4)
    func run(_ seed: Seed) async throws -> [BestOfN.Choice<Int, [Int]>] {
      try await sampler.choices(of: policy, for: [2, 0, 1], seed: seed) { ToyTraining.score($0) }
    }
    let choices = try await run(3)
    #expect(choices.map(\.best.prompt) == [2, 0, 1])
    for choice in choices {
      #expect(choice.samples.count == 5)
      #expect(Set(choice.samples.map(\.prompt)).count == 1)
      #expect(choice.scores == ToyTraining.score(choice.samples))
      #expect(choice.bestScore == choice.scores.max())
      #expect(choice.scores.firstIndex(of: choice.bestScore) == choice.bestIndex)
    }
    #expect(try await run(3).map(\.samples) == choices.map(\.samples))
    #expect(try await run(4).map(\.samples) != choices.map(\.samples))
  }

  @Test("the expected best rises with n, and is what was drawn for all samples")
  func expectations() async throws {
    let choices = try await BestOfN(count: 12).choices(
      of: ToyTraining.policy(), for: [0, 1, 2, 0], seed: 1
    ) { ToyTraining.score($0) }
    let found = BestOfN(count: 12).expectations(choices.map(\.scores))
    #expect(found.map(\.n) == [1, 2, 4, 8, 12])
    #expect(zip(found, found.dropFirst()).allSatisfy { $0.score <= $1.score })
    #expect(abs(found[0].score - Statistics.mean(choices.flatMap(\.scores))) < 1e-12)
    #expect(abs(found[4].score - Statistics.mean(choices.map(\.bestScore))) < 1e-12)
    #expect(BestOfN(count: 1).expectations([[3]]).map(\.n) == [1])
  }

  @Test("expectations equal the reference", .enabled(if: Oracles.has("algorithms/evaluation.json")))
  func reference() throws {
    let oracle = try Oracles.json("algorithms/evaluation.json")["best_of_n"]
    let rewards = oracle["rewards"].doubles
    let found = BestOfN(count: rewards.count).expectations([rewards])
    for item in oracle["by_n"].array {
      guard let own = found.first(where: { $0.n == item["n"].int }) else { continue }
      #expect(abs(own.divergenceBound - item["kl"].double) < 1e-9)
      #expect(abs(own.score - item["expected_max"].double) < 1e-9)
    }
  }

  @Test("a score that is not a number is refused")
  func badScores() async {
    let error = await #expect(throws: RLHFError.self) {
      _ = try await BestOfN(count: 2).choices(of: ToyTraining.policy(), for: [0], seed: 1) { _ in
        [1, .nan]
      }
    }
    #expect(error?.code == .training)
  }
}
