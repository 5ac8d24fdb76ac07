import Foundation
import RLHFCore
import Studio
import TestSupport
import Testing

@testable import Alignment
@testable import RLHFCommands

@Suite("The Studio's jobs") struct ProcessJobsTests {
  /// A project folder with a finished run that has a checkpoint.
  private func project() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let run = folder("runs/ppo-1")
    try FileManager.default.createDirectory(
      at: run.appending(path: "checkpoints/step-4/model"), withIntermediateDirectories: true)
    try RunFolder(url: run).write(
      RunState(
        stage: .ppo, status: .finished, seed: 1, inputs: [:], summary: [:], libtorch: ""))
    return folder
  }

  @Test("become command lines of the program itself")
  func commandLines() throws {
    let folder = try project()
    func arguments(_ kind: String, _ options: [String: JSONValue]) throws -> [String] {
      try ProcessJobs.arguments(kind: kind, options: options, project: folder.url)
    }
    let common = ["--project", folder.url.path, "--json"]
    #expect(try arguments("round", [:]) == ["round"] + common)
    #expect(
      try arguments("round", ["comparisons": 8, "overlap": 2, "force": true])
        == ["round"] + common + ["--comparisons", "8", "--overlap", "2", "--force"])
    #expect(
      try arguments("sample", ["checkpoint": "ppo-1", "count": 3])
        == ["sample"] + common + ["--from", "ppo-1", "--count", "3"])
    #expect(
      try arguments(
        "compare", ["first": "ppo-1", "second": "ppo-1/checkpoints/step-4", "criterion": "calm"])
        == ["sample", "--queue"] + common + [
          "--from", "ppo-1", "--against",
          folder("runs/ppo-1/checkpoints/step-4").appending(path: "model").path, "--criterion",
          "calm",
        ])
  }

  @Test(
    "take nothing that is not a number or a name of the project's own",
    arguments: [
      ("format", [:]), ("round", ["comparisons": -1]), ("round", ["comparisons": "8"]),
      ("round", ["comparisons": 1e9]), ("round", ["set": "threads=1"]), ("sample", [:]),
      ("sample", ["checkpoint": "../ppo-1"]), ("sample", ["checkpoint": "--help"]),
      ("sample", ["checkpoint": "ppo-1/checkpoints/step-5"]),
      ("sample", ["checkpoint": "ppo-1/../ppo-1"]), ("compare", ["first": "ppo-1"]),
      ("compare", ["first": "ppo-1", "second": "ppo-1", "criterion": "--help"]),
      ("compare", ["first": "ppo-1", "second": "ppo-1", "criterion": "a b"]),
    ] as [(String, [String: JSONValue])])
  func hostile(_ kind: String, _ options: [String: JSONValue]) throws {
    let folder = try project()
    let error = #expect(throws: RLHFError.self) {
      try ProcessJobs.arguments(kind: kind, options: options, project: folder.url)
    }
    #expect(error?.code == .invalidData || error?.code == .notFound)
  }

  @Test("end as their process ends")
  func process() async throws {
    let folder = try project()
    let failing = ProcessJobs(project: folder.url, program: URL(filePath: "/bin/false"))
    let job = try await failing.start(kind: "round", options: [:])
    #expect(job.state == .running)
    var last = job
    for _ in 0..<500 where last.state == .running {
      try await Task.sleep(for: .milliseconds(10))
      last = try #require(await failing.jobs().first)
    }
    #expect(last.id == job.id && last.state == .failed && last.error?.contains("code 1") == true)
    #expect(await failing.jobs().map(\.state) == [.failed])
    let missing = ProcessJobs(project: folder.url, program: folder("absent"))
    let error = await #expect(throws: RLHFError.self) {
      try await missing.start(kind: "round", options: [:])
    }
    #expect(error?.code == .inputOutput)
    await #expect(throws: RLHFError.self) { try await failing.cancel("x") }
  }

  @Test("go on one at a time, and can be stopped")
  func cancellation() async throws {
    let folder = try project()
    let script = folder("patient")
    try Data("#!/bin/sh\necho waiting >&2\nexec sleep 60\n".utf8).write(to: script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
    let jobs = ProcessJobs(project: folder.url, program: script)
    let job = try await jobs.start(kind: "round", options: [:])
    let second = await #expect(throws: RLHFError.self) {
      try await jobs.start(kind: "round", options: [:])
    }
    #expect(second?.code == .conflict)
    // The script has to have got as far as to be told.
    for _ in 0..<500 where await jobs.jobs().first?.log.isEmpty == true {
      try await Task.sleep(for: .milliseconds(10))
    }
    try await jobs.cancel(job.id)
    for _ in 0..<500 where await jobs.jobs().first?.state == .running {
      try await Task.sleep(for: .milliseconds(10))
    }
    let last = try #require(await jobs.jobs().first)
    #expect(
      last.state == .cancelled && last.log == ["waiting"] && last.endedAt != nil, "\(last)")
  }
}
