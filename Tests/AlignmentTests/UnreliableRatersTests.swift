import FeedbackStore
import Foundation
import PreferenceLearning
import Presentation
import RLHFCore
import TestSupport
import Testing

@testable import Alignment

/// What `rlhf reward` makes of the votes of twenty people of whom six guess and two say the opposite.
@Suite("A reward model trained on the votes of unreliable people") struct UnreliableRatersTests {
  private enum Kind: Equatable { case good, spammer, inverter }

  /// What is liked: how much each place of a row adds where it holds what was asked for.
  private struct World {
    static let length = 6
    var generator: SeededGenerator
    var taste: [Double] = []

    init(_ seed: Seed) {
      generator = seed.generator
      taste = (0..<Self.length).map { _ in
        3 * (-2 * log(1 - generator.uniform())).squareRoot() * cos(2 * .pi * generator.uniform())
      }
    }

    func utility(_ row: [Int], of prompt: Int) -> Double {
      zip(row, taste).reduce(0) { $0 + ($1.0 == prompt ? $1.1 : 0) }
    }

    func prefersFirst(_ comparison: Comparison<Int, [Int]>) -> Bool {
      utility(comparison.first, of: comparison.prompt)
        > utility(comparison.second, of: comparison.prompt)
    }

    mutating func comparison() -> Comparison<Int, [Int]> {
      func row() -> [Int] { (0..<Self.length).map { _ in Int(3 * generator.uniform()) } }
      return Comparison(prompt: Int(3 * generator.uniform()), first: row(), second: row())
    }
  }

  /// How many people judge each comparison.
  private static let overlap = 5
  private static let kinds: [Kind] = (0..<20).map { $0 < 6 ? .spammer : $0 < 8 ? .inverter : .good }

  private func create(_ folder: URL) throws -> Project<ToyDomain> {
    try Project.create(
      at: folder, domain: ToyDomain(),
      settings: [
        "threads": 1, "domain": ["length": .integer(World.length), "hiddenSize": 8],
        // So few votes leave none to choose an epoch by.
        "reward": [
          "epochs": 10, "learningRate": 0.01, "weightDecay": 0.3, "validationFraction": 0,
        ],
      ])
  }

  /// Puts comparisons before five people each, and some more, of which the better side is known, before all.
  private func fill(
    _ project: Project<ToyDomain>, _ comparisons: [Comparison<Int, [Int]>], _ world: inout World
  ) throws {
    try project.store.addComparisons(
      comparisons, first: "a", second: "b", round: 0, split: .fixed(.train))
    try project.fillQueue(overlap: Self.overlap)
    let gold = try (0..<12).map { _ -> TaskDraft in
      let comparison = world.comparison()
      let sides = [comparison.first, comparison.second]
      let rows = try project.store.addArtifacts(
        sides.map { Sample(prompt: comparison.prompt, artifact: $0) }, origin: "gold",
        split: .fixed(.train))
      try project.store.setPresentations(
        prompts: [rows[0].prompt: [.text("\(comparison.prompt)")]],
        artifacts: Dictionary(
          zip(rows.map(\.artifact), sides.map { [.text("\($0)")] }), uniquingKeysWith: { $1 }))
      return TaskDraft(
        kind: .pair, criteria: ["overall"], prompt: rows[0].prompt, items: rows.map(\.artifact),
        gold: StudioAnswer(.pair(world.prefersFirst(comparison) ? .first : .second)))
    }
    try project.store.addTasks(gold)
  }

  /// What somebody would have said who is reliable, of a comparison as it was shown.
  private struct CleanVote: Sendable {
    var rater: Int
    var comparison: Comparison<Int, [Int]>
    var isFirst: Bool
  }

  /// Lets everybody answer until nothing waits; returns what as many reliable people would have said in their place.
  private func vote(
    _ kinds: [Kind], in project: Project<ToyDomain>, _ world: World, seed: Seed
  ) async throws -> [CleanVote] {
    let writer = SubmissionWriter(store: project.store)
    return try await withThrowingTaskGroup { group in
      for (number, kind) in kinds.enumerated() {
        let rater = try project.store.addAccount(
          name: "rater \(number)", role: .rater, actor: "test"
        ).rater
        group.addTask {
          var clean: [CleanVote] = []
          while let task = try await writer.nextTask(for: rater) {
            let prompt = Self.numbers(task.prompt)[0]
            let sides = task.presentedItems.map(Self.numbers)
            let values = sides.map { world.utility($0, of: prompt) }
            // Of two people who see the same, chance has the same to say; the better row decides how it is asked.
            let better = values[0] > values[1] ? 0 : 1
            var generator = seed.derived("rater \(number)").derived("\(prompt) \(sides[better])")
              .derived("\(sides[1 - better])").generator
            let chance = generator.uniform()
            let isRight = chance < 1 / (1 + exp(-abs(values[0] - values[1])))
            let isFirst: Bool
            switch kind {
            case .good: isFirst = isRight == (better == 0)
            case .inverter: isFirst = isRight != (better == 0)
            case .spammer: isFirst = generator.uniform() < 0.5
            }
            clean.append(
              CleanVote(
                rater: number,
                comparison: Comparison(prompt: prompt, first: sides[0], second: sides[1]),
                isFirst: isRight == (better == 0)))
            _ = try await writer.submit(
              Submission(
                id: UUID().uuidString, task: task.task, lease: task.lease,
                answer: StudioAnswer(.pair(isFirst ? .first : .second)), startedAt: Date(),
                submittedAt: Date()),
              rater: rater)
          }
          return clean
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
  }

  private static func numbers(_ blocks: [ContentBlock]) -> [Int] {
    (blocks.first?.words ?? "").compactMap(\.wholeNumberValue)
  }

  /// How often a reward model trained on what is in the store is right about new comparisons.
  private func accuracy(_ project: Project<ToyDomain>, _ world: World) throws -> Double {
    let run = try ProjectFiles.newRun(.reward, named: nil, in: project.folder)
    _ = try RewardStage(project: project).start(in: run)
    let model = try RewardModelFiles.load(of: project.domain, from: run.model)
    var world = world
    let pairs = (0..<2000).map { _ in
      let comparison = world.comparison()
      let isFirst = world.prefersFirst(comparison)
      return PreferencePair(
        prompt: comparison.prompt, chosen: isFirst ? comparison.first : comparison.second,
        rejected: isFirst ? comparison.second : comparison.first)
    }
    return try RewardEvaluation(of: pairs) { try model.scores(of: $0) }.accuracy
  }

  /// Adds the votes on `comparisons`, as those of a file that says who said what.
  private func add(
    _ votes: [CleanVote], on comparisons: [Comparison<Int, [Int]>], to project: Project<ToyDomain>
  ) throws {
    func key(_ comparison: Comparison<Int, [Int]>) -> Set<[Int]> {
      [[comparison.prompt] + comparison.first, [comparison.prompt] + comparison.second]
    }
    let wanted = Set(comparisons.map(key))
    let kept = votes.filter { wanted.contains(key($0.comparison)) }
    for (rater, votes) in Dictionary(grouping: kept, by: \.rater).sorted(by: { $0.key < $1.key }) {
      try project.store.addJudged(
        votes.map(\.comparison), judgments: votes.map { Judgment($0.isFirst ? .first : .second) },
        rater: "rater \(rater)", kind: .imported, origin: "clean", round: 0,
        split: .fixed(.train))
    }
  }

  /// What a method of consolidation costs beside clean votes, in accuracy.
  private struct Losses: Sendable {
    var weighted: Double
    var majority: Double
  }

  private func losses(_ seed: Seed, in folder: URL) async throws -> Losses {
    var world = World(seed)
    let comparisons = (0..<200).map { _ in world.comparison() }
    let voted = try create(folder.appending(path: "voted-\(seed.value)"))
    try fill(voted, comparisons, &world)
    let votes = try await vote(Self.kinds, in: voted, world, seed: seed)
    let clean = try create(folder.appending(path: "clean-\(seed.value)"))
    try add(votes, on: comparisons, to: clean)
    let best = try accuracy(clean, world)
    return Losses(
      weighted: best - (try accuracy(voted, world)),
      majority: best
        - (try accuracy(voted.with { $0.consolidation.method = .majority }, world)))
  }

  @Test("is within two points of one trained on clean votes, and better than the majority's")
  func unreliable() async throws {
    let folder = try TemporaryFolder()
    let found = try await withThrowingTaskGroup { group in
      for seed in [1, 2, 3] as [Seed] {
        group.addTask { try await losses(seed, in: folder.url) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let weighted = Statistics.mean(found.map(\.weighted))
    #expect(weighted < 0.02, "\(found)")
    #expect(Statistics.mean(found.map(\.majority)) > weighted + 0.01, "\(found)")
  }
}
