import FeedbackStore
import Foundation
import RLHFCore
import Testing

@testable import Studio

struct AnsweringTests {
  @Test func aRaterJoinsAnswersUndoesAndIsDone() async throws {
    let site = try Site()
    try site.addPairs(3)
    let person = try await site.person("Grace")
    #expect(await person.send("GET", "/api/session").json["progress"]?["available"] == 3)
    let first = await person.next()
    #expect(first.status == 200)
    let view = first.json
    #expect(view["kind"] == "pair" && view["question"] == "Which is better?")
    #expect(view["items"]?.arrayValue?.count == 2)
    let id = UUID().uuidString.lowercased()
    let receipt = await person.submit(view, id: id)
    #expect(receipt.status == 200 && receipt.json["replayed"] == false)
    #expect(receipt.json["progress"]?["answered"] == 1)
    let undone = await person.send(
      "DELETE", "/api/answers/\(id)", ["id": .string(UUID().uuidString)])
    #expect(undone.status == 200)
    #expect(undone.json["task"] == view["task"])
    #expect(undone.json["items"] == view["items"])
    #expect(await person.submit(undone.json, ["kind": "pair", "verdict": "tie"]).status == 200)
    for _ in 0..<2 {
      #expect(await person.submit(await person.next().json).status == 200)
    }
    #expect(await person.next().status == 204)
    let history = await person.send("GET", "/api/answers?mine=1").json["answers"]?.arrayValue
    #expect(history?.count == 3)
    #expect(history?.last?["answer"]?["verdict"] == "tie")
  }

  @Test func repeatingIsHarmlessAndAnotherContentIsAConflict() async throws {
    let site = try Site()
    try site.addPairs(1)
    let person = try await site.person("Grace")
    let view = await person.next().json
    let id = UUID().uuidString.lowercased()
    let first = await person.submit(view, id: id)
    for _ in 0..<3 {
      let again = await person.submit(view, id: id)
      #expect(again.status == 200 && again.json["replayed"] == true)
      #expect(again.json["id"] == first.json["id"])
    }
    let other = await person.submit(view, ["kind": "pair", "verdict": "second"], id: id)
    #expect(other.status == 409 && other.code == "conflict")
    #expect(try site.answerCount() == 1)
  }

  @Test func whatDoesNotFitIsRefusedAndNotKept() async throws {
    let site = try Site()
    try site.addPairs(1)
    let person = try await site.person("Grace")
    let view = await person.next().json
    let answers: [JSONValue] = [
      ["kind": "pair", "verdict": "best"], ["kind": "pair"], ["kind": "ranking", "ranks": [1, 2]],
      ["kind": "pair", "verdict": "skip"], "first", ["kind": "gold", "verdict": "first"], [:],
    ]
    for answer in answers { #expect(await person.submit(view, answer).status == 400) }
    #expect(await person.submit(view, id: "not-a-uuid").status == 400)
    let whole = Browser.submission(
      view, ["kind": "pair", "verdict": "first"], id: UUID().uuidString)
    for member in ["id", "task", "lease", "answer"] {
      var members = try #require(whole.objectValue)
      members[member] = nil
      #expect(
        await person.send("POST", "/api/answers", .object(members)).status == 400, "\(member)")
    }
    for raw in ["", "{", "[]", "{}x", "\"\\ud800\"", "null"] {
      let answer = await person.send("POST", "/api/answers", raw: Array(raw.utf8))
      #expect(answer.status == 400, "\(raw)")
    }
    #expect(try site.answerCount() == 0)
    #expect(await person.submit(view).status == 200)
  }

  @Test func somebodyElsesThingsDoNotExist() async throws {
    let site = try Site()
    try site.addPairs(4)
    let (grace, eve) = (try await site.person("Grace"), try await site.person("Eve"))
    let view = await grace.next().json
    let (task, lease) = (
      try #require(view["task"]?.stringValue), try #require(view["lease"]?.stringValue)
    )
    #expect(await eve.send("POST", "/api/leases/\(lease)/renew", [:]).status == 410)
    _ = await eve.send("DELETE", "/api/leases/\(lease)")
    #expect(await grace.send("POST", "/api/leases/\(lease)/renew", [:]).status == 200)
    #expect(await eve.send("PUT", "/api/drafts/\(task)", ["content": "x"]).status == 404)
    #expect(await eve.submit(view).status == 410)
    let id = UUID().uuidString.lowercased()
    #expect(await grace.submit(view, id: id).status == 200)
    let undo: JSONValue = ["id": .string(UUID().uuidString)]
    #expect(await eve.send("DELETE", "/api/answers/\(id)", undo).status == 404)
    #expect(await eve.send("GET", "/api/answers?mine=1").json["answers"] == [])
    #expect(await eve.send("GET", "/api/answers").status == 403)
    #expect(await eve.send("GET", "/api/answers?rater=Grace").status == 403)
    // The same id from somebody else is not the same answer.
    let other = await eve.next().json
    #expect(await eve.submit(other, id: id).status == 409)
    #expect(try site.answerCount() == 1)
  }

  @Test func aLeaseIsRenewedLapsesAndALateAnswerIsKept() async throws {
    let site = try Site()
    try site.addPairs(1)
    let (grace, ada) = (try await site.person("Grace"), try await site.person("Ada"))
    let view = await grace.next().json
    #expect(view["expiresIn"] == 900)
    #expect(await ada.next().status == 204)
    site.wait(800)
    let lease = try #require(view["lease"]?.stringValue)
    #expect(await grace.send("POST", "/api/leases/\(lease)/renew", [:]).json["expiresIn"] == 900)
    site.wait(800)
    #expect(await ada.next().status == 204)
    site.wait(101)
    let second = await ada.next()
    #expect(second.status == 200)
    #expect(await ada.submit(second.json).status == 200)
    let late = await grace.submit(view)
    #expect(late.status == 200 && late.json["surplus"] == true)
  }

  @Test func draftsComeBack() async throws {
    let site = try Site()
    try site.addPairs(1)
    let person = try await site.person("Grace")
    let view = await person.next().json
    let task = try #require(view["task"]?.stringValue)
    let draft: JSONValue = ["text": "half a thou", "at": [1, 2]]
    #expect(await person.send("PUT", "/api/drafts/\(task)", ["content": draft]).status == 204)
    #expect(await person.next().json["draft"] == draft)
  }

  @Test func writesAreCountedBySession() async throws {
    let site = try Site { options, _ in
      options.writeBurst = 3
      options.writesPerSecond = 1
    }
    let (grace, ada) = (try await site.person("Grace"), try await site.person("Ada"))
    for _ in 0..<3 { #expect(await grace.next().status == 204) }
    #expect(await grace.next().status == 429)
    #expect(await ada.next().status == 204)
    site.wait(1)
    #expect(await grace.next().status == 204)
  }

  @Test func bodiesHaveALimit() async throws {
    let site = try Site()
    let person = try await site.person("Grace")
    let big = Array("{\"not\":[\"\(String(repeating: "x", count: 70_000))\"]}".utf8)
    #expect(await person.send("POST", "/api/tasks/next", raw: big).status == 413)
    // A length that was not told is found out.
    let untold = await person.send(
      "POST", "/api/tasks/next", headers: ["content-length": nil, "transfer-encoding": "chunked"],
      raw: big)
    #expect(untold.status == 413)
  }

  /// Strings that break out of HTML, SQL, CSV, JSON and headers come back as they went in.
  @Test(arguments: [
    "<script>alert(1)</script>", "'; DROP TABLE answers; --", "\"><img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0", "\u{202e}gnp.exe", "a\u{0}b", "\r\nSet-Cookie: x=y", "{{constructor}}",
    "javascript:alert(1)", "</textarea><svg/onload=alert(1)>", "😀\u{200d}👩", "%00%2e%2e",
  ])
  func hostileWordsAreWords(_ text: String) async throws {
    let site = try Site()
    try site.addPairs(1, kind: .comment, items: 1)
    let person = try await site.person("Grace")
    let view = await person.next().json
    let answer = await person.submit(view, ["kind": "comment", "text": .string(text)])
    #expect(answer.status == 200)
    let rows = await person.send("GET", "/api/answers?mine=1").json["answers"]
    #expect(rows?[0]?["answer"]?["text"]?.stringValue == text)
  }
}
