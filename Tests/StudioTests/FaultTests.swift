import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore
@testable import Studio

/// What people meet when something is full, slow, cut off or asked for by all at once.
struct FaultTests {
  @Test func aFullDiskAcknowledgesNothingAndIsGotOver() async throws {
    let site = try Site(onDisk: true) { options, _ in options.signInBurst = 1000 }
    try site.addPairs(1, overlap: 60)
    var waiting: [(person: Browser, view: JSONValue, id: String)] = []
    for number in 0..<60 {
      let person = try await site.person("rater \(number)")
      waiting.append((person, await person.next().json, UUID().uuidString.lowercased()))
    }
    let answer: JSONValue = [
      "kind": "pair", "verdict": "first", "comment": .string(String(repeating: "x", count: 8000)),
    ]
    try await site.limitPages(moreThanNow: 30)
    var refused: [(person: Browser, view: JSONValue, id: String)] = []
    for one in waiting {
      let reply = await one.person.submit(one.view, answer, id: one.id)
      guard reply.status != 200 else { continue }
      #expect(reply.status == 503 && reply.code == "storageFull", "\(reply.text)")
      refused.append(one)
    }
    #expect(refused.count > 10)
    #expect(try site.answerCount() == 60 - refused.count)
    // Reading goes on meanwhile.
    #expect(await refused[0].person.send("GET", "/api/session").status == 200)
    try await site.limitPages(moreThanNow: 100_000)
    for one in refused {
      let reply = await one.person.submit(one.view, answer, id: one.id)
      #expect(reply.status == 200 && reply.json["replayed"] == false)
    }
    #expect(try site.answerCount() == 60)
    #expect(try site.store.isAnswerLogIntact())
    try site.store.checkIntegrity()
  }

  @Test func retriesInAnyOrderGetTheStoredAnswer() async throws {
    let site = try Site()
    try site.addPairs(12)
    let person = try await site.person("Grace")
    var sent: [(view: JSONValue, id: String)] = []
    for _ in 0..<4 {
      let view = await person.next(sent.compactMap { $0.view["task"]?.stringValue }).json
      sent.append((view, UUID().uuidString.lowercased()))
    }
    var generator = Seed(5).generator
    let retries = (sent + sent + sent).shuffled(using: &generator)
    let replies = await withTaskGroup(of: (String, Browser.Answer).self) { group in
      for (view, id) in retries { group.addTask { (id, await person.submit(view, id: id)) } }
      return await group.reduce(into: [String: [Browser.Answer]]()) {
        $0[$1.0, default: []].append($1.1)
      }
    }
    #expect(try site.answerCount() == 4)
    for (id, answers) in replies {
      #expect(answers.allSatisfy { $0.status == 200 && $0.json["id"] == .string(id) })
      #expect(answers.count { $0.json["replayed"] == false } == 1)
    }
    for (view, id) in sent.reversed() {
      let other = await person.submit(view, ["kind": "pair", "verdict": "tie"], id: id)
      #expect(other.status == 409 && other.code == "conflict")
    }
    #expect(try site.answerCount() == 4)
  }

  @Test func manyWhoRaceForTheLastPlacesGetExactlyTheOverlap() async throws {
    let site = try Site(onDisk: true) { options, _ in options.signInBurst = 1000 }
    try site.addPairs(1, overlap: 5)
    var people: [Browser] = []
    for number in 0..<200 { people.append(try await site.person("rater \(number)")) }
    for person in people.prefix(4) {
      #expect(await person.submit(await person.next().json).status == 200)
    }
    let racing = people.dropFirst(4)
    let given = await withTaskGroup(of: (Browser, Browser.Answer).self) { group in
      for person in racing { group.addTask { (person, await person.next()) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(given.allSatisfy { [200, 204].contains($0.1.status) })
    let lucky = given.filter { $0.1.status == 200 }
    #expect(lucky.count == 1)
    for (person, view) in lucky {
      #expect(await person.submit(view.json).json["surplus"] == false)
    }
    let progress = try site.store.studioProgress()
    #expect((progress.answers, progress.answered, progress.surplus) == (5, 1, 0))
  }
}

extension Site {
  /// Lets the file of the store grow by so many pages and no more, as a full disk would.
  fileprivate func limitPages(moreThanNow count: Int) async throws {
    try await store.database.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages + count)")
    }
  }
}
