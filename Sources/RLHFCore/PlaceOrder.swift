/// Places that may be shared: 1 is the best, and equal places are ties, as in 1, 2, 2, 4.
public struct PlaceOrder: Sendable, Hashable, Codable {
  /// The place of each item.
  public let places: [Int]

  /// Checks that every place is one more than the number of items before it.
  public init(_ places: [Int]) throws {
    guard places.allSatisfy({ place in place == 1 + places.count { $0 < place } }) else {
      throw RLHFError(
        .invalidData,
        "Items have the places \(places); expected each to be one more than the number of items in front, such as 1, 2, 2, 4."
      )
    }
    self.places = places
  }

  /// The pairs of which one item is in front, the better one first.
  public var strictPairs: [(better: Int, worse: Int)] {
    pairs { places[$0] != places[$1] }.map { places[$0] < places[$1] ? ($0, $1) : ($1, $0) }
  }

  /// The pairs that share a place.
  public var ties: [(Int, Int)] { pairs { places[$0] == places[$1] } }

  private func pairs(where holds: (Int, Int) -> Bool) -> [(Int, Int)] {
    places.indices.flatMap { first in
      places.indices.dropFirst(first + 1).filter { holds(first, $0) }.map { (first, $0) }
    }
  }
}

extension StrengthFit {
  /// The logarithm of the probability of an order, the best first, under scores: Plackett (1975) and Luce (1959).
  public static func logProbability(of order: [Int], scores: [Double]) -> Double {
    RankingLikelihood(choices: [Choice(order)], count: scores.count, penalty: 0)
      .logLikelihood(scores)
  }
}
