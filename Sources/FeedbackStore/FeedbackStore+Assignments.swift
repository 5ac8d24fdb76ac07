public import Foundation
import GRDB
public import RLHFCore

extension FeedbackStore {
  /// The next task for a rater, kept for them until its lease ends; `nil` where there is nothing for them now.
  ///
  /// A task that is kept for the rater already and not among `held`, the public ids of the tasks that they have before
  /// them, comes first. `kinds` leaves only tasks of these kinds. Reviews are given to reviewers and owners, never to
  /// whose answer it is.
  public func nextTask(
    for rater: Int64, excluding held: [String] = [], kinds: Set<TaskKind>? = nil,
    rules: AssignmentRules = AssignmentRules(), now: Date = Date()
  ) throws -> Assignment? {
    try write { db in
      try StudioDesk(db, now: now).nextTask(
        for: rater, excluding: held, kinds: kinds, rules: rules)
    }
  }

  /// What a rater sees under a lease of theirs that has not ended.
  public func assignment(lease: String, rater: Int64, now: Date = Date()) throws -> Assignment? {
    try read { db in
      let desk = try StudioDesk(db, now: now)
      guard let slot = try desk.slot(lease: lease, rater: rater), StudioDesk.isKept(slot),
        slot["expires"] > desk.now
      else { return nil }
      return try desk.assignment(slot, task: desk.task(slot["task"] as Int64), rater: rater)
    }
  }

  /// Keeps a task longer, and returns until when; `nil` where it was answered, or went to somebody else meanwhile.
  public func renewLease(
    _ lease: String, rater: Int64, rules: AssignmentRules = AssignmentRules(), now: Date = Date()
  ) throws -> Date? {
    try write { db in
      try StudioDesk(db, now: now).renew(lease, rater: rater, rules: rules)
    }
  }

  /// Gives a task back unanswered; nothing happens where the lease has ended.
  public func releaseLease(_ lease: String, rater: Int64) throws {
    try write { try StudioDesk($0, now: Date()).release(lease, rater: rater) }
  }

  /// Keeps what a rater has begun, by the task's public id; `null` forgets it.
  ///
  /// Throws `notFound` where the task was not given to the rater.
  public func saveDraft(
    _ content: JSONValue, task: String, rater: Int64, now: Date = Date()
  ) throws {
    try write { try StudioDesk($0, now: now).save(content, task: task, rater: rater) }
  }

  /// How many tasks a rater answered, and how many there are for them now, those that are kept for them among them.
  public func progress(of rater: Int64) throws -> (answered: Int, available: Int) {
    try read { try StudioDesk($0, now: Date()).progress(of: rater) }
  }
}
