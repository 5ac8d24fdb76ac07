import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Tracking

struct EventLogTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The same events by TensorBoard's own messages and record writer (`Tests/Oracles/tensorboard_events.py`).
  @Test func bytesEqualTensorBoardsOwn() throws {
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/tensorboard/events.bin")
    let log = try EventLog(in: folder.url, resumingAtStep: 3, now: { 1_700_000_000.25 })
    try log.scalars(["objective/kl": 0.5, "loss": -2, "bad": .nan], step: 3)
    try log.text("sample", "# Hi\n\"ä\"", step: 300)
    try log.histogram("reward", [1, 2, 2, 4, .nan], step: 70_000)
    #expect(try Data(contentsOf: log.url) == Data(contentsOf: fixture))
  }

  @Test func filesAreNamedInTheOrderInWhichTheyAreWritten() throws {
    _ = try EventLog(in: folder.url, now: { 2_000 })
    _ = try EventLog(in: folder.url, now: { 1_000 })
    _ = try EventLog(in: folder.url, now: { 3_000 })
    #expect(
      try folder.names() == [
        "events.out.tfevents.2000.rlhf.000001", "events.out.tfevents.2000.rlhf.000002",
        "events.out.tfevents.3000.rlhf.000003",
      ])
  }

  @Test func whatCameAfterTheCheckpointIsRemoved() throws {
    let foreign = folder.url.appendingPathComponent("events.out.tfevents.9999999999.host.1.0")
    try Data([1]).write(to: foreign)
    let first = try EventLog(in: folder.url, now: { 1_000 })
    try first.scalars(["a": 1], step: 1)
    let checkpoint = try first.position()
    let kept = try Data(contentsOf: first.url)
    try first.scalars(["a": 2], step: 2)
    let second = try EventLog(in: folder.url, now: { 2_000 })
    try second.scalars(["a": 3], step: 3)

    try EventLog.truncate(folder.url, to: checkpoint)
    #expect(try Data(contentsOf: first.url) == kept)
    #expect(
      try folder.names() == [first.url.lastPathComponent, foreign.lastPathComponent].sorted())
    try EventLog.truncate(folder.url, to: nil)
    #expect(try folder.names() == [foreign.lastPathComponent])
  }

  @Test func anEmptyDistributionIsNoEvent() throws {
    let log = try EventLog(in: folder.url)
    let before = try log.position()
    try log.histogram("a", [.nan], step: 1)
    try log.scalars([:], step: 1)
    #expect(try log.position() == before)
    try log.histogram("a", [2], step: 1)
    try log.histogram("a", [-.greatestFiniteMagnitude, .greatestFiniteMagnitude], step: 1)
  }

  @Test func aMissingFolderIsNamed() {
    let nowhere = folder.url.appendingPathComponent("nowhere")
    let error = #expect(throws: RLHFError.self) { try EventLog(in: nowhere) }
    #expect(error?.code == .inputOutput)
    #expect(error?.message.contains(nowhere.path) == true)
  }
}
