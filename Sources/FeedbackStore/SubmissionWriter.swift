public import Foundation
public import RLHFCore

/// Writes what raters submit: whatever waits is committed together, so that each answer is on disk before it is
/// acknowledged without a disk access of its own.
public actor SubmissionWriter {
  /// Turns the payload of a prompt and the text of a demonstration into the payload of an artifact, both JSON; `nil`
  /// where the domain's artifacts are not texts.
  public typealias ArtifactMaker =
    @Sendable (_ prompt: String, _ text: String) throws -> String?

  /// The store.
  public nonisolated let store: FeedbackStore
  private let makeArtifact: ArtifactMaker

  /// Creates a writer; a store has one at a time.
  public init(store: FeedbackStore, makeArtifact: @escaping ArtifactMaker = { _, _ in nil }) {
    self.store = store
    self.makeArtifact = makeArtifact
  }

  /// Keeps an answer; it is on disk when this returns.
  ///
  /// Throws `invalidData` where the answer does not fit the task, `notFound` where the lease is not the rater's,
  /// `conflict` where the rater answered the task already or `supersedes` does not stand, and `storageFull`.
  public func submit(
    _ submission: Submission, rater: Int64, now: Date = Date()
  ) async throws -> SubmissionOutcome {
    throw RLHFError(.unsupported, "answers are not kept yet.")
  }

  /// Withdraws a rater's own answer, by its id; the task is the rater's again. `id` is a UUID like that of a submission.
  public func withdraw(
    answer: String, as id: String, rater: Int64, rules: AssignmentRules = AssignmentRules(),
    now: Date = Date()
  ) async throws -> SubmissionOutcome {
    throw RLHFError(.unsupported, "answers are not kept yet.")
  }

  /// `FeedbackStore.nextTask`, committed with whatever else waits.
  public func nextTask(
    for rater: Int64, excluding held: [String] = [], kinds: Set<TaskKind>? = nil,
    rules: AssignmentRules = AssignmentRules(), now: Date = Date()
  ) async throws -> Assignment? {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// `FeedbackStore.renewLease`, committed with whatever else waits.
  public func renewLease(
    _ lease: String, rater: Int64, rules: AssignmentRules = AssignmentRules(), now: Date = Date()
  ) async throws -> Date? {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// `FeedbackStore.releaseLease`, committed with whatever else waits.
  public func releaseLease(_ lease: String, rater: Int64) async throws {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// `FeedbackStore.saveDraft`, committed with whatever else waits.
  public func saveDraft(
    _ content: JSONValue, task: String, rater: Int64, now: Date = Date()
  ) async throws {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }
}
