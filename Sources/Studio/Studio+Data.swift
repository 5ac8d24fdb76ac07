import FeedbackStore
import Foundation
import RLHFCore

extension Studio {
  /// Tasks, and data in and out.
  var dataRoutes: [Route] {
    [
      Route(
        .post, "/api/tasks", .owner, reach: .nobodys,
        "Makes tasks: pairs of what nobody judged yet, the review of an answer, or a gold task to which an answer is the right one.",
        request: .object([
          "kind": .words(TaskSource.allCases.map(\.rawValue)), "criteria?": .list(.string),
          "overlap?": .integer,
          "subject?": .string, "question?": .string.orNull,
        ]), response: .object(["added": .integer]), handle: addTasks),
      Route(
        .get, "/api/export/{format}", .owner, reach: .everybodys,
        "Everything that was said, in a format; with preview=n the first rows, with manifest=1 counts.",
        query: ["preview": .integer, "manifest": .boolean],
        contentType: "application/octet-stream", handle: export),
      Route(
        .post, "/api/import/{format}", .owner, reach: .nobodys,
        "Reads a file that was sent as text.", bodyLimit: 67_108_864,
        request: .object(["name": .string, "text": .string, "criterion?": .string.orNull]),
        response: .object(["accepted": .integer, "lost": .map(.integer)]), handle: read),
    ]
  }

  /// What an owner makes tasks of.
  private enum TaskSource: String, CaseIterable {
    case pair
    case review
    case gold
  }

  private func addTasks(_ call: Call) async throws -> Reply {
    let fields = try call.fields()
    let overlap = try fields.integer("overlap", in: 1...100, or: 1)
    let kind: TaskSource = try fields.word("kind")
    let added: Int
    switch kind {
    case .pair:
      let criteria = try fields.strings("criteria")
      guard let criterion = criteria.first, criteria.count == 1 else {
        throw Refusal.malformed("'criteria' has to name one criterion")
      }
      guard try store.criteria().contains(where: { $0.id == criterion }) else {
        throw Refusal.malformed("'criteria' names a criterion that is not there")
      }
      added = try store.addPairTasks(forUnjudged: criterion, overlap: overlap, now: call.now)
    case .review, .gold:
      let subject = try fields.string("subject", atMost: 36).lowercased()
      guard let row = try store.answer(subject), let task = try store.task(row.answer.task) else {
        throw Refusal.nothingHere
      }
      var draft = task.draft
      draft.question = try fields.optionalString("question", atMost: 500) ?? draft.question
      draft.overlap = overlap
      draft.repeatOf = nil
      if kind == .review {
        (draft.kind, draft.subject, draft.gold) = (.review, subject, nil)
      } else {
        guard task.draft.kind != .review, let answer = row.answer.answer, !answer.isSkip else {
          throw Refusal.malformed("'subject' has to be an answer that says something of a task")
        }
        draft.gold = answer
      }
      added = try store.addTasks([draft], now: call.now).count
    }
    try store.audit(
      actor: try call.account().name, action: "addTasks", target: kind.rawValue,
      details: ["added": .integer(added), "overlap": .integer(overlap)], now: call.now)
    hub.send(ServerEvent(name: "progress", data: [:]))
    return .json(["added": .integer(added)])
  }

  private func export(_ call: Call) async throws -> Reply {
    let format = try known(try call.parameter("format"), in: formats.exports)
    let preview = try call.number("preview", in: 1...100)
    let file = try await formats.export(format, preview)
    if call.flag("manifest") { return .json(file.manifest) }
    if preview != nil {
      return Reply(
        200, headers: ["Content-Type": "text/plain; charset=utf-8"],
        body: .bytes(Array(file.content.prefix(262_144))))
    }
    try store.audit(
      actor: try call.account().name, action: "export", target: format, details: file.manifest,
      now: call.now)
    let name = file.name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    return Reply(
      200,
      headers: [
        "Content-Type": file.type, "Content-Disposition": "attachment; filename=\"\(name)\"",
      ], body: .bytes(Array(file.content)))
  }

  private func read(_ call: Call) async throws -> Reply {
    let format = try known(try call.parameter("format"), in: formats.imports)
    let fields = try call.fields()
    let upload = StudioFormats.Upload(
      name: try fields.string("name", atMost: 200),
      content: Data(try fields.string("text", atMost: 67_108_864).utf8),
      criterion: try fields.optionalString("criterion", atMost: 64))
    let result = try await formats.read(format, upload)
    try store.audit(
      actor: try call.account().name, action: "import", target: format, details: result,
      now: call.now)
    hub.send(ServerEvent(name: "progress", data: [:]))
    return .json(result)
  }

  private func known(_ id: String, in list: [StudioFormats.Format]) throws -> String {
    guard list.contains(where: { $0.id == id }) else { throw Refusal.nothingHere }
    return id
  }
}
