/// Which answers are wanted.
public struct AnswerFilter: Sendable, Hashable {
  /// Only of this rater, by its row.
  public var rater: Int64?
  /// Only of this task, by its public id.
  public var task: String?
  /// Only of tasks of this kind.
  public var kind: TaskKind?
  /// Only of tasks with this criterion.
  public var criterion: String?
  /// Only where one of the items comes from here.
  public var origin: String?
  /// Only gold tasks, or none of them.
  public var isGold: Bool?
  /// Only repetitions, or none of them.
  public var isRepetition: Bool?
  /// Only where nothing was answered, or only where something was.
  public var isSkip: Bool?
  /// Whether answers that others took the place of and withdrawals are among them.
  public var includesSuperseded = false
  /// Only answers stored from this time on, in milliseconds since 1970.
  public var from: Int64?
  /// Only answers stored before this time, in milliseconds since 1970.
  public var to: Int64?
  /// Only answers before this one in the order of all answers; they come newest first.
  public var before: Int64?
  /// How many at most.
  public var limit = 100

  /// Creates a filter that leaves everything that stands.
  public init() {}
}

/// An answer with what statistics need to know of its task.
public struct VoteRow: Sendable, Hashable {
  /// The answer.
  public var answer: StoredAnswer
  /// The row of the task.
  public var taskRow: Int64
  /// The criteria of the task.
  public var criteria: [String]
  /// The right answer, where it is known.
  public var gold: StudioAnswer?
  /// The rows of the artifacts in canonical order.
  public var artifacts: [Int64]
  /// Where each artifact comes from.
  public var origins: [String]
  /// The number of characters of each artifact's words.
  public var lengths: [Int]
  /// The round of the loop.
  public var round: Int
}
