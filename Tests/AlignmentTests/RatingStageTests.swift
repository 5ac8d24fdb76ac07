import FeedbackStore
import Foundation
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing

@testable import Alignment

@Suite("Artifacts that are files") struct RatingStageTests {
  private static let settings: JSONValue = [
    "sft": ["epochs": 1, "batchSize": 4, "evaluationInterval": 4],
    "reward": ["epochs": 12, "batchSize": 8, "learningRate": 0.02],
    "evaluation": ["prompts": 2, "shown": 2],
  ]

  private func write(_ files: [String: String], to folder: URL) throws {
    for (name, text) in files {
      let url = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
  }

  @Test("go from a folder to training, samples, a report and scores")
  func wholeWay() async throws {
    let temporary = try TemporaryFolder()
    let folder = temporary.url.appending(path: "rows")
    let rows = (0..<12).map { ("\($0 % 3)-\($0).row", "\($0 % 3),\($0 % 2),2,\($0 / 6)") }
    try write(Dictionary(uniqueKeysWithValues: rows), to: folder)
    try write(["bad/0-x.row": "0,word,1,2", "other.txt": "not read"], to: folder)

    let project = try Project.create(
      at: temporary.url.appending(path: "project"), domain: FileDomain(), settings: Self.settings)
    #expect(project.isArtifacts(folder))
    #expect(!project.isArtifacts(folder.appending(path: "other.txt")))
    let added = try project.addDemonstrations(files: folder, split: .fixed(.train))
    #expect(added.tally.demonstrations == 12 && added.count == 13)
    #expect(added.failures.map(\.message) == ["'word' is no token; expected a number."])
    #expect(try project.addDemonstrations(files: folder, split: .fixed(.train)).tally.known == 12)
    // The bytes are files of their own; the store refers to them.
    let media = project.folder.appending(path: "media")
    #expect(try FileManager.default.contentsOfDirectory(atPath: media.path).count == 12)
    let read = try project.demonstrations(.train)
    #expect(try read.map { try $0.artifact.tokens().count } == Array(repeating: 4, count: 12))

    let sft = RunFolder(url: ProjectFiles.runs(in: project.folder).appending(path: "sft-1"))
    try SupervisedStage(project: project).start(in: sft)
    let report = try String(contentsOf: sft.report, encoding: .utf8)
    #expect(report.contains("src=\"data:image/svg+xml;base64,"))
    let snapshot = try #require(SampleSnapshot.all(in: sft).first?.files?.first)
    #expect(try snapshot.bytes().count == 7)

    let policy = try project.domain.loadPolicy(from: sft.model)
    let rater = try #require(try project.domain.makeScriptedRater())
    try await ComparisonStage(project: project).run(
      policy: policy, count: 60, rater: rater, origin: "sft-1", round: 0, seed: 5)
    let reward = RunFolder(url: ProjectFiles.runs(in: project.folder).appending(path: "reward-1"))
    _ = try RewardStage(project: project).start(in: reward)

    let given = temporary.url.appending(path: "given")
    try write(
      [
        "1-best.row": "1,1,1,1", "1-worst.row": "0,2,0,2", "sub/1-middle.row": "1,0,1,2",
        "1-broken.row": "1,1",
      ], to: given)
    let rated = try RatingStage(domain: project.domain).run([given], reward: reward.model)
    #expect(
      rated.ranked.map { URL(filePath: $0.name).lastPathComponent } == [
        "1-best.row", "1-middle.row", "1-worst.row",
      ])
    #expect(rated.failures.map(\.message) == ["expected 4 tokens."])
    #expect(rated.isComplete && rated.rated[0].measurements == ["tokens": 4])
    // Asked for something else, the order turns.
    let asked = try RatingStage(domain: project.domain).run(
      [given], reward: reward.model, prompt: 2)
    #expect(URL(filePath: asked.ranked[0].name).lastPathComponent == "1-worst.row")

    let out = temporary.url.appending(path: "out")
    #expect(
      try project.write(read.prefix(2).map { $0 }, to: out) == ["0001.row", "0002.row"])
    #expect(
      try FileContent([UInt8](Data(contentsOf: out.appending(path: "0001.row"))), type: "x").sha256
        == read[0].artifact.file.sha256)
  }

  @Test("must be there")
  func missing() throws {
    let temporary = try TemporaryFolder()
    let reader = ArtifactFiles(FileDomain())
    let empty = temporary.url.appending(path: "empty")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    #expect {
      _ = try reader.sources([empty])
    } throws: {
      "\($0)".contains("holds no file with one of the extensions that toy-files reads: row.")
    }
    #expect {
      _ = try reader.sources([temporary.url.appending(path: "none")])
    } throws: {
      "\($0)".contains("none does not exist.")
    }
  }

  @Test("may be given as lines of JSON")
  func lines() throws {
    let temporary = try TemporaryFolder()
    let file = temporary.url.appending(path: "rows.jsonl")
    let row = try JSONValue(encoding: RowFile([1, 1, 2, 0])).description
    try write(
      [
        "rows.jsonl":
          "{\"prompt\":1,\"artifact\":\(row)}\n{\"prompt\":2}\n{\"prompt\":0,\"chosen\":\(row),\"rejected\":\(row)}\n"
      ], to: temporary.url)
    let reader = ArtifactFiles(FileDomain())
    #expect(try reader.sources([file]) == [.lines(file)])
    let read = try reader.samples(of: .lines(file))
    #expect(read.samples.map(\.1.prompt) == [1, 0, 0])
    #expect(read.failures.map(\.message) == ["the line holds a prompt alone."])
  }
}
