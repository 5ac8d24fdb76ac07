import FeedbackStore
import Foundation
import RLHFCore

extension Studio {
  /// Submitting answers, taking them back, and looking at them.
  var answerRoutes: [Route] {
    [
      Route(
        .post, "/api/answers", .rater, reach: .own,
        "Submits an answer; it is on disk before the answer to this. Repeating is harmless.",
        bodyLimit: 262_144, request: .named("Submission"), response: .named("Receipt"),
        handle: submit),
      Route(
        .delete, "/api/answers/{id}", .rater, reach: .own,
        "Takes an own answer back; the task is the caller's again.",
        request: .object(["id": .uuid]), response: .named("View"), handle: withdraw),
      Route(
        .get, "/api/answers", .rater, reach: .own,
        "Answers, the newest first: raters see their own, reviewers all.",
        query: [
          "mine": .boolean, "limit": .integer, "criterion": .string, "rater": .string,
          "kind": .string, "task": .string, "origin": .string, "gold": .boolean,
          "repeat": .boolean, "skipped": .boolean, "day": .string, "after": .integer,
        ], response: .named("Answers"), isPacked: true, handle: listAnswers),
    ]
  }

  private func submit(_ call: Call) async throws -> Reply {
    let account = try call.account()
    let submission = try Self.submission(try call.fields(), now: call.now)
    let outcome: SubmissionOutcome
    let progress: JSONValue
    do {
      let kept = try await writer.submitCounting(
        submission, rater: account.rater, rules: try settings().rules, now: call.now)
      outcome = kept.outcome
      progress = Self.json(of: kept.progress)
    } catch let error as RLHFError where error.code == .notFound {
      throw Refusal.leaseLost
    }
    hub.sendProgress(at: call.now.timeIntervalSinceReferenceDate)
    switch outcome {
    case .stored(let answer): return .json(Self.receipt(answer, isReplay: false, progress))
    case .replayed(let answer): return .json(Self.receipt(answer, isReplay: true, progress))
    case .conflict: throw Self.otherContent
    }
  }

  private static let otherContent = Refusal(
    409, "conflict", "another answer was submitted under this id; nothing was changed.")

  private static func submission(_ fields: Fields, now: Date) throws -> Submission {
    let behaviour = fields.value("behaviour") ?? .object([:])
    guard behaviour.objectValue != nil else {
      throw Refusal.malformed("'behaviour' has to be an object")
    }
    guard let answer = fields.value("answer") else {
      throw Refusal.malformed("'answer' is missing")
    }
    func time(_ name: String) -> Date? { behaviour[name]?.stringValue.flatMap(Timestamp.date) }
    let submitted = time("submittedAt") ?? now
    return Submission(
      id: try fields.uuid("id"), task: try fields.string("task", atMost: 100),
      lease: try fields.string("lease", atMost: 100), answer: try answer.decoded(),
      behaviour: behaviour, supersedes: try fields.optionalString("supersedes", atMost: 36),
      startedAt: time("openedAt") ?? submitted, submittedAt: submitted)
  }

  private static func receipt(
    _ answer: StoredAnswer, isReplay: Bool, _ progress: JSONValue
  ) -> JSONValue {
    [
      "id": .string(answer.id), "replayed": .bool(isReplay), "surplus": .bool(answer.isSurplus),
      "progress": progress,
    ]
  }

  private func withdraw(_ call: Call) async throws -> Reply {
    let account = try call.account()
    let outcome = try await writer.withdraw(
      answer: try call.parameter("id").lowercased(), as: try call.fields().uuid("id"),
      rater: account.rater, rules: try settings().rules, now: call.now)
    hub.sendProgress(at: call.now.timeIntervalSinceReferenceDate)
    switch outcome {
    case .conflict: throw Self.otherContent
    case .stored(let answer), .replayed(let answer):
      let assignment = try store.assignment(
        lease: answer.lease, rater: account.rater, now: call.now)
      guard let assignment else { return .nothing }
      var json = try view(assignment, now: call.now).json.objectValue ?? [:]
      json["progress"] = try progress(of: account)
      return .json(.object(json))
    }
  }

  private func listAnswers(_ call: Call) async throws -> Reply {
    let account = try call.account()
    var filter = AnswerFilter()
    filter.limit = try call.number("limit", in: 1...500) ?? 50
    filter.before = try call.number("after", in: 0...Int.max).map(Int64.init)
    if call.flag("mine") {
      filter.rater = account.rater
      return .json(["answers": .array(try store.answers(filter).map(ownRow))])
    }
    guard account.role >= .reviewer else { throw Refusal.notAllowed }
    try choose(&filter, by: call)
    let rows = try store.answers(filter)
    let next = rows.count == filter.limit ? rows.last.map { $0.answer.sequence } : nil
    return .json([
      "answers": .array(try answerRows(rows)),
      "next": next.map { .integer(Int($0)) } ?? .null,
    ])
  }

  /// What reviewers choose from: words of a fixed list, never a condition of theirs.
  private func choose(_ filter: inout AnswerFilter, by call: Call) throws {
    filter.criterion = call.query["criterion"]
    filter.task = call.query["task"]
    filter.origin = call.query["origin"]
    filter.includesSuperseded = call.query["task"] != nil
    if let kind = call.query["kind"] {
      guard let kind = TaskKind(rawValue: kind) else {
        throw Refusal.malformed("'kind' is unknown")
      }
      filter.kind = kind
    }
    if let rater = call.query["rater"] {
      filter.rater = try store.accounts().first { $0.id == rater || $0.name == rater }?.rater ?? -1
    }
    if call.query["gold"] != nil { filter.isGold = call.flag("gold") }
    if call.query["repeat"] != nil { filter.isRepetition = call.flag("repeat") }
    if call.query["skipped"] != nil { filter.isSkip = call.flag("skipped") }
    if let day = call.query["day"] {
      guard let start = Timestamp.date("\(day)T00:00:00Z") else {
        throw Refusal.malformed("'day' has to be a date such as 2026-11-24")
      }
      filter.from = Int64(start.timeIntervalSince1970 * 1000)
      filter.to = Int64((start.timeIntervalSince1970 + 86_400) * 1000)
    }
  }

  /// An own answer: nothing that its rater did not see before.
  private func ownRow(_ row: VoteRow) throws -> JSONValue {
    let answer = row.answer
    return [
      "id": .string(answer.id), "task": .string(answer.task), "kind": .string(answer.kind.rawValue),
      "answer": try answer.presentedAnswer.map { try JSONValue(encoding: $0) } ?? .null,
      "created": .string(Timestamp.text(milliseconds: answer.created)),
    ]
  }

  /// Answers as reviewers see them.
  func answerRows(_ rows: [VoteRow]) throws -> [JSONValue] {
    let accounts = Dictionary(
      try store.accounts().map { ($0.rater, $0.id) }, uniquingKeysWith: { first, _ in first })
    return try rows.map { row in
      let answer = row.answer
      var json: [String: JSONValue] = [
        "id": .string(answer.id), "task": .string(answer.task),
        "kind": .string(answer.kind.rawValue),
        "criterion": row.criteria.first.map(JSONValue.string) ?? .null,
        "rater": [
          "id": .string(accounts[answer.rater] ?? ""), "name": .string(answer.raterName),
        ],
        "answer": try answer.answer.map { try JSONValue(encoding: $0) } ?? .null,
        "order": .array(answer.order.map(JSONValue.integer)),
        "seconds": .number(answer.seconds),
        "created": .string(Timestamp.text(milliseconds: answer.created)),
        "gold": .bool(answer.isGold), "repeat": .bool(answer.repeatOf != nil),
        "surplus": .bool(answer.isSurplus), "superseded": .bool(answer.isSuperseded),
        "flag": .bool(answer.behaviour["flag"]?.boolValue ?? false),
        "comment": answer.answer?.comment.map(JSONValue.string) ?? .null,
        "origins": .array(row.origins.map(JSONValue.string)),
      ]
      if let gold = row.gold { json["correct"] = .bool(answer.answer?.content == gold.content) }
      return .object(json)
    }
  }
}
