import Foundation
import RLHFCore
import Testing

struct PairInformationTests {
  /// Asks of 16 items, ten votes at a time, of which `active` are on the pairs that tell most.
  ///
  /// Returns the rank correlation (Kendall) of the scores with the truth before each ten votes.
  private func correlations(_ seed: Seed, votes: Int, active: Int) throws -> [Double] {
    let count = 16
    var world = seed.derived("world").generator
    let truth = (0..<count).map { _ in
      1.5 * (-2 * log(1 - world.uniform())).squareRoot() * cos(2 * .pi * world.uniform())
    }
    let pairs = (0..<count).flatMap { first in (0..<first).map { (first, $0) } }
    var chance = seed.derived("votes", active).generator
    var wins = [Double](repeating: 0, count: count * count)
    var found: [Double] = []
    for _ in 0...votes / 10 {
      let choices = wins.indices.filter { wins[$0] > 0 }.map {
        StrengthFit.Choice([$0 / count, $0 % count], weight: wins[$0])
      }
      let tells = try PairInformation(choices, count: count)
      let agreeing = pairs.reduce(0) { sum, pair in
        sum
          + ((tells.scores[pair.0] > tells.scores[pair.1]) == (truth[pair.0] > truth[pair.1])
            ? 1 : -1)
      }
      found.append(Double(agreeing) / Double(pairs.count))
      var asked = Array(pairs.shuffled(using: &chance).prefix(10 - active))
      if active > 0 {
        let values = pairs.map { tells($0.0, $0.1) }
        asked += pairs.indices.sorted { values[$0] > values[$1] }.prefix(active).map { pairs[$0] }
      }
      for (first, second) in asked {
        let isFirst = chance.uniform() < 1 / (1 + exp(truth[second] - truth[first]))
        wins[isFirst ? first * count + second : second * count + first] += 1
      }
    }
    return found
  }

  @Test func pairsThatTellMostWithAShareOfOthersNeedFewerVotes() throws {
    func means(active: Int) throws -> [Double] {
      let runs = try (1...12).map {
        try correlations(Seed(UInt64($0)), votes: 200, active: active)
      }
      return runs[0].indices.map { step in Statistics.mean(runs.map { $0[step] }) }
    }
    let (uniform, mixed) = (try means(active: 0), try means(active: 7))
    // What 120 votes on pairs drawn evenly come to.
    let needed = try #require(mixed.firstIndex { $0 >= uniform[12] })
    #expect(needed < 11, "\(needed): \(mixed), \(uniform)")
    #expect(Statistics.mean(mixed) > Statistics.mean(uniform) + 0.01, "\(mixed), \(uniform)")
  }

  @Test func whatIsKnownTellsLess() throws {
    let choices = (0..<20).map { _ in StrengthFit.Choice([0, 1]) }
    let tells = try PairInformation(choices, count: 4)
    #expect(tells(0, 1) < tells(2, 3) && tells(0, 1) > 0)
    #expect(abs(tells(0, 2) - tells(2, 0)) < 1e-12)
  }
}
