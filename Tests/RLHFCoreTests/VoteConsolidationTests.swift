import Foundation
import RLHFCore
import Testing

struct VoteConsolidationTests {
  private func record(
    _ rater: String, _ items: [String], _ verdict: Verdict, gold: Verdict? = nil,
    repeats: String? = nil, swapped: Bool = false, criterion: String = "overall"
  ) -> VoteRecord {
    VoteRecord(
      id: UUID().uuidString, task: items.joined(), rater: rater, criterion: criterion,
      items: items.map { .init($0) }, answer: .verdict(verdict),
      gold: gold.map { .verdict($0) }, repeats: repeats, shown: swapped ? [1, 0] : [0, 1])
  }

  private func options(
    _ method: ConsolidationOptions.Method, correctsSide: Bool = false
  ) -> ConsolidationOptions {
    var options = ConsolidationOptions()
    options.method = method
    options.correctsSide = correctsSide
    return options
  }

  @Test func majorityCounts() throws {
    let votes = [
      record("a", ["x", "y"], .first), record("b", ["x", "y"], .first),
      // The same comparison, with its items the other way round.
      record("c", ["y", "x"], .first), record("d", ["x", "y"], .tie),
      record("e", ["x", "y"], .skip), record("a", ["x", "y"], .second, repeats: "xy"),
      record("a", ["g", "h"], .first, gold: .first), record("b", ["g", "h"], .tie, gold: .first),
      record("a", ["x", "y"], .second, criterion: "other"),
    ]
    let found = try VoteConsolidation(votes, options: options(.majority))
    #expect(found.opinions.map(\.criterion) == ["overall", "other"])
    let opinion = found.opinions[0]
    #expect(opinion.first == "x" && opinion.second == "y" && opinion.votes == 4)
    #expect(abs(opinion.label - 3.0 / 5) < 1e-12 && abs(opinion.margin - log(1.5)) < 1e-12)
    #expect(opinion.confidence > 0.6 && opinion.confidence < 0.8)
    #expect(abs(found.opinions.reduce(0) { $0 + $1.weight } - 2) < 1e-12 && opinion.weight == 1.6)
    #expect(found.raters.map(\.id) == ["a", "b", "c", "d"])
    #expect(found.raters[0].votes == 3 && found.raters[0].goldRight == 1)
    #expect(found.raters[1].goldRight == 0 && found.raters[1].gold == 1)
    #expect(found.sideBias == nil)
  }

  @Test func nothingAndOtherAnswersGiveNothing() throws {
    let rating = VoteRecord(
      id: "1", task: "t", rater: "a", items: [.init("x")], answer: .rating(4))
    for method in ConsolidationOptions.Method.allCases {
      #expect(try VoteConsolidation([], options: options(method)).opinions.isEmpty)
      let found = try VoteConsolidation([rating], options: options(method))
      #expect(found.opinions.isEmpty && found.raters.isEmpty)
      let gold = try VoteConsolidation(
        [record("a", ["g", "h"], .first, gold: .first)], options: options(method))
      #expect(gold.opinions.isEmpty && gold.raters.count == 1)
    }
  }

  @Test func rankingsOfTwoCount() throws {
    let vote = VoteRecord(
      id: "1", task: "t", rater: "a", items: [.init("x"), .init("y")], answer: .ranks([2, 1]))
    #expect(try VoteConsolidation([vote], options: options(.majority)).opinions[0].label < 0.5)
  }

  @Test func impossibleSettingsAreNamed() {
    var bad = ConsolidationOptions()
    bad.expectedReliability = 0.5
    bad.priorVotes = 0
    let error = #expect(throws: RLHFError.self) { try VoteConsolidation([], options: bad) }
    #expect(error?.message.contains("consolidation.expectedReliability is 0.5") == true)
    #expect(error?.message.contains("priorVotes") == true)
  }

  /// What the simulated people know: a utility that is linear in some features.
  private struct World {
    static let size = 12
    var generator: SeededGenerator
    var taste: [Double] = []

    init(_ seed: Seed) {
      generator = seed.generator
      taste = (0..<Self.size).map { _ in normal() }
    }

    mutating func normal() -> Double {
      (-2 * log(1 - generator.uniform())).squareRoot() * cos(2 * .pi * generator.uniform())
    }

    mutating func item() -> [Double] { (0..<Self.size).map { _ in normal() } }

    func utility(_ item: [Double]) -> Double { zip(item, taste).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  private enum Kind { case good, spammer, inverter }

  /// Votes of 20 raters on 240 comparisons, five each, and on 8 % gold; and the same of reliable raters alone.
  private func simulate(
    _ seed: Seed
  ) -> (world: World, items: [String: [Double]], votes: [VoteRecord], clean: [VoteRecord]) {
    var world = World(seed)
    var items: [String: [Double]] = [:]
    var votes: [VoteRecord] = []
    var clean: [VoteRecord] = []
    let kinds = (0..<20).map { $0 < 6 ? Kind.spammer : $0 < 8 ? .inverter : .good }
    for pair in 0..<260 {
      let isGold = pair >= 240
      let (first, second) = (world.item(), world.item())
      let names = ["\(pair)a", "\(pair)b"]
      (items[names[0]], items[names[1]]) = (first, second)
      let difference = world.utility(first) - world.utility(second)
      let truth: Verdict = difference > 0 ? .first : .second
      for rater in Array(0..<20).shuffled(using: &world.generator).prefix(5) {
        func says(_ kind: Kind) -> Verdict {
          let chance = world.generator.uniform()
          switch kind {
          case .spammer: return chance < 0.5 ? .first : .second
          case .good: return chance < 1 / (1 + exp(-difference)) ? .first : .second
          case .inverter: return chance < 1 / (1 + exp(-difference)) ? .second : .first
          }
        }
        let gold: Verdict? = isGold ? truth : nil
        votes.append(record("\(rater)", names, says(kinds[rater]), gold: gold))
        clean.append(record("\(rater)", names, says(.good), gold: gold))
      }
    }
    return (world, items, votes, clean)
  }

  /// The accuracy, on new pairs, of a linear reward model trained on the opinions.
  private func accuracy(
    _ votes: [VoteRecord], _ options: ConsolidationOptions, _ items: [String: [Double]],
    _ world: World
  ) throws -> Double {
    let opinions = try VoteConsolidation(votes, options: options).opinions
    let training = opinions.map { opinion in
      CovariateFit.Vote(
        0, 0, outcome: opinion.label,
        features: zip(items[opinion.first] ?? [], items[opinion.second] ?? []).map { $0 - $1 },
        weight: opinion.weight)
    }
    let model = try CovariateFit(training, count: 1, penalty: 1)
    var test = world
    let right = (0..<1500).count { _ in
      let (first, second) = (test.item(), test.item())
      let difference = zip(model.coefficients, zip(first, second)).reduce(0) {
        $0 + $1.0 * ($1.1.0 - $1.1.1)
      }
      return (difference > 0) == (test.utility(first) > test.utility(second))
    }
    return Double(right) / 1500
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [Seed])
  func spammersAndInvertersCostLessThanTwoPoints(seed: Seed) throws {
    let (world, items, votes, clean) = simulate(seed)
    let best = try accuracy(clean, options(.majority), items, world)
    let plain = try accuracy(votes, options(.majority), items, world)
    for method in [ConsolidationOptions.Method.crowd, .dawidSkene] {
      let weighted = try accuracy(votes, options(method), items, world)
      // The confusions of Dawid and Skene take more votes to learn.
      let distance = method == .crowd ? 0.02 : 0.05
      #expect(weighted > best - distance, "\(method): \(weighted), clean \(best), plain \(plain)")
      #expect(weighted >= plain - 0.005)
      let raters = try VoteConsolidation(votes, options: options(method)).raters
      let spammers = raters.filter { (Int($0.id) ?? 0) < 6 }
      let inverters = raters.filter { (6..<8).contains(Int($0.id) ?? 0) }
      let others = raters.filter { (Int($0.id) ?? 0) >= 8 }
      #expect(inverters.allSatisfy { $0.reliability < 0.4 })
      #expect(
        (spammers.map(\.reliability).max() ?? 1) < (others.map(\.reliability).min() ?? 0) + 0.1)
    }
  }

  @Test(arguments: ConsolidationOptions.Method.allCases)
  func theSideShownFirstIsCorrected(method: ConsolidationOptions.Method) throws {
    // 40 comparisons of equals by five raters each who choose what is first three times in four.
    var generator = Seed(3).generator
    let votes = (0..<40).flatMap { pair in
      (0..<5).map { rater in
        let isSwapped = generator.uniform() < 0.7
        let isFirst = generator.uniform() < 0.75
        return record(
          "\(rater)", ["\(pair)a", "\(pair)b"], isFirst == isSwapped ? .second : .first,
          swapped: isSwapped)
      }
    }
    func lean(_ correctsSide: Bool) throws -> Double {
      let found = try VoteConsolidation(
        votes, options: options(method, correctsSide: correctsSide))
      if correctsSide { #expect(abs((found.sideBias ?? 0) - log(3)) < 0.5) }
      return abs(Statistics.mean(found.opinions.map(\.label)) - 0.5)
    }
    #expect(try lean(true) < 0.08)
    if method == .majority { #expect(try lean(true) < lean(false) / 2) }
  }
}
