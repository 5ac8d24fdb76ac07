public import Foundation
public import RLHFCore

/// An answer on its way into the store.
public struct Submission: Sendable, Hashable {
  /// A UUID that the sender makes: the same submission sent again is kept once.
  public var id: String
  /// The task's public id.
  public var task: String
  /// The lease under which the task was shown.
  public var lease: String
  /// The answer, about the items as they were shown.
  public var answer: StudioAnswer
  /// How it came about: times, plays, the input device; an object that the store keeps as it is.
  public var behaviour: JSONValue
  /// The id of the rater's own answer that this one amends.
  public var supersedes: String?
  /// When the task was opened, by the sender's clock.
  public var startedAt: Date
  /// When the answer was given, by the sender's clock.
  public var submittedAt: Date

  /// Creates a submission.
  public init(
    id: String, task: String, lease: String, answer: StudioAnswer,
    behaviour: JSONValue = .object([:]), supersedes: String? = nil, startedAt: Date,
    submittedAt: Date
  ) {
    self.id = id
    self.task = task
    self.lease = lease
    self.answer = answer
    self.behaviour = behaviour
    self.supersedes = supersedes
    self.startedAt = startedAt
    self.submittedAt = submittedAt
  }
}

/// What became of a submission.
public enum SubmissionOutcome: Sendable, Hashable {
  /// It is on disk.
  case stored(StoredAnswer)
  /// It was on disk already.
  case replayed(StoredAnswer)
  /// Its id stands for something else; nothing was kept.
  case conflict
}

/// An answer of the store.
public struct StoredAnswer: Sendable, Hashable {
  /// Its place in the order of all answers.
  public var sequence: Int64
  /// The UUID of the submission.
  public var id: String
  /// The task's public id.
  public var task: String
  /// What the task asks for.
  public var kind: TaskKind
  /// The row of the rater.
  public var rater: Int64
  /// The rater's name.
  public var raterName: String
  /// The lease under which the task was shown.
  public var lease: String
  /// The answer, about the items in canonical order; `nil` where an answer was withdrawn.
  public var answer: StudioAnswer?
  /// The order in which the items were shown.
  public var order: [Int]
  /// How it came about.
  public var behaviour: JSONValue
  /// The id of the answer that it took the place of.
  public var supersedes: String?
  /// Whether another one took its place.
  public var isSuperseded: Bool
  /// Whether it came when the task had all its answers.
  public var isSurplus: Bool
  /// Whether the right answer is known.
  public var isGold: Bool
  /// The public id of the task that was shown again.
  public var repeatOf: String?
  /// How long the rater took, in seconds.
  public var seconds: Double
  /// When it was stored, in milliseconds since 1970.
  public var created: Int64

  /// The answer, about the items as they were shown.
  public var presentedAnswer: StudioAnswer? { answer?.presented(order: order) }
}
