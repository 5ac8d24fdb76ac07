public import Foundation
public import Presentation
public import RLHFCore

/// What people are asked to do with a task.
public enum TaskKind: String, Codable, Sendable, CaseIterable {
  /// Say which of two items is better.
  case pair
  /// Order two to eight items, ties allowed.
  case ranking
  /// Rate one item on the scale of each criterion.
  case rating
  /// Say which of the labels fit an item.
  case labels
  /// Tell what is real from what was generated: of two items, or of one.
  case realOrGenerated
  /// Say something about an item.
  case comment
  /// Write what should have been there, or mend it.
  case demonstration
  /// Accept, amend or reject what another rater answered.
  case review
}

/// A task that is to be added.
public struct TaskDraft: Sendable, Hashable {
  /// What people are asked to do.
  public var kind: TaskKind
  /// The ids of the criteria: one of a pair or a ranking, one or more of a rating.
  public var criteria: [String]
  /// The row of the prompt.
  public var prompt: Int64
  /// The rows of the artifacts, in canonical order.
  public var items: [Int64]
  /// The labels to choose from, of a task of the kind `labels`.
  public var labels: [String]
  /// What people are asked; where there is none, the question of the criterion or the project.
  public var question: String?
  /// How many raters answer it.
  public var overlap: Int
  /// The right answer, in canonical order: every rater meets the task once, and it teaches nothing.
  ///
  /// What is real is no check of the rater: a task of the kind `realOrGenerated` is given out like others.
  public var gold: StudioAnswer?
  /// The row of the task that this one shows again with the sides swapped; the store makes those itself.
  public var repeatOf: Int64?
  /// The id of the answer that is reviewed.
  public var subject: String?
  /// Where the items come from, for example a model; raters never learn it.
  public var origin: String
  /// The round of the loop.
  public var round: Int

  /// Creates a draft.
  public init(
    kind: TaskKind, criteria: [String] = [], prompt: Int64, items: [Int64] = [],
    labels: [String] = [], question: String? = nil, overlap: Int = 1, gold: StudioAnswer? = nil,
    repeatOf: Int64? = nil, subject: String? = nil, origin: String = "studio", round: Int = 0
  ) {
    self.kind = kind
    self.criteria = criteria
    self.prompt = prompt
    self.items = items
    self.labels = labels
    self.question = question
    self.overlap = overlap
    self.gold = gold
    self.repeatOf = repeatOf
    self.subject = subject
    self.origin = origin
    self.round = round
  }
}

extension TaskDraft {
  /// Whether the task measures the rater.
  public var isCheck: Bool { gold != nil && kind != .realOrGenerated }
}

/// A task of the store.
public struct StudioTask: Sendable, Hashable {
  /// The row.
  public var row: Int64
  /// The name by which everybody else knows it; it says nothing about the row.
  public var id: String
  /// What was asked for.
  public var draft: TaskDraft
  /// When it was made, in milliseconds since 1970.
  public var created: Int64

  /// Creates a task.
  public init(row: Int64, id: String, draft: TaskDraft, created: Int64) {
    self.row = row
    self.id = id
    self.draft = draft
    self.created = created
  }
}

/// What a rater gets to see of a task, and until when it is kept for them.
///
/// It holds nothing that tells who made an item, or whether the task is a check.
public struct Assignment: Sendable, Hashable {
  /// The task's public id.
  public var task: String
  /// What the rater is asked to do.
  public var kind: TaskKind
  /// The ids of the criteria.
  public var criteria: [String]
  /// The labels to choose from.
  public var labels: [String]
  /// What the rater is asked, where the task says it.
  public var question: String?
  /// The name under which the task is kept for the rater.
  public var lease: String
  /// When it returns to the others.
  public var expires: Date
  /// `order[k]` is the canonical index of the item that is shown at position k.
  public var order: [Int]
  /// What was asked for.
  public var prompt: [ContentBlock]
  /// The items in canonical order.
  public var items: [[ContentBlock]]
  /// What the rater had begun.
  public var draft: JSONValue?
  /// The answer under review, about the items as they are shown.
  public var previous: StudioAnswer?

  /// The items in the order in which they are shown.
  public var presentedItems: [[ContentBlock]] { order.map { items[$0] } }
}
