public import Foundation
import RLHFCore

extension FeedbackStore {
  /// Puts tasks into the queue, in order; all of them or none.
  @discardableResult
  public func addTasks(_ drafts: [TaskDraft], now: Date = Date()) throws -> [StudioTask] {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// Puts every comparison into the queue that nobody judged by `criterion` and that is not there; returns how many.
  @discardableResult
  public func addPairTasks(
    forUnjudged criterion: String, overlap: Int = 1, now: Date = Date()
  ) throws -> Int {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// Sets how soon tasks are given out, by their rows: higher values sooner; 0 to begin with.
  public func setPriorities(_ priorities: [Int64: Double]) throws {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }

  /// A task, by its public id.
  public func task(_ id: String) throws -> StudioTask? {
    throw RLHFError(.unsupported, "tasks are not kept yet.")
  }
}
