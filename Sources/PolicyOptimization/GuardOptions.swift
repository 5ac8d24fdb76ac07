import RLHFCore

/// What ends policy optimisation early, and which checkpoint is the best.
///
/// An optimised score rises long after what it stands for has begun to fall (Gao et al. 2023): a score that training
/// does not see tells when.
public struct GuardOptions: Codable, Sendable, Equatable {
  /// The number of observations in a row in which the monitored score may stay below its best before training ends;
  /// `nil` waits for ever.
  public var patience: Int?
  /// By how much the monitored score must rise above its best to count as better.
  public var leastGain = 0.0
  /// By how much the monitored score may fall below its best before training ends at once; `nil` allows any fall.
  public var largestFall: Double?
  /// The divergence from the reference policy, in nats per trajectory, beyond which training ends.
  public var divergenceLimit: Double?
  /// The mean length of trajectories, in actions, beyond which training ends.
  public var lengthLimit: Double?
  /// How many times the mean length may be that of the first observation before training ends.
  public var lengthGrowthLimit: Double?
  /// The number of observations that each figure is averaged over before it is compared with a limit.
  public var window = 1

  /// Whether a run whose score is monitored ends with the policy that scored best, and not with the last one.
  public var keepsBest = true

  /// Creates the defaults, which never end training.
  public init() {}

  /// Whether anything can end training.
  public var canStop: Bool {
    patience != nil || largestFall != nil || divergenceLimit != nil || lengthLimit != nil
      || lengthGrowthLimit != nil
  }

  func validate(_ check: inout SettingsCheck, _ section: String) {
    if let patience { check.positive(patience, "\(section).patience") }
    check.notNegative(leastGain, "\(section).leastGain")
    if let largestFall { check.notNegative(largestFall, "\(section).largestFall") }
    if let divergenceLimit { check.positive(divergenceLimit, "\(section).divergenceLimit") }
    if let lengthLimit { check.positive(lengthLimit, "\(section).lengthLimit") }
    if let lengthGrowthLimit {
      check.require(
        lengthGrowthLimit > 1 && lengthGrowthLimit.isFinite, "\(section).lengthGrowthLimit",
        "a number above 1", found: lengthGrowthLimit)
    }
    check.positive(window, "\(section).window")
  }
}
