import Synchronization
import Testing

@testable import Tracking

/// A clock that only the test moves.
final class ManualClock: Sendable {
  private let seconds = Mutex(0.0)
  var now: Double { seconds.withLock { $0 } }
  func advance(_ amount: Double) { seconds.withLock { $0 += amount } }
}

/// Keeps the snapshots of a meter.
final class SnapshotList: Sendable {
  private let list = Mutex<[ProgressSnapshot]>([])
  func append(_ snapshot: ProgressSnapshot) { list.withLock { $0.append(snapshot) } }
  var all: [ProgressSnapshot] { list.withLock { $0 } }
}

struct ProgressMeterTests {
  private let clock = ManualClock()
  private let seen = SnapshotList()

  private func meter(
    total: Int? = 100, done: Int = 0, speedUnit: String? = nil
  ) -> ProgressMeter {
    ProgressMeter(
      "PPO", total: total, unit: "updates", done: done, speedUnit: speedUnit,
      now: { [clock] in clock.now }, handler: { [seen] in seen.append($0) })
  }

  @Test func aSteadySpeedGivesTheTimeLeft() throws {
    let meter = meter()
    for _ in 0..<25 {
      clock.advance(2)
      meter.advance(figures: [ProgressFigure("reward", 1.5)])
    }
    let snapshot = meter.snapshot
    #expect(snapshot.done == 25)
    #expect(snapshot.fraction == 0.25)
    let (speed, remaining) = try (#require(snapshot.speed), #require(snapshot.remaining))
    #expect(abs(speed - 0.5) < 1e-12)
    #expect(abs(remaining - 150) < 1e-9)
    #expect(snapshot.elapsed == 50)
    #expect(snapshot.figures == [ProgressFigure("reward", "1.5")])
    #expect(seen.all.count == 26)
    #expect(seen.all[0].speed == nil && seen.all[0].remaining == nil)
  }

  @Test func theSpeedFollowsAChangeButNotAtOnce() {
    let meter = meter(total: 10_000)
    for _ in 0..<100 {
      clock.advance(1)
      meter.advance(by: 10)
    }
    clock.advance(1)
    meter.advance(by: 1)
    #expect((meter.snapshot.speed ?? .nan) > 8)
    for _ in 0..<200 {
      clock.advance(1)
      meter.advance(by: 1)
    }
    #expect((meter.snapshot.speed ?? .nan) < 1.5)
  }

  @Test func whatWasDoneBeforeDoesNotCountAsSpeed() {
    let meter = meter(done: 50)
    clock.advance(10)
    meter.advance(by: 10)
    #expect(meter.snapshot.done == 60)
    #expect(meter.snapshot.speed == 1)
    #expect(meter.snapshot.remaining == 40)
  }

  @Test func workHasASpeedOfItsOwn() {
    let meter = meter(speedUnit: "tokens")
    clock.advance(4)
    meter.advance(by: 2, work: 8_000)
    #expect(meter.snapshot.speed == 2_000)
    #expect(meter.snapshot.speedText == "2,000 tokens/s")
    #expect(meter.snapshot.remaining == 196)
  }

  @Test func theEndHasTheSpeedOfTheWhole() {
    let meter = meter()
    meter.note("sampling")
    #expect(meter.snapshot.detail == "sampling")
    clock.advance(1)
    meter.advance(by: 90)
    clock.advance(9)
    meter.advance(by: 10)
    meter.finish()
    #expect(meter.snapshot.isFinished)
    #expect(meter.snapshot.speed == 10)
    #expect(meter.snapshot.detail == nil)
    let count = seen.all.count
    meter.advance()
    #expect(seen.all.count == count)
  }

  @Test func nothingToDoIsDone() {
    let meter = meter(total: 0)
    #expect(meter.snapshot.fraction == 1)
    meter.finish()
    #expect(meter.snapshot.speed == nil)
  }

  @Test func theSystemClockRuns() {
    let clock = ProgressMeter.systemClock()
    let first = clock()
    #expect(first >= 0 && clock() >= first)
  }
}
