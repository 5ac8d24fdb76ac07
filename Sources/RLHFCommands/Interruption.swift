import Dispatch
import Foundation
import Synchronization

/// Ctrl-C: the first asks the stage to stop with a checkpoint, the second ends the process.
final class Interruption: Sendable {
  static let shared = Interruption()

  private let wasAsked = Mutex(false)
  private let sources = Mutex<[any DispatchSourceSignal]>([])

  /// Whether the stage should stop.
  var isAsked: Bool { wasAsked.withLock { $0 } }

  /// Begins to listen for SIGINT and SIGTERM.
  func listen() {
    sources.withLock { sources in
      guard sources.isEmpty else { return }
      for number in [SIGINT, SIGTERM] {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { [self] in
          let isSecond = wasAsked.withLock { asked in
            defer { asked = true }
            return asked
          }
          if isSecond { _exit(130) }
          Terminal.shared.note(
            "Stopping after this step, with a checkpoint. Once more ends at once.")
        }
        source.resume()
        sources.append(source)
      }
    }
  }
}
