public import RLHFCore

/// How tasks are given to raters.
public struct AssignmentRules: StageOptions, Hashable {
  /// How long a task is kept for a rater who is not heard of, in seconds.
  public var leaseSeconds = 900.0
  /// The share of tasks whose right answer is known.
  public var goldShare = 0.08
  /// The share of pairs that are shown again with the sides swapped.
  public var repeatShare = 0.05
  /// How many other tasks lie at least between a pair and its repetition.
  public var repeatGap = 5
  /// The share of tasks drawn evenly; the others are drawn by their priority.
  public var uniformShare = 0.3
  /// How many tasks a rater holds at most at a time.
  public var heldTasks = 8
  /// How many raters skip a task before nobody is given it any more.
  public var skipLimit = 3

  /// Creates the default rules.
  public init() {}

  private enum CodingKeys: String, CodingKey {
    case leaseSeconds, goldShare, repeatShare, repeatGap, uniformShare, heldTasks,
      skipLimit
  }

  /// Checks every rule.
  public func validate(_ check: inout SettingsCheck) {
    check.require(
      leaseSeconds >= 10 && leaseSeconds <= 86_400, "leaseSeconds",
      "a number of seconds from 10 to 86400", found: leaseSeconds)
    check.fraction(goldShare, "goldShare")
    check.fraction(repeatShare, "repeatShare")
    check.fraction(uniformShare, "uniformShare")
    check.positive(repeatGap, "repeatGap")
    check.positive(heldTasks, "heldTasks")
    check.positive(skipLimit, "skipLimit")
  }
}
