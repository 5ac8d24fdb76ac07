import RLHFCore

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
  /// How often each thing was said: `first`, `tie`, `4`, …
  public var counts: [String: Int]
  /// The share of pairs of raters who differ, from 0 to 1.
  public var disagreement: Double
}

extension FeedbackStore {
  /// Answers, the newest first.
  public func answers(_ filter: AnswerFilter = AnswerFilter()) throws -> [VoteRow] {
    throw RLHFError(.unsupported, "answers are not kept yet.")
  }

  /// An answer, by its id.
  public func answer(_ id: String) throws -> VoteRow? {
    throw RLHFError(.unsupported, "answers are not kept yet.")
  }

  /// Every answer that stands, skips included, in the order in which they were given.
  public func votes() throws -> [VoteRow] {
    throw RLHFError(.unsupported, "answers are not kept yet.")
  }

  /// How far the work is.
  public func studioProgress() throws -> StudioProgress {
    throw RLHFError(.unsupported, "answers are not kept yet.")
  }

  /// The tasks on which raters differ, those most at odds first.
  public func disagreements(criterion: String? = nil, limit: Int = 100) throws -> [Disagreement] {
    throw RLHFError(.unsupported, "answers are not kept yet.")
  }
}
