import FeedbackStore
import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Studio

struct BlindnessTests {
  /// Two projects that are alike but for who made which item: what a rater's browser gets is the same, byte for byte.
  @Test func swappingTheModelsChangesNoByte() async throws {
    let folder = try TemporaryFolder()
    let template = folder("template.sqlite")
    // Both projects begin with the same secret, from which sides and names follow.
    _ = try FeedbackStore(at: template)
    let first = try await everything(in: template, origins: ["alpha-7b", "omega-70b"])
    let second = try await everything(in: template, origins: ["omega-70b", "alpha-7b"])
    #expect(first.count == second.count && first.count > 12)
    for (one, other) in zip(first, second) { #expect(one == other) }
    for answer in first {
      for word in ["alpha-7b", "omega-70b", "origin", "\"round\"", "gold", "repeatOf", "artifact"] {
        #expect(!answer.contains(word), "\(word)")
      }
    }
  }

  /// Everything that a rater receives from joining to the end, with random names replaced by their order.
  private func everything(in template: URL, origins: [String]) async throws -> [String] {
    let site = try Site(copyOf: template)
    try site.addPairs(4, origins: origins)
    try site.addPairs(1, kind: .ranking, items: 4, origins: origins, named: "r")
    let person = try await site.person("Grace")
    var received: [Browser.Answer] = []
    var id = 0
    func nextID() -> String {
      id += 1
      return "00000000-0000-4000-8000-" + String(format: "%012d", id)
    }
    while true {
      let view = await person.next()
      received.append(view)
      guard view.status == 200 else { break }
      let answer: JSONValue =
        view.json["kind"] == "pair"
        ? ["kind": "pair", "verdict": "first"] : ["kind": "ranking", "ranks": [1, 2, 3, 4]]
      let name = nextID()
      received.append(await person.submit(view.json, answer, id: name))
      if id == 1 {
        let undone = await person.send("DELETE", "/api/answers/\(name)", ["id": .string(nextID())])
        received.append(undone)
        received.append(await person.submit(undone.json, answer, id: nextID()))
      }
    }
    received.append(await person.send("GET", "/api/answers?mine=1"))
    received.append(await person.send("GET", "/api/session"))
    return Self.normalised(received, secrets: [person.csrf ?? ""])
  }

  /// The bytes with each random name replaced by when it was seen first,.
  private static func normalised(_ answers: [Browser.Answer], secrets: [String]) -> [String] {
    var names: [String: Int] = [:]
    return answers.map { answer in
      var text = "\(answer.status) \(answer.headers.sorted { $0.key < $1.key }) \(answer.text)"
      for secret in secrets { text = text.replacing(secret, with: "SECRET") }
      return text.replacing(/[0-9a-f]{32}/) { match in
        let name = String(match.output)
        names[name] = names[name] ?? names.count
        return "NAME\(names[name] ?? 0)"
      }
    }
  }
}
