import Foundation
import GRDB
import RLHFCore

extension StudioDesk {
  /// Which part of the queue a task waits in.
  enum Lane: String {
    /// Tasks whose answers are wanted, each by as many raters as its overlap says.
    case work
    /// Tasks whose right answer is known, each for every rater once.
    case gold
    /// Pairs that the same rater sees again, the sides swapped.
    case repetition
    /// Answers of others, for reviewers.
    case review
  }

  /// What stands for no limit to the raters of a task.
  private static let unlimited = 1 << 40

  /// Adds a task.
  func add(_ draft: TaskDraft) throws -> StudioTask {
    guard draft.repeatOf == nil else {
      throw RLHFError(
        .invalidData, "a task is a repetition of another; the store makes those by itself.")
    }
    let draft = try completed(draft)
    try draft.validate()
    try checkRows(of: draft)
    if let gold = draft.gold {
      guard draft.kind != .review, !gold.isSkip else {
        throw RLHFError(.invalidData, "a review or a skip cannot be the right answer of a task.")
      }
      try gold.validate(for: draft, scales: scales(draft.criteria))
    }
    return try insert(draft)
  }

  /// A review with the prompt, the items and the criteria of what is reviewed.
  private func completed(_ draft: TaskDraft) throws -> TaskDraft {
    guard draft.kind == .review, let subject = draft.subject else { return draft }
    guard
      let row = try row(
        "SELECT task, kind FROM answers WHERE name = ?", [subject.lowercased()]),
      row["kind"] as String != "withdrawal"
    else { throw RLHFError(.notFound, "there is no answer of this id to review.") }
    let reviewed = try task(row["task"]).draft
    guard reviewed.kind != .review else {
      throw RLHFError(.invalidData, "a review is not reviewed; amend or withdraw it instead.")
    }
    var review = draft
    review.prompt = reviewed.prompt
    review.items = reviewed.items
    review.criteria = reviewed.criteria
    review.labels = reviewed.labels
    review.question = draft.question ?? reviewed.question
    review.origin = reviewed.origin
    review.round = reviewed.round
    return review
  }

  private func checkRows(of draft: TaskDraft) throws {
    if draft.kind == .rating {
      let known = try scales(draft.criteria)
      if let unknown = draft.criteria.first(where: { known[$0] == nil }) {
        throw RLHFError(
          .invalidData, "the criterion '\(unknown)' has no scale; add the criterion first.")
      }
    }
    try requirePresentation(of: "prompt", draft.prompt)
    for item in draft.items {
      let prompt = try row("SELECT prompt FROM artifacts WHERE id = ?", [item])
      guard prompt?["prompt"] == draft.prompt else {
        throw RLHFError(
          .invalidData, "artifact \(item) was not made for prompt \(draft.prompt) of the task.")
      }
      try requirePresentation(of: "artifact", item)
    }
  }

  private func requirePresentation(of column: String, _ id: Int64) throws {
    guard try row("SELECT 1 FROM presentations WHERE \(column) = ?", [id]) == nil else { return }
    throw FeedbackStore.unpresented(column, id)
  }

  private func insert(_ draft: TaskDraft) throws -> StudioTask {
    let id = try (row("SELECT max(id) AS last FROM tasks", [])?["last"] ?? Int64(0)) + 1
    let name = key.name("task", id)
    let subject = try draft.subject.flatMap {
      try row("SELECT id FROM answers WHERE name = ?", [$0.lowercased()])?["id"] as Int64?
    }
    try execute(
      """
      INSERT INTO tasks (id, name, kind, criteria, prompt, labels, question, overlap, gold,
        repeatOf, subject, origin, round, created)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        id, name, draft.kind.rawValue, try written(draft.criteria), draft.prompt,
        try written(draft.labels), draft.question, draft.overlap, try draft.gold.map(written),
        draft.repeatOf, subject, draft.origin, draft.round, now,
      ])
    for (position, item) in draft.items.enumerated() {
      try execute(
        "INSERT INTO items (task, position, artifact) VALUES (?, ?, ?)", [id, position, item])
    }
    let lane: Lane =
      draft.repeatOf != nil
      ? .repetition : draft.kind == .review ? .review : draft.isCheck ? .gold : .work
    let isLimited = lane == .work || lane == .review
    try execute(
      "INSERT INTO queue (task, lane, priority, ticket, free) VALUES (?, ?, 0, ?, ?)",
      [
        id, lane.rawValue, key.number("ticket/\(id)"),
        isLimited ? draft.overlap : Self.unlimited,
      ])
    return StudioTask(row: id, id: name, draft: draft, created: now)
  }

  /// The task that shows another one again.
  func repetition(of task: StudioTask) throws -> StudioTask {
    if let known = try row("\(Self.tasks) WHERE tasks.repeatOf = ?", [task.row]) {
      return try self.task(known)
    }
    var draft = task.draft
    draft.repeatOf = task.row
    return try insert(draft)
  }
}
