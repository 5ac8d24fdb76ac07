import Foundation
import RLHFCore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The loop: people's votes on the page, a reward model of them, a policy, and new samples for people.
@Suite("The Studio's loop", .serialized) struct StudioLoopTests {
  private static let settings = """
    threads: 1
    domain: {vocabularySize: 272, hiddenSize: 16, layers: 1, heads: 2, contextLength: 96, \
    promptLength: 48, replyLength: 16, reward: {layers: 0, lexicalSize: 4, lexicalBuckets: 256}}
    sft: {epochs: 2, batchSize: 8, microbatchSize: 8}
    reward: {epochs: 2, batchSize: 8}
    ppo: {iterations: 2, batchSize: 4, minibatchSize: 4, microbatchSize: 4, checkpointInterval: 1}

    """

  @Test("goes from votes on the page to a new policy and its samples without a step between")
  func voteToNewSamples() async throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    #expect(try ProgramRun.run("init", path).code == 0)
    let yaml = folder("rlhf.yaml")
    let text = try String(contentsOf: yaml, encoding: .utf8) + Self.settings
    try Data(text.utf8).write(to: yaml)
    let lines = (0..<24).map { index in
      #"{"prompt": "What is \#(index) and one?", "completion": "It is \#(index + 1)."}"#
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: folder("demonstrations.jsonl"))
    for command in [
      ["import", folder("demonstrations.jsonl").path, "--split", "train"], ["sft"],
      ["sample", "--queue", "--count", "12"],
    ] {
      let result = try ProgramRun.run(command + ["-p", path])
      #expect(result.code == 0, "\(command): \(result.errors)")
    }

    let studio = try RunningStudio(project: folder.url)
    defer { studio.stop() }
    let client = try await StudioClient(joining: studio.link, as: "owner")
    var votes = 0
    while true {
      let next = try await client.send("POST", "/api/tasks/next", ["not": []])
      guard next.status == 200 else {
        #expect(next.status == 204)
        break
      }
      let lengths = (next.body["items"]?.arrayValue ?? []).map { item in
        item.arrayValue?.first?["text"]?.stringValue?.count ?? 0
      }
      try #require(lengths.count == 2)
      let verdict = lengths[0] < lengths[1] ? "first" : lengths[0] > lengths[1] ? "second" : "tie"
      let stored = try await client.answer(
        next.body, ["kind": "pair", "verdict": .string(verdict)])
      #expect(stored.status == 200, "\(stored.body)")
      votes += 1
    }
    #expect(votes >= 8)

    let job = try await client.send(
      "POST", "/api/jobs", ["kind": "round", "comparisons": 8, "force": true])
    #expect((200...202).contains(job.status), "\(job.body)")
    let ended = try await end(of: job.body["id"]?.stringValue ?? "", client)
    #expect(ended["state"] == "succeeded", "\(ended)")
    #expect(ended["run"] == "ppo-1")

    let runs = try await client.send("GET", "/api/runs").body["runs"]?.arrayValue ?? []
    #expect(Set(runs.compactMap { $0["name"]?.stringValue }) == ["sft-1", "reward-1", "ppo-1"])
    let metrics = try await client.send("GET", "/api/runs/ppo-1/metrics?after=0").body["rows"]
    #expect(metrics?.arrayValue?.count == 2)
    let again = try await client.send("POST", "/api/tasks/next", ["not": []])
    #expect(again.status == 200, "samples of the new policy wait")
  }

  private func end(of job: String, _ client: StudioClient) async throws -> JSONValue {
    for _ in 0..<600 {
      let reply = try await client.send("GET", "/api/jobs/\(job)")
      if let state = reply.body["state"]?.stringValue, state != "running", state != "queued" {
        return reply.body
      }
      try await Task.sleep(for: .milliseconds(200))
    }
    throw RLHFError(.training, "the job did not end.")
  }
}

/// The program's own server, on a port that the system chose.
final class RunningStudio {
  /// The owner's link.
  let link: String
  private let process: Process

  init(project: URL, arguments: [String] = []) throws {
    process = try ProgramRun.process(
      ["studio", "-p", project.path, "--port", "0"] + arguments)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var printed = ""
    while !printed.contains("/join#") || !printed.hasSuffix("\n") {
      let piece = output.fileHandleForReading.availableData
      guard !piece.isEmpty else {
        throw RLHFError(.inputOutput, "the Studio ended and had printed: \(printed)")
      }
      printed += String(decoding: piece, as: UTF8.self)
    }
    link =
      printed.split(whereSeparator: \.isWhitespace).map(String.init)
      .first { $0.contains("/join#") } ?? ""
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }

  /// Ends the process as a failure of the machine would.
  func kill() {
    #if canImport(Glibc)
      Glibc.kill(process.processIdentifier, SIGKILL)
    #else
      Darwin.kill(process.processIdentifier, SIGKILL)
    #endif
    process.waitUntilExit()
  }
}
