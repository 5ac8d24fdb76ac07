public import Foundation
import GRDB
public import RLHFCore

/// Writes what raters do: whatever waits is committed together, so that each answer is on disk before it is
/// acknowledged without a disk access of its own.
public actor SubmissionWriter {
  /// Turns the payload of a prompt and the text of a demonstration into the payload of an artifact, both JSON; `nil`
  /// where the domain's artifacts are not texts.
  public typealias ArtifactMaker = @Sendable (_ prompt: String, _ text: String) throws -> String?

  /// The store.
  public nonisolated let store: FeedbackStore
  /// How many transactions were committed.
  private(set) var commits = 0

  private let makeArtifact: ArtifactMaker
  private var waiting: [Work] = []
  private var isCommitting = false

  /// What fits into one transaction, so that nobody waits for long.
  private static let batch = 256

  /// Something to write.
  private struct Work: Sendable {
    /// Writes it, and returns what tells the one who waits.
    var write: @Sendable (Database) throws -> @Sendable () -> Void
    var fail: @Sendable (any Error) -> Void
  }

  /// Creates a writer.
  public init(store: FeedbackStore, makeArtifact: @escaping ArtifactMaker = { _, _ in nil }) {
    self.store = store
    self.makeArtifact = makeArtifact
  }

  /// Keeps an answer; it is on disk when this returns.
  ///
  /// A task that as many raters skip as `rules` say is retired. Throws `invalidData` where the answer does not fit the
  /// task, `notFound` where the lease is not the rater's,
  /// `conflict` where the rater answered the task already or `supersedes` does not stand, and `storageFull`.
  public func submit(
    _ submission: Submission, rater: Int64, rules: AssignmentRules = AssignmentRules(),
    now: Date = Date()
  ) async throws -> SubmissionOutcome {
    try await submitCounting(submission, rater: rater, rules: rules, now: now).outcome
  }

  /// ``submit(_:rater:rules:now:)``, and what `FeedbackStore.progress(of:)` is then, which costs no reading of its own.
  public func submitCounting(
    _ submission: Submission, rater: Int64, rules: AssignmentRules = AssignmentRules(),
    now: Date = Date()
  ) async throws -> (outcome: SubmissionOutcome, progress: (answered: Int, available: Int)) {
    let makeArtifact = makeArtifact
    return try await write { db in
      let desk = try StudioDesk(db, now: now)
      let outcome = try desk.submit(
        submission, rater: rater, rules: rules, makeArtifact: makeArtifact)
      return (outcome, try desk.progress(of: rater))
    }
  }

  /// Withdraws a rater's own answer, by its id; the task is the rater's again.
  ///
  /// `id` is a UUID like that of a submission.
  public func withdraw(
    answer: String, as id: String, rater: Int64, rules: AssignmentRules = AssignmentRules(),
    now: Date = Date()
  ) async throws -> SubmissionOutcome {
    let makeArtifact = makeArtifact
    return try await write { db in
      try StudioDesk(db, now: now).withdraw(
        answer: answer, as: id, rater: rater, rules: rules, makeArtifact: makeArtifact)
    }
  }

  /// `FeedbackStore.nextTask`, committed with whatever else waits.
  public func nextTask(
    for rater: Int64, excluding held: [String] = [], kinds: Set<TaskKind>? = nil,
    rules: AssignmentRules = AssignmentRules(), now: Date = Date()
  ) async throws -> Assignment? {
    try await write { db in
      try StudioDesk(db, now: now).nextTask(
        for: rater, excluding: held, kinds: kinds, rules: rules)
    }
  }

  /// `FeedbackStore.renewLease`, committed with whatever else waits.
  public func renewLease(
    _ lease: String, rater: Int64, rules: AssignmentRules = AssignmentRules(), now: Date = Date()
  ) async throws -> Date? {
    try await write { db in
      try StudioDesk(db, now: now).renew(lease, rater: rater, rules: rules)
    }
  }

  /// `FeedbackStore.releaseLease`, committed with whatever else waits.
  public func releaseLease(_ lease: String, rater: Int64) async throws {
    try await write { try StudioDesk($0, now: Date()).release(lease, rater: rater) }
  }

  /// `FeedbackStore.saveDraft`, committed with whatever else waits.
  public func saveDraft(
    _ content: JSONValue, task: String, rater: Int64, now: Date = Date()
  ) async throws {
    try await write { try StudioDesk($0, now: now).save(content, task: task, rater: rater) }
  }

  /// Runs `body` in a transaction with whatever else waits; if it throws, what it did is undone and nothing else.
  private func write<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      waiting.append(
        Work(
          write: { db in
            let result = try body(db)
            return { continuation.resume(returning: result) }
          },
          fail: { continuation.resume(throwing: $0) }))
      guard !isCommitting else { return }
      isCommitting = true
      Task { await commit() }
    }
  }

  /// Commits what waits, and what comes meanwhile, until nothing does.
  private func commit() async {
    while !waiting.isEmpty {
      let works = Array(waiting.prefix(Self.batch))
      waiting.removeFirst(works.count)
      let name = store.name
      do {
        let endings = try await store.database.write { db in
          try works.map { try Self.run($0, db, name) }
        }
        commits += 1
        for ending in endings { ending() }
      } catch {
        for work in works { work.fail(Self.failure(error, name)) }
      }
    }
    isCommitting = false
  }

  private static func run(
    _ work: Work, _ db: Database, _ name: String
  ) throws -> @Sendable () -> Void {
    do {
      var ending: (@Sendable () -> Void)?
      try db.inSavepoint {
        ending = try work.write(db)
        return .commit
      }
      return ending ?? {}
    } catch {
      // A full disk may have undone the whole transaction, and the work of the others with it.
      guard db.isInsideTransaction else { throw error }
      let failure = failure(error, name)
      return { work.fail(failure) }
    }
  }

  private static func failure(_ error: any Error, _ name: String) -> any Error {
    (error as? DatabaseError).map { storeFailure($0, name) } ?? error
  }
}
