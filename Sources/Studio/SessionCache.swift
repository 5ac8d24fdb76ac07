import FeedbackStore
import Foundation
import Synchronization

/// Remembers for a moment which sessions were found, so that a page that asks for one thing after another is not looked up
/// each time.
///
/// What this server does to sessions and accounts forgets them all at once; what another process does counts after
/// `seconds`.
final class SessionCache: Sendable {
  private struct Known {
    var session: Session
    var until: Date
  }

  private struct State {
    var known: [[UInt8]: Known] = [:]
    /// Counts what was forgotten: a session that was looked up before is not remembered after.
    var generation = 0
  }

  private let state = Mutex(State())
  private let seconds: Double
  private let most: Int

  init(seconds: Double = 1, atMost most: Int = 10_000) {
    self.seconds = seconds
    self.most = most
  }

  /// The session of a token by its hash: the one that is remembered, or the one that `find` finds.
  func session(
    _ tokenHash: [UInt8], now: Date, find: () throws -> Session?
  ) rethrows -> Session? {
    let (known, generation) = state.withLock { ($0.known[tokenHash], $0.generation) }
    if let known, now < known.until, now >= known.until.addingTimeInterval(-seconds),
      now.milliseconds < known.session.expires
    {
      return known.session
    }
    guard let found = try find() else { return nil }
    state.withLock { state in
      guard state.generation == generation else { return }
      if state.known.count >= most { state.known.removeAll() }
      state.known[tokenHash] = Known(session: found, until: now.addingTimeInterval(seconds))
    }
    return found
  }

  /// Forgets every session; it has to be called after any change of a session or an account.
  func forget() {
    state.withLock { state in
      state.known.removeAll()
      state.generation += 1
    }
  }
}

extension Date {
  fileprivate var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}
