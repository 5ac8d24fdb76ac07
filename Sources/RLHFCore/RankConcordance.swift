import Foundation

/// How far several raters order the same items alike (Kendall's W, 1939).
public struct RankConcordance: Sendable, Hashable {
  /// The sum of squared deviations of the rank sums, S.
  public let deviation: Double
  /// W: 1 where all orders are the same, 0 where they cancel out.
  public let coefficient: Double
  /// Friedman's χ², with ``degreesOfFreedom``.
  public let friedman: Double
  /// The number of items less one.
  public let degreesOfFreedom: Int

  /// Compares `scores`, one row of all items' values per rater; equal values share their ranks, with the usual correction.
  public init(_ scores: [[Double]]) throws {
    guard let count = scores.first?.count, count > 1, !scores.isEmpty,
      scores.allSatisfy({ $0.count == count })
    else {
      throw RLHFError(
        .invalidData,
        "Orders to compare have \(scores.map(\.count)) items; expected the same number of at least two for each."
      )
    }
    let (raters, items) = (Double(scores.count), Double(count))
    let ranks = scores.map(Statistics.ranks)
    let sums = (0..<count).map { item in ranks.reduce(0) { $0 + $1[item] } }
    let center = raters * (items + 1) / 2
    deviation = sums.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    let ties = ranks.reduce(0.0) { sum, order in
      Dictionary(grouping: order) { $0 }.values.reduce(sum) { sum, same in
        let size = Double(same.count)
        return sum + size * size * size - size
      }
    }
    coefficient =
      12 * deviation / (raters * raters * (items * items * items - items) - raters * ties)
    friedman = raters * (items - 1) * coefficient
    degreesOfFreedom = count - 1
  }
}

/// How far one rater's comparisons of all pairs contradict themselves (Kendall and Babington Smith 1940).
public struct CircularTriads: Sendable, Hashable {
  /// How many triples go round: A over B, B over C, C over A.
  public let count: Int
  /// The most that there can be.
  public let most: Int
  /// ζ, the consistency: 1 where there are none, 0 where there could not be more.
  public var consistency: Double { most == 0 ? 1 : 1 - Double(count) / Double(most) }

  /// Counts the triples; each of the pairs of `items` must be compared once, without ties.
  public init(wins: [(winner: Int, loser: Int)], items: Int) throws {
    var won = [Int](repeating: 0, count: max(items, 0))
    var pairs: Set<[Int]> = []
    for win in wins {
      guard (0..<items).contains(win.winner), (0..<items).contains(win.loser),
        win.winner != win.loser,
        pairs.insert([min(win.winner, win.loser), max(win.winner, win.loser)]).inserted
      else {
        throw RLHFError(
          .invalidData,
          "Item \(win.winner) was preferred to item \(win.loser); expected each pair of \(items) items once."
        )
      }
      won[win.winner] += 1
    }
    guard pairs.count == items * (items - 1) / 2 else {
      throw RLHFError(
        .invalidData,
        "\(pairs.count) pairs of \(items) items were compared; expected all \(items * (items - 1) / 2)."
      )
    }
    // A triple that does not go round has one item that beats both others.
    let triples = items * (items - 1) * (items - 2) / 6
    count = triples - won.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
    most =
      items % 2 == 1
      ? items * (items * items - 1) / 24 : items * (items * items - 4) / 24
  }
}
