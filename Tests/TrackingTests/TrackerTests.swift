import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Tracking

struct TrackerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func record(_ steps: ClosedRange<Int>, _ tracker: Tracker) throws {
    for step in steps {
      try tracker.record(
        step: step, ["objective/kl": Double(step) / 3], timing: ["speed/tokens": 1_000])
    }
  }

  @Test func aKilledAndResumedRunLeavesTheFilesOfAnUnbrokenOne() throws {
    let unbroken = folder.url.appendingPathComponent("unbroken")
    let broken = folder.url.appendingPathComponent("runs/broken")
    let straight = try Tracker(
      folder: unbroken, stage: "ppo", resumingAt: .start, now: { 1_000 })
    try record(1...9, straight)

    var tracker = try Tracker(folder: broken, stage: "ppo", resumingAt: .start, now: { 1_000 })
    try record(1...4, tracker)
    let position = try tracker.position(afterStep: 4)
    try record(5...7, tracker)
    for _ in 0..<2 {
      tracker = try Tracker(folder: broken, stage: "ppo", resumingAt: position, now: { 1_000 })
      try record(5...6, tracker)
    }
    try record(7...9, tracker)
    for name in [Tracker.metricsName, Tracker.timingName] {
      #expect(
        try Data(contentsOf: broken.appendingPathComponent(name))
          == Data(contentsOf: unbroken.appendingPathComponent(name)))
    }
  }

  @Test func aPositionSurvivesJSON() throws {
    let tracker = try Tracker(folder: folder.url)
    try record(1...2, tracker)
    let position = try tracker.position(afterStep: 2)
    let data = try JSONEncoder().encode(position)
    #expect(try JSONDecoder().decode(Tracker.Position.self, from: data) == position)
  }

  @Test func withoutAPositionNothingIsLost() throws {
    try record(1...2, Tracker(folder: folder.url))
    try record(1...1, Tracker(folder: folder.url))
    let records = try MetricsLog.read(folder.url.appendingPathComponent(Tracker.metricsName))
    #expect(records.map(\.step) == [1, 2, 1])
  }

  @Test func aCheckpointOfAnotherRunIsRefusedAndNothingIsCut() throws {
    try record(1...2, Tracker(folder: folder.url))
    let before = try Data(contentsOf: folder.url.appendingPathComponent(Tracker.metricsName))
    let names = try folder.names()
    let foreign = Tracker.Position(
      step: 9, metricsByteCount: 10_000, timingByteCount: 0, events: nil)
    #expect(throws: RLHFError.self) { try Tracker(folder: folder.url, resumingAt: foreign) }
    #expect(
      try Data(contentsOf: folder.url.appendingPathComponent(Tracker.metricsName)) == before)
    #expect(try folder.names() == names)
  }

  @Test func aFolderThatCannotBeCreatedIsNamed() throws {
    let file = folder.url.appendingPathComponent("file")
    try Data().write(to: file)
    let error = #expect(throws: RLHFError.self) {
      try Tracker(folder: file.appendingPathComponent("run"))
    }
    #expect(error?.code == .inputOutput)
    #expect(error?.message.hasPrefix("Cannot create the folder \(file.path)/run") == true)
  }

  /// The real TensorBoard, where Python has it: one curve after a kill, in a reader old and new.
  @Test func tensorBoardShowsOneCurve() throws {
    var tracker = try Tracker(folder: folder.url, stage: "ppo", resumingAt: .start)
    try record(1...4, tracker)
    try tracker.text("sample", "hello", step: 4)
    try tracker.histogram("reward", [0, 1, 2], step: 4)
    let position = try tracker.position(afterStep: 4)
    try record(5...7, tracker)
    tracker = try Tracker(folder: folder.url, stage: "ppo", resumingAt: position)
    try record(5...9, tracker)

    let script = """
      import sys
      try:
        from tensorboard.backend.event_processing import event_accumulator
      except ImportError:
        sys.exit(77)
      events = event_accumulator.EventAccumulator(sys.argv[1])
      events.Reload()
      print([(e.step, round(e.value * 3)) for e in events.Scalars("objective/kl")])
      print(len(events.Tensors("sample/text_summary")) if "sample/text_summary" in
        events.Tags()["tensors"] else events.Tags()["tensors"], events.Tags()["histograms"])
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let python = ProcessInfo.processInfo.environment["TENSORBOARD_PYTHON"] ?? "python3"
    process.arguments = [python, "-c", script, folder.url.path]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = Pipe()
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus != 77, process.terminationStatus != 127 else {
      print(
        "Skipped: Python has no tensorboard; "
          + "pip install tensorboard, or set TENSORBOARD_PYTHON to a Python that has it.")
      return
    }
    #expect(process.terminationStatus == 0)
    let curve = (1...9).map { "(\($0), \($0))" }.joined(separator: ", ")
    #expect(text == "[\(curve)]\n['sample'] ['reward']\n")
  }
}
