import FeedbackStore
import Foundation
import Presentation
import RLHFCore
import Synchronization
import TestSupport
import Testing

@testable import Studio

/// Runs nothing, and remembers what it was asked for.
private final class RecordingJobs: JobRunner {
  let asked = Mutex<[String]>([])

  func jobs() async -> [StudioJob] {
    [
      StudioJob(
        id: "1", kind: "sample", state: .running, startedAt: Date(timeIntervalSince1970: 0),
        log: ["line"],
        samples: [.init(prompt: [.text("p")], items: [[.text("<b>")]])])
    ]
  }

  func start(kind: String, options: [String: JSONValue]) async throws -> StudioJob {
    asked.withLock { $0.append("\(kind) \(JSONValue.object(options))") }
    return StudioJob(id: "2", kind: kind, state: .queued, startedAt: Date())
  }

  func cancel(_ id: String) async throws {
    guard id == "1" else { throw RLHFError(.notFound, "there is no such job.") }
    asked.withLock { $0.append("cancel \(id)") }
  }

  func changes() -> AsyncStream<StudioJob> { AsyncStream { $0.finish() } }
}

struct WatchingTests {
  @Test func runsAreListedAndTheirMetricsFollowed() async throws {
    let site = try Site()
    let reviewer = try await site.person("reviewer", .reviewer)
    #expect(await reviewer.send("GET", "/api/runs").json["runs"] == [])
    let run = site.folder("runs/ppo-1")
    for name in ["checkpoints/step-20", "checkpoints/step-5", "model"] {
      try FileManager.default.createDirectory(
        at: run.appending(path: name), withIntermediateDirectories: true)
    }
    try Data(#"{"stage":"ppo","status":"finished","summary":{"score":1.5}}"#.utf8)
      .write(to: run.appending(path: "run.json"))
    let file = run.appending(path: "metrics.jsonl")
    try Data("{\"step\":1}\n{\"step\":2,\"objective/kl\":0.5}\n{\"step\":3".utf8).write(to: file)
    let listed = await reviewer.send("GET", "/api/runs").json["runs"]?[0]
    #expect(listed?["name"] == "ppo-1" && listed?["stage"] == "ppo")
    #expect(listed?["state"] == "finished" && listed?["steps"] == 2)
    #expect(
      listed?["checkpoints"] == [
        ["id": "ppo-1/checkpoints/step-5", "step": 5],
        ["id": "ppo-1/checkpoints/step-20", "step": 20], ["id": "ppo-1", "step": 2],
      ])
    func follow(_ cursor: JSONValue) async -> JSONValue {
      await reviewer.send("GET", "/api/runs/ppo-1/metrics?after=\(cursor)").json
    }
    let first = await follow(0)
    #expect(first["rows"] == [["step": 1], ["step": 2, "objective/kl": 0.5]])
    let cursor = try #require(first["next"])
    #expect(await follow(cursor)["rows"] == [])
    let handle = try FileHandle(forWritingTo: file)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("}\n".utf8))
    try handle.close()
    #expect(await follow(cursor)["rows"] == [["step": 3]])
    // A run that was taken back is read from the start.
    try Data("{\"step\":1}\n".utf8).write(to: file)
    #expect(await follow(cursor)["rows"] == [["step": 1]])
  }

  @Test func onlyRunsAreRead() async throws {
    let site = try Site()
    let reviewer = try await site.person("reviewer", .reviewer)
    let manager = FileManager.default
    let nested = site.folder("runs/compare-1/ppo-2")
    try manager.createDirectory(at: nested, withIntermediateDirectories: true)
    try Data("{\"step\":7}\n".utf8).write(to: nested.appending(path: "metrics.jsonl"))
    let outside = site.folder("outside")
    try manager.createDirectory(at: outside, withIntermediateDirectories: true)
    try Data("{\"secret\":1}\n".utf8).write(to: outside.appending(path: "metrics.jsonl"))
    try manager.createSymbolicLink(at: site.folder("runs/link"), withDestinationURL: outside)
    let file = site.folder("runs/file")
    try manager.createDirectory(at: file, withIntermediateDirectories: true)
    try manager.createSymbolicLink(
      at: file.appending(path: "metrics.jsonl"),
      withDestinationURL: outside.appending(path: "metrics.jsonl"))
    let inside = await reviewer.send("GET", "/api/runs/compare-1%2Fppo-2/metrics")
    #expect(inside.json["rows"] == [["step": 7]])
    for name in [
      "..", "..%2foutside", "%2e%2e%2foutside", "link", "file", ".",
      "compare-1%2F..%2F..%2Foutside",
      "compare-1", "%00", "nothing", "compare-1%2F%2Fppo-2", "%2Fetc",
    ] {
      let answer = await reviewer.send("GET", "/api/runs/\(name)/metrics")
      #expect(answer.status == 404, "\(name)")
    }
    let names = await reviewer.send("GET", "/api/runs").json["runs"]?.arrayValue
    #expect(names?.compactMap { $0["name"]?.stringValue } == ["compare-1/ppo-2"])
    #expect(await reviewer.send("GET", "/api/runs/x/metrics?after=-1").status == 400)
  }

  @Test func jobsAreStartedByOwnersAndSeenByReviewers() async throws {
    let jobs = RecordingJobs()
    let site = try Site(jobs: jobs)
    let (owner, reviewer) = (
      try await site.person("owner", .owner), try await site.person("reviewer", .reviewer)
    )
    #expect(await reviewer.send("GET", "/api/jobs").json["jobs"]?[0]?["log"] == ["line"])
    let job = await reviewer.send("GET", "/api/jobs/1").json
    #expect(job["samples"]?[0]?["items"]?[0]?[0]?["text"] == "<b>")
    #expect(job["startedAt"] == "1970-01-01T00:00:00.000Z")
    #expect(await reviewer.send("GET", "/api/jobs/9").status == 404)
    #expect(await reviewer.send("POST", "/api/jobs", ["kind": "round"]).status == 403)
    let started = await owner.send("POST", "/api/jobs", ["kind": "round", "comparisons": 5])
    #expect(started.json["state"] == "queued")
    #expect(await owner.send("POST", "/api/jobs", ["kind": "rm -rf"]).status == 400)
    #expect(await owner.send("DELETE", "/api/jobs/1").status == 204)
    #expect(await owner.send("DELETE", "/api/jobs/7").status == 404)
    #expect(jobs.asked.withLock { $0 } == ["round {\"comparisons\":5}", "cancel 1"])
    let actions = try site.store.auditTrail().map(\.action)
    #expect(actions.contains("startJob") && actions.contains("cancelJob"))
  }

  @Test func theDashboardAddsUp() async throws {
    let site = try Site()
    try site.addPairs(2, overlap: 2)
    let (grace, ada) = (try await site.person("Grace"), try await site.person("Ada"))
    let reviewer = try await site.person("reviewer", .reviewer)
    for person in [grace, ada] {
      for _ in 0..<2 {
        let view = await person.next().json
        // Both take the same item for the better one, wherever it is shown.
        let isFirst = view["items"]?[0]?[0]?["text"]?.stringValue?.hasSuffix("item 0") == true
        let verdict: JSONValue = isFirst == (person.csrf == grace.csrf) ? "first" : "second"
        #expect(
          await person.submit(view, ["kind": "pair", "verdict": verdict]).status == 200)
      }
    }
    let board = await reviewer.send("GET", "/api/dashboard").json
    #expect(board["role"] == "reviewer")
    #expect(board["progress"]?["answers"] == 4 && board["progress"]?["answered"] == 2)
    #expect(board["criteria"]?[0]?["answers"] == 4)
    #expect(board["raters"]?.arrayValue?.count == 3)
    // Two raters at odds on both tasks: no agreement, and neither model is ahead.
    let overall = board["criteria"]?[0]
    #expect(overall?["agreement"]?["raw"]?["value"] == 0)
    #expect(overall?["agreement"]?["raw"]?["n"] == 2)
    #expect(overall?["leaderboard"]?[0]?["comparisons"] == 4)
    let score = try #require(overall?["leaderboard"]?[1]?["score"]?.doubleValue)
    #expect(abs(score - 1000) < 1e-6)
    #expect(overall?["position"]?["first"]?["n"] == 4)
    let rows = await reviewer.send("GET", "/api/answers?rater=Grace&kind=pair").json
    #expect(rows["answers"]?.arrayValue?.count == 2)
    #expect(rows["answers"]?[0]?["origins"] == ["alpha", "beta"])
    let page = await reviewer.send("GET", "/api/answers?limit=3").json
    let after = try #require(page["next"])
    let rest = await reviewer.send("GET", "/api/answers?limit=3&after=\(after)").json
    #expect(rest["answers"]?.arrayValue?.count == 1)
    let odds = await reviewer.send("GET", "/api/disagreements").json["disagreements"]
    #expect(odds?.arrayValue?.count == 2)
    let task = try #require(odds?[0]?["task"]?.stringValue)
    let detail = await reviewer.send("GET", "/api/tasks/\(task)").json
    #expect(detail["answers"]?.arrayValue?.count == 2)
    #expect(detail["origins"] == ["alpha", "beta"])
    #expect(await reviewer.send("GET", "/api/tasks/nothing").status == 404)
    #expect(await reviewer.send("GET", "/api/answers?kind=x").status == 400)
    #expect(await reviewer.send("GET", "/api/answers?day=x").status == 400)
    #expect(await reviewer.send("GET", "/api/answers?rater='%20OR%201=1").json["answers"] == [])
  }
}
