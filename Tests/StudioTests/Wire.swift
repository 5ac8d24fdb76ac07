import Dispatch
import Foundation
import Testing

@testable import Studio

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A connection to a port of this machine, on which a test writes what no browser would.
final class Wire: Sendable {
  private let descriptor: Int32

  init(_ port: Int) throws {
    #if canImport(Glibc)
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
  }

  deinit { close(descriptor) }

  /// Writes; whether the other side still listens.
  @discardableResult
  func write(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let rest = Array(bytes[sent...])
      let count = send(descriptor, rest, rest.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// What comes within `seconds`: up to `end` where it is given, else until the other side closes; and whether it did.
  func read(_ seconds: Double, until end: String? = nil) -> (text: String, isClosed: Bool) {
    var bytes: [UInt8] = []
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      if let end, String(decoding: bytes, as: UTF8.self).contains(end) { break }
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wanted, 1, 20) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return (String(decoding: bytes, as: UTF8.self), true) }
      bytes += buffer[..<count]
    }
    return (String(decoding: bytes, as: UTF8.self), false)
  }
}

/// Runs a task on a thread of its own, where it may wait for sockets without keeping the threads that answer.
private final class WaitingThread: TaskExecutor {
  private let queue = DispatchQueue(label: "a test that waits")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

extension Site {
  /// Serves for as long as `body` runs, and throws what serving throws.
  func serving<Result: Sendable>(
    _ body: @escaping @Sendable (_ port: Int) async throws -> Result
  ) async throws -> Result {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let studio = studio
    let server = Task {
      defer { continuation.finish() }
      try await studio.run(handlingSignals: false) { continuation.yield($0) }
    }
    guard let port = await ports.first(where: { _ in true }) else {
      try await server.value
      throw CancellationError()
    }
    // The tests wait for sockets, which must not keep the server's threads.
    let result = await Task.detached(executorPreference: WaitingThread()) {
      try await body(port)
    }.result
    server.cancel()
    try await server.value
    return try result.get()
  }
}
