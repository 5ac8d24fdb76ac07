import RLHFCore
import Synchronization

/// Tells those who watch what happens.
final class EventHub: Sendable {
  private struct State {
    var next = 0
    var watchers: [Int: AsyncStream<ServerEvent>.Continuation] = [:]
    var lastProgress = 0.0
  }

  private let state = Mutex(State())
  private let most: Int

  init(atMost most: Int = 64) {
    self.most = most
  }

  /// What happens from now on; a watcher that does not keep up misses the oldest.
  func watch() throws -> AsyncStream<ServerEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ServerEvent.self, bufferingPolicy: .bufferingNewest(64))
    let id: Int? = state.withLock { state in
      guard state.watchers.count < most else { return nil }
      state.next += 1
      state.watchers[state.next] = continuation
      return state.next
    }
    guard let id else { throw Refusal.tooMany(retryAfter: 10) }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.watchers[id] = nil }
    }
    continuation.yield(ServerEvent(name: "hello", data: [:]))
    return stream
  }

  func send(_ event: ServerEvent) {
    for watcher in state.withLock({ Array($0.watchers.values) }) { watcher.yield(event) }
  }

  /// Tells that there are new answers, at most once a second.
  func sendProgress(at time: Double) {
    let isDue = state.withLock { state in
      guard time - state.lastProgress >= 1 else { return false }
      state.lastProgress = time
      return true
    }
    if isDue { send(ServerEvent(name: "progress", data: [:])) }
  }
}
