import FeedbackStore
import RLHFCore

/// The forms that several routes share, by name.
enum StudioSchemas {
  static let all: [String: Schema] = [
    "Refusal": .object(["error": .object(["code": .string, "message": .string])]),
    "Role": .words(StudioRole.allCases.map(\.rawValue)),
    "Criterion": .object([
      "id": .string, "title": .string, "question": .string, "lowest": .number, "highest": .number,
    ]),
    "Progress": .object(["answered": .integer, "available": .integer]),
    "Session": .object([
      "rater": .object([
        "id": .string, "name": .string, "role": .named("Role"), "hasPassword": .boolean,
      ]),
      "csrf": .string,
      "project": .object([
        "title": .string, "question": .string, "guidelines": .string, "keys": .object,
        "mustHear": .number, "criteria": .list(.named("Criterion")),
      ]),
      "progress": .named("Progress"),
    ]),
    "Block": .object([
      "type": .words(["text", "markdown", "turn", "image", "audio"]), "text?": .string,
      "role?": .string, "media?": .string, "alt?": .string, "width?": .integer.orNull,
      "height?": .integer.orNull, "duration?": .number.orNull, "gain?": .number,
      "peaks?": .list(.number),
    ]),
    "View": .object([
      "task": .string, "lease": .string, "expiresIn": .integer, "kind": .named("Kind"),
      "question": .string, "criteria": .list(.named("Criterion")), "labels": .list(.string),
      "allowsTie": .boolean, "mustHear": .number, "exposure": .number,
      "prompt": .list(.named("Block")),
      "items": .list(.list(.named("Block"))), "draft": .any, "previous": .named("Answer").orNull,
      "progress?": .named("Progress"),
    ]),
    "Kind": .words(TaskKind.allCases.map(\.rawValue)),
    "Answer": .object([
      "kind": .words(TaskKind.allCases.map(\.rawValue) + ["skip"]),
      "verdict?": .words(["first", "second", "tie", "bothBad"]), "ranks?": .list(.integer),
      "ratings?": .map(.number), "labels?": .list(.string),
      "choice?": .words(["first", "second", "real", "generated"]), "text?": .string,
      "decision?": .words(["accept", "amend", "reject"]), "amended?": .object,
      "reason?": .string, "comment?": .string,
    ]),
    "Submission": .object([
      "id": .uuid, "task": .string, "lease": .string, "answer": .named("Answer"),
      "behaviour?": .object, "supersedes?": .uuid.orNull,
    ]),
    "Receipt": .object([
      "id": .uuid, "replayed": .boolean, "surplus": .boolean, "progress": .named("Progress"),
    ]),
    "AnswerRow": .object([
      "id": .uuid, "task": .string, "kind": .named("Kind"), "criterion?": .string.orNull,
      "rater?": .object(["id": .string, "name": .string]), "answer": .named("Answer").orNull,
      "order?": .list(.integer), "seconds?": .number, "created": .time, "gold?": .boolean,
      "correct?": .boolean, "repeat?": .boolean, "surplus?": .boolean, "superseded?": .boolean,
      "flag?": .boolean, "comment?": .string.orNull, "origins?": .list(.string),
    ]),
    "Answers": .object(["answers": .list(.named("AnswerRow")), "next?": .integer.orNull]),
    "Task": .object([
      "task": .string, "kind": .named("Kind"), "criteria": .list(.string),
      "labels": .list(.string), "question": .string.orNull, "overlap": .integer,
      "round": .integer, "prompt": .list(.named("Block")),
      "items": .list(.list(.named("Block"))), "origins": .list(.string),
      "answers": .list(.named("AnswerRow")),
    ]),
    "Disagreement": .object([
      "task": .string, "kind": .named("Kind"), "criterion": .string.orNull,
      "question": .string.orNull, "summary": .string, "answers": .integer,
      "counts": .map(.integer), "disagreement": .number,
    ]),
    "Retired": .object([
      "task": .string, "kind": .named("Kind"), "criterion": .string.orNull,
      "question": .string.orNull, "summary": .string, "skips": .integer,
      "reasons": .list(.string), "retired": .time,
    ]),
    "Dashboard": .object([
      "title": .string, "role": .named("Role"), "progress": .object, "criteria": .list(.object),
      "seconds": .object.orNull, "raters": .list(.object), "formats": .object,
    ]),
    "Run": .object([
      "name": .string, "stage": .string, "state": .string.orNull, "updated": .time,
      "steps": .integer.orNull,
      "checkpoints": .list(.object(["id": .string, "step": .integer])), "summary": .object,
    ]),
    "Job": .object([
      "id": .string, "kind": .string, "state": .words(StudioJob.State.allCases.map(\.rawValue)),
      "startedAt": .time, "endedAt": .time.orNull, "log": .list(.string), "run": .string.orNull,
      "error": .string.orNull,
      "samples?": .list(
        .object(["prompt": .list(.named("Block")), "items": .list(.list(.named("Block")))])),
    ]),
    "Invitation": .object([
      "id": .string, "role": .named("Role"), "name": .string.orNull, "uses": .integer,
      "expires": .time,
    ]),
    "Rater": .object([
      "id": .string, "name": .string, "role": .named("Role"), "active": .boolean, "created": .time,
    ]),
    "Settings": .object([
      "title": .string, "question": .string, "guidelines": .string, "keys": .object,
      "mustHear": .number, "exposure": .number, "rules": .object,
    ]),
    "Audit": .object([
      "entries": .list(
        .object([
          "seq": .integer, "at": .time, "actor": .string, "action": .string, "target": .string,
          "details": .any,
        ])), "intact": .boolean, "next": .integer.orNull,
    ]),
  ]
}
