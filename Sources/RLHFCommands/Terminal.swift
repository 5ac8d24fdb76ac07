import Foundation
import RLHFCore
import Synchronization
import Tracking

/// What the command line writes: results to standard output, progress and errors to standard error.
final class Terminal: Sendable {
  static let shared = Terminal()

  private struct State {
    var renderer: any ProgressRenderer
    var meter: ProgressMeter?
    var title = ""
    var done = 0
  }

  private let state: Mutex<State>
  private let isLive: Bool

  private init() {
    let environment = ProcessInfo.processInfo.environment
    isLive = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    let locale = environment["LC_ALL"] ?? environment["LC_CTYPE"] ?? environment["LANG"] ?? ""
    let isUTF8 = locale.lowercased().contains("utf")
    state = Mutex(
      State(
        renderer: isLive
          ? LiveProgressRenderer(ascii: !isUTF8, color: environment["NO_COLOR"] == nil)
          : PlainProgressRenderer()))
  }

  /// Writes a line to standard output.
  func output(_ text: String) {
    interruptProgress()
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  /// Writes text to standard output as it is.
  func outputRaw(_ text: String) {
    FileHandle.standardOutput.write(Data(text.utf8))
  }

  /// Writes a line to standard error.
  func note(_ text: String) {
    interruptProgress()
    writeError(text + "\n")
  }

  /// Writes an error; `isPlain` leaves out the prefix.
  func error(_ text: String, isPlain: Bool = false) {
    note(isPlain ? text : "rlhf: error: \(text)")
  }

  /// The width of the terminal in cells.
  var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return Int(size.ws_col)
  }

  /// Shows how far a stage has come.
  func progress(title: String, done: Int, total: Int, unit: String, figures: [ProgressFigure]) {
    let (meter, advanced): (ProgressMeter, Int) = state.withLock { state in
      if let meter = state.meter, state.title == title, done >= state.done {
        defer { state.done = done }
        return (meter, done - state.done)
      }
      let meter = ProgressMeter(title, total: total, unit: unit, done: max(done - 1, 0)) { _ in }
      state.meter = meter
      state.title = title
      state.done = done
      return (meter, min(done, 1))
    }
    if advanced > 0 { meter.advance(by: advanced, figures: figures) }
    if done >= total { meter.finish(figures: figures) }
    let snapshot = meter.snapshot
    let width = width
    let text = state.withLock { $0.renderer.render(snapshot, width: width) }
    if let text { writeError(text) }
    if done >= total {
      state.withLock { $0.meter = nil }
    }
  }

  private func interruptProgress() {
    let text = state.withLock { $0.renderer.interrupt() }
    if !text.isEmpty { writeError(text) }
  }

  private func writeError(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
