import FeedbackStore
import Foundation
import RLHFCore
import Testing

@testable import Studio

struct OwningTests {
  @Test func settingsAreCheckedAndKept() async throws {
    let site = try Site()
    let owner = try await site.person("owner", .owner)
    var settings = try #require(
      await owner.send("GET", "/api/settings").json.objectValue)
    settings["title"] = "Birds & <b>more</b>"
    settings["keys"] = ["first": ["1", "ArrowLeft"], "tie": "3"]
    settings["mustHear"] = 2.5
    settings["exposure"] = 0.5
    #expect(await owner.send("PUT", "/api/settings", .object(settings)).status == 200)
    let project = await owner.send("GET", "/api/session").json["project"]
    #expect(project?["title"] == "Birds & <b>more</b>" && project?["mustHear"] == 2.5)
    #expect(project?["keys"]?["first"] == ["1", "ArrowLeft"])
    let wrong: [(String, JSONValue)] = [
      ("keys", ["first": "<img src=x onerror=alert(1)>"]), ("keys", ["steal": "1"]),
      ("keys", ["first": ["1", "2", "3", "4", "5"]]), ("keys", ["first": 1]),
      ("keys", ["first": "\u{202e}"]), ("keys", ["first": ""]), ("title", ""),
      ("mustHear", -1), ("exposure", 601), ("rules", ["goldShare": 2]),
      ("rules", ["goldShade": 0.1]),
      ("secret", "x"),
    ]
    for (name, value) in wrong {
      var changed = settings
      changed[name] = value
      let answer = await owner.send("PUT", "/api/settings", .object(changed))
      #expect(answer.status == 400, "\(name): \(value)")
    }
    #expect(await owner.send("GET", "/api/settings").json["title"] == "Birds & <b>more</b>")
    let trail = await owner.send("GET", "/api/audit").json
    #expect(trail["intact"] == true)
    #expect(trail["entries"]?[0]?["action"] == "changeSettings")
    #expect(trail["entries"]?[0]?["actor"] == "owner")
  }

  @Test func criteriaAreAdded() async throws {
    let site = try Site()
    let owner = try await site.person("owner", .owner)
    let mood: JSONValue = [
      "id": "mood", "title": "Mood", "question": "Which fits the mood?", "lowest": 1, "highest": 5,
    ]
    #expect(await owner.send("POST", "/api/criteria", mood).status == 200)
    for (name, value) in [
      ("id", "a b"), ("id", "../x"), ("id", ""), ("lowest", 5), ("title", .null),
    ] as [(String, JSONValue)] {
      var changed = try #require(mood.objectValue)
      changed[name] = value
      #expect(await owner.send("POST", "/api/criteria", .object(changed)).status == 400, "\(name)")
    }
    let criteria = await owner.send("GET", "/api/session").json["project"]?["criteria"]
    #expect(criteria?.arrayValue?.compactMap { $0["id"]?.stringValue } == ["overall", "mood"])
  }

  @Test func dataGoesOutAndIn() async throws {
    let formats = StudioFormats(
      exports: [.init(id: "trl", title: "TRL")], imports: [.init(id: "csv", title: "CSV")],
      export: { _, rows in
        .init(
          name: "a\"b\r\n.jsonl", type: "application/jsonl",
          content: Data(String(repeating: "{}\n", count: rows ?? 9).utf8),
          manifest: ["rows": 9, "dropped": [:], "sha256": "x"])
      },
      read: { _, upload in
        ["accepted": .integer(upload.content.split(separator: 10).count), "lost": ["tie": 1]]
      })
    let site = try Site(formats: formats)
    let owner = try await site.person("owner", .owner)
    let preview = await owner.send("GET", "/api/export/trl?preview=3")
    #expect(preview.text == "{}\n{}\n{}\n")
    #expect(preview.headers["Content-Type"] == "text/plain; charset=utf-8")
    let file = await owner.send("GET", "/api/export/trl")
    #expect(file.text.count == 27)
    #expect(file.headers["Content-Disposition"] == "attachment; filename=\"ab.jsonl\"")
    #expect(await owner.send("GET", "/api/export/trl?manifest=1").json["rows"] == 9)
    #expect(await owner.send("GET", "/api/export/other").status == 404)
    let upload: JSONValue = ["name": "x.csv", "text": "a\nb\n"]
    let read = await owner.send("POST", "/api/import/csv", upload)
    #expect(read.json == ["accepted": 2, "lost": ["tie": 1]])
    #expect(await owner.send("POST", "/api/import/trl", upload).status == 404)
    #expect(await owner.send("POST", "/api/import/csv", ["name": "x"]).status == 400)
    let board = await owner.send("GET", "/api/dashboard").json
    #expect(board["formats"]?["export"] == [["id": "trl", "title": "TRL"]])
  }

  @Test func anAnswerMakesAGoldTask() async throws {
    let site = try Site { _, settings in settings.rules.goldShare = 1 }
    try site.addPairs(1)
    let owner = try await site.person("owner", .owner)
    let grace = try await site.person("Grace")
    let id = UUID().uuidString.lowercased()
    let first = await grace.next().json
    #expect(await grace.submit(first, id: id).status == 200)
    let order: JSONValue = ["kind": "gold", "subject": .string(id)]
    #expect(await grace.send("POST", "/api/tasks", order).status == 403)
    let added = await owner.send("POST", "/api/tasks", order)
    #expect(added.status == 200 && added.json["added"] == 1, "\(added.text)")
    // Whoever gave the answer knows it.
    #expect(await grace.next().status == 204)
    let ada = try await site.person("Ada")
    let shown = await ada.next()
    #expect(shown.status == 200 && !shown.text.contains("gold"))
    #expect(shown.json["task"] != first["task"])
    #expect(await ada.submit(shown.json).status == 200)
    let rows = await owner.send("GET", "/api/answers?gold=1").json["answers"]?.arrayValue
    #expect(rows?.count == 1 && rows?.first?["correct"]?.boolValue != nil)
    let skip = UUID().uuidString.lowercased()
    let other = try await site.person("Eve")
    #expect(
      await other.submit(
        await other.next().json, ["kind": "skip", "reason": "no"], id: skip
      ).status == 200)
    let refused = await owner.send(
      "POST", "/api/tasks", ["kind": "gold", "subject": .string(skip)])
    #expect(refused.status == 400)
  }

  @Test func answersAreReviewed() async throws {
    let site = try Site()
    try site.addPairs(1)
    let owner = try await site.person("owner", .owner)
    let rater = try await site.person("Grace")
    let id = UUID().uuidString.lowercased()
    #expect(await rater.submit(await rater.next().json, id: id).status == 200)
    let added = await owner.send(
      "POST", "/api/tasks", ["kind": "review", "subject": .string(id), "overlap": 1])
    #expect(added.status == 200 && added.json["added"] == 1, "\(added.text)")
    let reviewer = try await site.person("reviewer", .reviewer)
    let view = await reviewer.next()
    #expect(view.json["kind"] == "review")
    #expect(view.json["previous"]?["kind"] == "pair")
    #expect(await rater.next().status == 204)
    let verdict: JSONValue = ["kind": "review", "decision": "reject", "text": "careless"]
    #expect(await reviewer.submit(view.json, verdict).status == 200)
    let nothing = await owner.send(
      "POST", "/api/tasks", ["kind": "review", "subject": .string(UUID().uuidString)])
    #expect(nothing.status == 404)
    #expect(
      await owner.send("POST", "/api/tasks", ["kind": "pair", "criteria": ["no"]]).status == 400)
    #expect(
      await owner.send("POST", "/api/tasks", ["kind": "pair", "criteria": ["overall"]]).status
        == 200)
  }
}
