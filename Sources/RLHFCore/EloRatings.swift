import Foundation

/// Ratings that move with each comparison (Elo 1978): quick to follow a stream, but dependent on its order.
public struct EloRatings: Sendable, Hashable, Codable {
  /// The ratings of the items.
  public private(set) var ratings: [Double]
  /// The most that one comparison can move a rating (K).
  public var largestStep: Double
  /// The difference that makes odds of ten to one.
  public var scale: Double

  /// Creates equal ratings.
  public init(count: Int, initial: Double = 1000, largestStep: Double = 32, scale: Double = 400) {
    ratings = Array(repeating: initial, count: count)
    self.largestStep = largestStep
    self.scale = scale
  }

  /// The probability that `first` wins against `second`.
  public func winProbability(of first: Int, against second: Int) -> Double {
    1 / (1 + pow(10, (ratings[second] - ratings[first]) / scale))
  }

  /// Takes in a comparison; `result` is 1 where `first` won, 0 where it lost, 0.5 for a tie.
  public mutating func record(_ first: Int, against second: Int, result: Double = 1) {
    let step = largestStep * (result - winProbability(of: first, against: second))
    ratings[first] += step
    ratings[second] -= step
  }
}
