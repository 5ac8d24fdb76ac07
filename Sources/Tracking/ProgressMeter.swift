import Synchronization

/// Counts what a piece of work has done, and tells a handler how far it has come and how long it will take.
///
/// The meter shows nothing itself: a renderer makes text of its snapshots, and the command line writes it.
public final class ProgressMeter: Sendable {
  private struct State {
    var snapshot: ProgressSnapshot
    var lastTime: Double
    /// Sums of units, work and seconds in which the past counts less and less.
    var units = 0.0
    var work = 0.0
    var seconds = 0.0
    /// What was done since the start, for the speed of the whole.
    var allUnits = 0
    var allWork = 0.0
  }

  private let state: Mutex<State>
  private let startTime: Double
  private let now: @Sendable () -> Double
  private let handler: @Sendable (ProgressSnapshot) -> Void

  /// Starts the clock.
  ///
  /// - Parameters:
  ///   - title: What is being done.
  ///   - total: How many units there are, where that is known.
  ///   - unit: What is counted, in the plural.
  ///   - done: How many units were done before, by the run that is resumed.
  ///   - speedUnit: What the speed counts, where that is not `unit`; see ``advance(by:work:figures:)``.
  ///   - now: Seconds since any moment, never backwards.
  ///   - handler: Takes a snapshot after every change, on the thread that made it.
  public init(
    _ title: String, total: Int?, unit: String = "steps", done: Int = 0, speedUnit: String? = nil,
    now: @escaping @Sendable () -> Double = ProgressMeter.systemClock(),
    handler: @escaping @Sendable (ProgressSnapshot) -> Void
  ) {
    let time = now()
    startTime = time
    self.now = now
    self.handler = handler
    let snapshot = ProgressSnapshot(
      title: title, done: done, total: total, unit: unit, speedUnit: speedUnit, elapsed: 0)
    state = Mutex(State(snapshot: snapshot, lastTime: time))
    handler(snapshot)
  }

  /// A clock that tells the seconds since it was made.
  public static func systemClock() -> @Sendable () -> Double {
    let start = ContinuousClock.now
    return { (ContinuousClock.now - start) / .seconds(1) }
  }

  /// How far the work has come.
  public var snapshot: ProgressSnapshot { state.withLock { $0.snapshot } }

  /// Counts `units` as done.
  ///
  /// - Parameters:
  ///   - units: How many units were done since the last call.
  ///   - work: How much of the meter's `speedUnit` they were, where there is one: tokens, say.
  ///   - figures: The figures that matter now; `nil` keeps those shown before.
  public func advance(by units: Int = 1, work: Double = 0, figures: [ProgressFigure]? = nil) {
    change { state, time in
      let elapsed = max(0, time - state.lastTime)
      // Half a minute or so of memory; longer in long runs, so that slow steps do not make the estimate jump.
      let memory = max(15, (time - startTime) / 5)
      let decay = 1 / (1 + elapsed / memory)
      state.units = state.units * decay + Double(units)
      state.work = state.work * decay + work
      state.seconds = state.seconds * decay + elapsed
      state.lastTime = time
      state.allUnits += units
      state.allWork += work
      state.snapshot.done += units
      if let figures { state.snapshot.figures = figures }
    }
  }

  /// Says what exactly is being done, which counts as no progress.
  public func note(_ detail: String?, figures: [ProgressFigure]? = nil) {
    change { state, _ in
      state.snapshot.detail = detail
      if let figures { state.snapshot.figures = figures }
    }
  }

  /// Ends the work, with the speed of all of it.
  public func finish(figures: [ProgressFigure]? = nil) {
    change { state, _ in
      state.snapshot.isFinished = true
      state.snapshot.detail = nil
      if let figures { state.snapshot.figures = figures }
    }
  }

  private func change(_ body: (inout State, Double) -> Void) {
    let time = now()
    let snapshot = state.withLock { state in
      guard !state.snapshot.isFinished else { return nil as ProgressSnapshot? }
      body(&state, time)
      state.snapshot.elapsed = max(0, time - startTime)
      update(&state)
      return state.snapshot
    }
    if let snapshot { handler(snapshot) }
  }

  /// Works out speed and time left from the decayed sums; at the end, the speed of the whole.
  private func update(_ state: inout State) {
    let isWork = state.snapshot.speedUnit != nil
    if state.snapshot.isFinished {
      let done = isWork ? state.allWork : Double(state.allUnits)
      state.snapshot.speed =
        done > 0 && state.snapshot.elapsed > 0 ? done / state.snapshot.elapsed : nil
      state.snapshot.remaining = 0
    } else if state.seconds > 0, state.units > 0 {
      let rate = state.units / state.seconds
      state.snapshot.speed = isWork ? state.work / state.seconds : rate
      state.snapshot.remaining = state.snapshot.total.map { total in
        Double(max(0, total - state.snapshot.done)) / rate
      }
    }
  }
}
