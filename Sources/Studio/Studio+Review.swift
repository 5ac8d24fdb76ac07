import FeedbackStore
import Presentation
import RLHFCore

extension Studio {
  /// What owners and reviewers see of the work.
  var reviewRoutes: [Route] {
    [
      Route(
        .get, "/api/dashboard", .reviewer, reach: .everybodys,
        "Progress, agreement, leaderboards, biases, raters: every figure of the dashboard.",
        response: .named("Dashboard"), isPacked: true
      ) { call in
        var figures = try state.figures(now: call.now) { try dashboard() }.objectValue ?? [:]
        figures["role"] = .string(try call.account().role.rawValue)
        return .json(.object(figures))
      },
      Route(
        .get, "/api/disagreements", .reviewer, reach: .everybodys,
        "The tasks on which raters differ, those most at odds first.",
        query: ["criterion": .string, "after": .integer],
        response: .object([
          "disagreements": .list(.named("Disagreement")), "next": .integer.orNull,
        ]), isPacked: true, handle: disagreements),
      Route(
        .get, "/api/retired", .reviewer, reach: .everybodys,
        "The tasks that so many raters skipped that they are given to nobody, the latest first.",
        query: ["after": .integer],
        response: .object(["retired": .list(.named("Retired")), "next": .integer.orNull]),
        isPacked: true, handle: retired),
      Route(
        .get, "/api/tasks/{task}", .reviewer, reach: .everybodys,
        "A task with its items, where they come from, and all answers.",
        response: .named("Task"), isPacked: true, handle: describeTask),
    ]
  }

  /// Blocks of content as they are shown.
  func json(of content: [ContentBlock]) throws -> [JSONValue] {
    try content.map { try TaskView.Block($0) { try store.media($0) }.json }
  }

  private func disagreements(_ call: Call) async throws -> Reply {
    let start = try call.number("after", in: 0...100_000) ?? 0
    let size = 50
    let found = try store.disagreements(
      criterion: call.query["criterion"], limit: start + size + 1)
    let rows = try found.dropFirst(start).prefix(size).map { entry -> JSONValue in
      var row = try summary(of: entry.task)
      row["answers"] = .integer(entry.answers.count)
      row["counts"] = .object(entry.counts.mapValues(JSONValue.integer))
      row["disagreement"] = .number(entry.disagreement)
      return .object(row)
    }
    let next: JSONValue = found.count > start + size ? .integer(start + size) : .null
    return .json(["disagreements": .array(rows), "next": next])
  }

  private func retired(_ call: Call) async throws -> Reply {
    let start = try call.number("after", in: 0...1_000_000) ?? 0
    let size = 50
    let found = try store.retiredTasks(limit: size + 1, offset: start)
    let rows = try found.prefix(size).map { entry -> JSONValue in
      var row = try summary(of: entry.task)
      row["skips"] = .integer(entry.skips)
      row["reasons"] = .array(entry.reasons.map(JSONValue.string))
      row["retired"] = .string(Timestamp.text(milliseconds: entry.retired))
      return .object(row)
    }
    let next: JSONValue = found.count > size ? .integer(start + size) : .null
    return .json(["retired": .array(rows), "next": next])
  }

  /// What tells a task from others in a list.
  private func summary(of task: StudioTask) throws -> [String: JSONValue] {
    let words = try store.presentation(ofTask: task.id)?.prompt.compactMap(\.words).first
    return [
      "task": .string(task.id), "kind": .string(task.draft.kind.rawValue),
      "criterion": task.draft.criteria.first.map(JSONValue.string) ?? .null,
      "question": task.draft.question.map(JSONValue.string) ?? .null,
      "summary": .string(String((words ?? "").prefix(160))),
    ]
  }

  private func describeTask(_ call: Call) async throws -> Reply {
    let id = try call.parameter("task")
    guard let task = try store.task(id), let shown = try store.presentation(ofTask: id) else {
      throw Refusal.nothingHere
    }
    var filter = AnswerFilter()
    filter.task = id
    filter.includesSuperseded = true
    filter.limit = 500
    return .json([
      "task": .string(id), "kind": .string(task.draft.kind.rawValue),
      "criteria": .array(task.draft.criteria.map(JSONValue.string)),
      "labels": .array(task.draft.labels.map(JSONValue.string)),
      "question": task.draft.question.map(JSONValue.string) ?? .null,
      "overlap": .integer(task.draft.overlap), "round": .integer(task.draft.round),
      "prompt": .array(try json(of: shown.prompt)),
      "items": .array(try shown.items.map { .array(try json(of: $0)) }),
      "origins": .array(shown.origins.map(JSONValue.string)),
      "answers": .array(try answerRows(try store.answers(filter))),
    ])
  }
}
