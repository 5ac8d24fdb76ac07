import FeedbackStore
import Foundation
import Presentation
import RLHFCore

extension Studio {
  /// Getting tasks, keeping them, and what was begun.
  var taskRoutes: [Route] {
    [
      Route(
        .post, "/api/tasks/next", .rater, reach: .nobodys,
        "The next task, kept for the caller; 204 where there is none now.",
        request: .object(["not?": .list(.string)]), isBodyOptional: true,
        response: .named("View")
      ) { call in
        let held = call.body.isNull ? [] : try call.fields().strings("not")
        let assignment = try await writer.nextTask(
          for: try call.account().rater, excluding: held, rules: try settings().rules,
          now: call.now)
        return try assignment.map { .json(try view($0, now: call.now).json) } ?? .nothing
      },
      Route(
        .post, "/api/leases/{lease}/renew", .rater, reach: .own,
        "Keeps a task longer; 410 where it went back.", request: .object, isBodyOptional: true,
        response: .object(["expires": .time, "expiresIn": .integer])
      ) { call in
        let expires = try await writer.renewLease(
          try call.parameter("lease"), rater: try call.account().rater,
          rules: try settings().rules, now: call.now)
        guard let expires else { throw Refusal.leaseLost }
        return .json([
          "expires": .string(Timestamp.text(expires)),
          "expiresIn": .integer(Int(expires.timeIntervalSince(call.now))),
        ])
      },
      Route(
        .delete, "/api/leases/{lease}", .rater, reach: .own, "Gives a task back unanswered.",
        request: .object, isBodyOptional: true
      ) { call in
        try await writer.releaseLease(
          try call.parameter("lease"), rater: try call.account().rater)
        return .nothing
      },
      Route(
        .put, "/api/drafts/{task}", .rater, reach: .own,
        "Keeps what was begun, as it is; null forgets it.", bodyLimit: 262_144,
        request: .object(["content": .any])
      ) { call in
        let content = try call.fields().members["content"] ?? .null
        try await writer.saveDraft(
          content, task: try call.parameter("task"), rater: try call.account().rater,
          now: call.now)
        return .nothing
      },
    ]
  }

  /// What people are asked by a kind of task to which the question of the project does not fit.
  private static func usualQuestion(_ kind: TaskKind, items: Int) -> String? {
    switch kind {
    case .pair: nil
    case .ranking: "Rank them from best to worst."
    case .rating: "How do you rate this?"
    case .labels: "Which labels fit?"
    case .realOrGenerated: items == 2 ? "Which one is real?" : "Is this real or generated?"
    case .comment: "What do you notice?"
    case .demonstration: "What is the best answer?"
    case .review: "Is this answer right?"
    }
  }

  /// What a rater's browser gets of a task.
  func view(_ assignment: Assignment, now: Date) throws -> TaskView {
    let settings = try settings()
    let criteria = try state.criteria(store, now: now)
    let scales = assignment.criteria.map { id in
      criteria.first { $0.id == id }.map(TaskView.Scale.init)
        ?? TaskView.Scale(id: id, title: id, question: "", lowest: 1, highest: 7)
    }
    let asked = scales.count == 1 ? scales[0].question : ""
    let count = assignment.presentedItems.count
    let usual =
      asked.isEmpty ? Self.usualQuestion(assignment.kind, items: count) ?? settings.question : asked
    func blocks(_ content: [ContentBlock]) throws -> [TaskView.Block] {
      try content.map { try TaskView.Block($0) { try store.media($0) } }
    }
    return TaskView(
      task: assignment.task, lease: assignment.lease,
      expiresIn: max(0, Int(assignment.expires.timeIntervalSince(now))), kind: assignment.kind,
      question: assignment.question ?? usual, criteria: scales, labels: assignment.labels,
      mustHear: settings.mustHear,
      exposure: assignment.kind == .realOrGenerated ? settings.exposure : 0,
      prompt: try blocks(assignment.prompt),
      items: try assignment.presentedItems.map(blocks), draft: assignment.draft,
      previous: assignment.previous)
  }
}
