public import Foundation
public import RLHFCore

extension FeedbackStore {
  /// The next task for a rater, kept for them until its lease ends; `nil` where there is nothing for them now.
  ///
  /// A task that is kept for the rater already and not among `held`, the public ids of the tasks that they have before
  /// them, comes first. `kinds` leaves only tasks of these kinds.
  public func nextTask(
    for rater: Int64, excluding held: [String] = [], kinds: Set<TaskKind>? = nil,
    rules: AssignmentRules = AssignmentRules(), now: Date = Date()
  ) throws -> Assignment? {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// What a rater sees under a lease of theirs that has not ended.
  public func assignment(lease: String, rater: Int64, now: Date = Date()) throws -> Assignment? {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// Keeps a task longer, and returns until when; `nil` where it went to somebody else meanwhile.
  public func renewLease(
    _ lease: String, rater: Int64, rules: AssignmentRules = AssignmentRules(), now: Date = Date()
  ) throws -> Date? {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// Gives a task back unanswered; nothing happens where the lease has ended.
  public func releaseLease(_ lease: String, rater: Int64) throws {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// Keeps what a rater has begun, by the task's public id; `null` forgets it.
  public func saveDraft(
    _ content: JSONValue, task: String, rater: Int64, now: Date = Date()
  ) throws {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// How much a rater answered, and how many tasks there are for them now.
  public func progress(of rater: Int64) throws -> (answered: Int, available: Int) {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }
}
