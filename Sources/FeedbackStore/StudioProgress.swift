/// How far the work is.
public struct StudioProgress: Sendable, Hashable, Codable {
  /// How much of something is done.
  public struct Share: Sendable, Hashable, Codable {
    /// What it is: a kind of task, the row of a rater, a day.
    public var name: String
    /// The tasks.
    public var tasks = 0
    /// The tasks that have all their answers.
    public var answered = 0
    /// The answers that stand.
    public var answers = 0
  }

  /// The tasks, repetitions and gold tasks not counted.
  public var tasks = 0
  /// The tasks that have all their answers.
  public var answered = 0
  /// The tasks that can be given to somebody.
  public var open = 0
  /// The tasks that are given to nobody any more, because too many skipped them.
  public var retired = 0
  /// The answers that stand.
  public var answers = 0
  /// The answers that stand and say nothing.
  public var skipped = 0
  /// The answers that stand and came when the task had all its answers.
  public var surplus = 0
  /// By the kind of task.
  public var kinds: [Share] = []
  /// By rater, named by the rater's name.
  public var raters: [Share] = []
  /// By day (UTC, `2026-11-24`).
  public var days: [Share] = []

  /// Creates the progress of an empty store.
  public init() {}
}

/// A task on which raters differ.
public struct Disagreement: Sendable, Hashable {
  /// The task.
  public var task: StudioTask
  /// What stands, one of each rater.
  public var answers: [StudioAnswer]
  /// How often each thing was said, such as `first` or `tie`.
  public var counts: [String: Int]
  /// The share of pairs of raters who differ, from 0 to 1.
  public var disagreement: Double
}
