import Alignment
import FeedbackStore
import Foundation
import RLHFCore
import TestSupport
import Testing
import TextChat

/// What is left of votes when the server is killed.
@Suite("A killed Studio", .serialized) struct StudioKillTests {
  /// `STUDIO_KILLS` asks for more than a quick run has.
  private static let rounds =
    ProcessInfo.processInfo.environment["STUDIO_KILLS"].flatMap { Int($0) } ?? 15

  @Test("has every vote that it acknowledged, once")
  func kill() async throws {
    let folder = try TemporaryFolder()
    #expect(try ProgramRun.run("init", folder.url.path).code == 0)
    let file = ProjectFiles.store(in: folder.url)
    do {
      let comparisons = (0..<200).map { index in
        Comparison(
          prompt: ChatPrompt("What is \(index)?"), first: ChatReply("A number."),
          second: ChatReply("It is \(index)."))
      }
      try FeedbackStore(at: file).addComparisons(comparisons, first: "a", second: "b", round: 0)
    }
    var acknowledged: [String] = []
    var generator = Seed(11).generator
    for round in 0..<Self.rounds {
      let studio = try RunningStudio(
        project: folder.url, arguments: ["--owner-link", "--overlap", "\(Self.rounds)"])
      let client = try await StudioClient(joining: studio.link, as: "rater \(round)")
      let pause = Int.random(in: 20...250, using: &generator)
      acknowledged += await withTaskGroup(of: [String].self) { group in
        for _ in 0..<3 { group.addTask { await Self.votes(client) } }
        try? await Task.sleep(for: .milliseconds(pause))
        studio.kill()
        return await group.reduce(into: []) { $0 += $1 }
      }
    }
    #expect(acknowledged.count >= Self.rounds)
    let store = try FeedbackStore(at: file, creating: false)
    try store.checkIntegrity()
    var filter = AnswerFilter()
    filter.limit = 100_000
    let kept = try store.answers(filter).map(\.answer.id)
    #expect(Set(kept).count == kept.count)
    #expect(Set(acknowledged).isSubset(of: kept))
    #expect(try store.isAuditTrailIntact())
  }

  /// Answers tasks until there are none or the server is gone; the ids that were acknowledged.
  private static func votes(_ client: StudioClient) async -> [String] {
    var ids: [String] = []
    while let id = try? await vote(client) { ids.append(id) }
    return ids
  }

  /// Answers a task; the id of the answer, if it was acknowledged.
  private static func vote(_ client: StudioClient) async throws -> String? {
    let next = try await client.send("POST", "/api/tasks/next", ["not": []])
    guard next.status == 200 else { return nil }
    let reply = try await client.answer(next.body, ["kind": "pair", "verdict": "second"])
    guard reply.status == 200 else { throw RLHFError(.invalidData, "\(reply.body)") }
    return reply.body["id"]?.stringValue
  }
}
