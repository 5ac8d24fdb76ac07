import RLHFCore

/// A penalty on trajectories that come near the longest length, in units of the score: equation 13 of DAPO.
public struct LengthPenalty: Codable, Sendable, Equatable {
  /// The length at which the whole penalty is due, or without a buffer beyond which; `nil` punishes no length.
  public var limit: Int?
  /// Over how many actions below the limit the penalty rises from 0.
  public var buffer = 0
  /// The whole penalty.
  public var penalty = 1.0

  /// Creates the default, no penalty.
  public init() {}

  /// What is added to the score of a trajectory of `length` actions: 0 or less.
  public func callAsFunction(length: Int) -> Double {
    guard let limit, length > limit - buffer else { return 0 }
    guard buffer > 0, length < limit else { return -penalty }
    return -penalty * Double(length - (limit - buffer)) / Double(buffer)
  }

  func validate(_ check: inout SettingsCheck) {
    check.notNegative(penalty, "score.length.penalty")
    check.notNegative(Double(buffer), "score.length.buffer")
    guard let limit else {
      check.require(buffer == 0, "score.length.buffer", "0 without a limit", found: buffer)
      return
    }
    check.positive(limit, "score.length.limit")
    check.require(
      buffer <= limit, "score.length.buffer", "at most score.length.limit (\(limit))",
      found: buffer)
  }
}
