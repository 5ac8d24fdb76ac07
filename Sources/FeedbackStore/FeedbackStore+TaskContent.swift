import GRDB
public import Presentation
import RLHFCore

extension FeedbackStore {
  /// What a task shows, its items in canonical order, and where each of them comes from; `nil` where there is no such task.
  public func presentation(
    ofTask id: String
  ) throws -> (prompt: [ContentBlock], items: [[ContentBlock]], origins: [String])? {
    guard let task = try task(id) else { return nil }
    return try read { db in
      (
        prompt: try Self.presentation(of: "prompt", task.draft.prompt, db),
        items: try task.draft.items.map { try Self.presentation(of: "artifact", $0, db) },
        origins: try task.draft.items.map { artifact in
          try String.fetchOne(
            db, sql: "SELECT origin FROM artifacts WHERE id = ?", arguments: [artifact]) ?? ""
        }
      )
    }
  }
}
