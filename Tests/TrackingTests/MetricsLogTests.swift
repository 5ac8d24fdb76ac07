import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Tracking

struct MetricsLogTests {
  private let folder: TemporaryFolder
  private let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appendingPathComponent("metrics.jsonl")
  }

  @Test func linesAreFlatObjectsInTheOrderOfTheirNames() throws {
    let log = try MetricsLog(at: url)
    try log.append(
      MetricsRecord(step: 1, stage: "ppo", values: ["objective/kl": 0.1, "a": 3, "b": -0.0]))
    try log.append(
      MetricsRecord(
        step: 2,
        values: [
          "loss": .nan, "most": .infinity, "least": -.infinity, "small": .leastNonzeroMagnitude,
        ]))
    let text = try String(contentsOf: url, encoding: .utf8)
    #expect(
      text == """
        {"step":1,"stage":"ppo","a":3,"b":-0,"objective/kl":0.1}
        {"step":2,"least":null,"loss":null,"most":null,"small":5e-324,\
        "nonFinite":{"least":"-inf","loss":"nan","most":"inf"}}

        """)
    #expect(log.byteCount == text.utf8.count)
  }

  @Test func everyDoubleReadsBackExactly() throws {
    var generator = Seed(3).generator
    let log = try MetricsLog(at: url)
    var expected: [Double] = [.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1 / 3, -1e-7, 1e21]
    for _ in 0..<2_000 {
      let value = Double(bitPattern: generator.next())
      if value.isFinite { expected.append(value) }
    }
    for (step, value) in expected.enumerated() {
      try log.append(MetricsRecord(step: step, values: ["x": value]))
    }
    let found = try MetricsLog.read(url).map { $0.values["x"] }
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(a?.bitPattern == b.bitPattern) }
  }

  @Test func nonFiniteNumbersReadBack() throws {
    let log = try MetricsLog(at: url)
    let record = MetricsRecord(step: 1, values: ["a": .infinity, "b": -.infinity, "c": 1])
    try log.append(record)
    try log.append(MetricsRecord(step: 2, values: ["a": .nan]))
    let records = try MetricsLog.read(url)
    #expect(records[0] == record)
    #expect(records[1].values["a"]?.isNaN == true)
  }

  @Test func namesThatNeedEscapingReadBack() throws {
    let log = try MetricsLog(at: url)
    let record = MetricsRecord(step: 1, stage: "\"\n\\\u{1}", values: ["ä/\u{2028}\t😀": 1])
    try log.append(record)
    #expect(try MetricsLog.read(url) == [record])
  }

  @Test func halfALineAtTheEndIsCutOnOpening() throws {
    let whole = #"{"step":1,"a":1}"# + "\n"
    try (whole + #"{"step":2,"a"#).write(to: url, atomically: true, encoding: .utf8)
    #expect(try MetricsLog.read(url).map(\.step) == [1])
    let log = try MetricsLog(at: url)
    #expect(log.byteCount == whole.utf8.count)
    try log.append(MetricsRecord(step: 2, values: ["a": 2]))
    #expect(
      try String(contentsOf: url, encoding: .utf8) == whole + #"{"step":2,"a":2}"# + "\n")
  }

  @Test(arguments: [1, 65_535, 65_536, 65_537, 200_000])
  func aLongHalfLineIsCut(length: Int) throws {
    let half = String(repeating: "x", count: length)
    try ("{\"step\":1}\n" + half).write(to: url, atomically: true, encoding: .utf8)
    #expect(try MetricsLog(at: url).byteCount == 11)
    try half.write(to: url, atomically: true, encoding: .utf8)
    #expect(try MetricsLog(at: url).byteCount == 0)
  }

  @Test func aResumedLogEqualsAnUnbrokenOne() throws {
    func write(_ steps: ClosedRange<Int>, to log: MetricsLog) throws {
      for step in steps {
        try log.append(
          MetricsRecord(step: step, stage: "ppo", values: ["x": 1 / Double(step), "y": .nan]))
      }
    }
    let unbroken = folder.url.appendingPathComponent("unbroken.jsonl")
    try write(1...20, to: MetricsLog(at: unbroken))

    var first: MetricsLog? = try MetricsLog(at: url)
    try write(1...10, to: #require(first))
    let checkpoint = try #require(first).byteCount
    try write(11...17, to: #require(first))
    first = nil
    let second = try MetricsLog(at: url)
    try second.truncate(toByteOffset: checkpoint)
    try write(11...20, to: second)
    #expect(try Data(contentsOf: url) == Data(contentsOf: unbroken))

    try second.truncate(afterStep: 12)
    try write(13...20, to: second)
    #expect(try Data(contentsOf: url) == Data(contentsOf: unbroken))
  }

  @Test func onlyTheStepsOfOneStageAreCut() throws {
    let log = try MetricsLog(at: url)
    for (stage, step) in [("sft", 1), ("sft", 9), ("ppo", 1), ("ppo", 2), ("ppo", 3)] {
      try log.append(MetricsRecord(step: step, stage: stage, values: [:]))
    }
    try log.truncate(afterStep: 1, stage: "ppo")
    #expect(try MetricsLog.read(url).map(\.step) == [1, 9, 1])
    try log.truncate(afterStep: 100)
    #expect(try MetricsLog.read(url).count == 3)
    try log.truncate(afterStep: 0)
    #expect(log.byteCount == 0)
    #expect(try MetricsLog.read(url).isEmpty)
  }

  @Test func anOffsetThatDoesNotFitIsRefused() throws {
    let log = try MetricsLog(at: url)
    try log.append(MetricsRecord(step: 1, values: [:]))
    let tooFar = #expect(throws: RLHFError.self) { try log.truncate(toByteOffset: 100) }
    #expect(
      tooFar?.message
        == "\(url.path) has 11 bytes, but the checkpoint was taken at byte 100; "
        + "it belongs to another run or was shortened since.")
    let within = #expect(throws: RLHFError.self) { try log.truncate(toByteOffset: 4) }
    #expect(within?.message.contains("byte 4") == true)
    #expect(log.byteCount == 11)
  }

  @Test(arguments: [
    ("[1]", "not a JSON object"), ("{\"step\":1", "not a JSON object"),
    ("{\"a\":1}", "no whole number \"step\""),
    ("{\"step\":1,\"a\":\"b\"}", "\"a\" is not a number"),
  ])
  func aBadLineIsNamed(line: String, complaint: String) throws {
    try "{\"step\":0}\n\(line)\n".write(to: url, atomically: true, encoding: .utf8)
    let error = #expect(throws: RLHFError.self) { try MetricsLog.read(url) }
    #expect(error?.message.hasPrefix("\(url.path) line 2: \(complaint); expected") == true)
  }

  @Test func aMissingFileIsNamed() throws {
    let error = #expect(throws: RLHFError.self) { try MetricsLog.read(url) }
    #expect(error?.code == .notFound)
    #expect(error?.message.hasPrefix("There is no \(url.path)") == true)
  }

  @Test func aFolderThatIsMissingOrAFileIsNamed() throws {
    let nowhere = folder.url.appendingPathComponent("nowhere/metrics.jsonl")
    let error = #expect(throws: RLHFError.self) { try MetricsLog(at: nowhere) }
    #expect(error?.code == .inputOutput)
    #expect(
      error?.message
        == "Cannot open \(nowhere.path): No such file or directory; "
        + "create the folder \(nowhere.deletingLastPathComponent().path) first.")
    #expect(throws: RLHFError.self) { try MetricsLog(at: folder.url) }
  }

  #if os(Linux)
    @Test func aFullDiskIsNamed() throws {
      try FileManager.default.createSymbolicLink(
        at: url, withDestinationURL: URL(fileURLWithPath: "/dev/full"))
      let log = try MetricsLog(at: url)
      let error = #expect(throws: RLHFError.self) {
        try log.append(MetricsRecord(step: 1, values: [:]))
      }
      #expect(
        error?.message
          == "Cannot write \(url.path): No space left on device; free some space and resume the run."
      )
      #expect(log.byteCount == 0)
    }
  #endif

  @Test func threadsDoNotMixTheirLines() async throws {
    let log = try MetricsLog(at: url)
    await withTaskGroup(of: Void.self) { group in
      for stage in 0..<8 {
        group.addTask {
          for step in 0..<50 {
            try? log.append(MetricsRecord(step: step, stage: "\(stage)", values: ["x": 1]))
          }
        }
      }
    }
    #expect(try MetricsLog.read(url).count == 400)
  }
}
