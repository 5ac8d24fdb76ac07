import Foundation

/// Mean and variance of a stream of scores, merged batch by batch (Chan, Golub and LeVeque 1979).
public struct RunningMoments: Codable, Sendable, Equatable {
  /// The number of scores seen.
  public private(set) var count = 0
  /// Their mean.
  public private(set) var mean = 0.0
  private var squaredDeviations = 0.0

  /// Creates moments of nothing.
  public init() {}

  /// The variance with division by n.
  public var populationVariance: Double {
    count > 0 ? squaredDeviations / Double(count) : 0
  }

  /// The variance with division by n - 1.
  public var sampleVariance: Double {
    count > 1 ? squaredDeviations / Double(count - 1) : 0
  }

  /// Adds a batch of scores.
  public mutating func add(_ scores: [Double]) {
    guard !scores.isEmpty else { return }
    let batchCount = Double(scores.count)
    let batchMean = scores.reduce(0, +) / batchCount
    let batchDeviations = scores.reduce(0) { $0 + ($1 - batchMean) * ($1 - batchMean) }
    let total = Double(count) + batchCount
    let difference = batchMean - mean
    squaredDeviations +=
      batchDeviations + difference * difference * Double(count) * batchCount / total
    mean += difference * batchCount / total
    count += scores.count
  }

  /// The scores in units of the standard deviation seen so far, with or without the mean taken off.
  public func normalised(_ scores: [Double], shiftsMean: Bool) -> [Double] {
    let scale = 1 / (populationVariance + 1e-8).squareRoot()
    return scores.map { ($0 - (shiftsMean ? mean : 0)) * scale }
  }
}
