import FeedbackStore
import Foundation
import RLHFCore
import Studio

/// The server on loopback in this process, and clients on threads of their own, a kept connection each.
struct ServerLoad: Sendable {
  let clients: Int
  let seconds: Int
  let tasks: Int
  /// The longest time that a person thinks, in milliseconds; the mean is half of it.
  let think: Int
  /// How many more connections are open and silent.
  let idle: Int

  func run(in folder: URL) async throws {
    let store = try FeedbackStore(at: folder.appending(path: "feedback.sqlite"))
    try Pairs.add(tasks, overlap: max(4, clients / 2), to: store)
    let token = "a-token-of-the-benchmark-that-is-long-enough"
    try store.createInvitation(
      tokenHash: ContentHash(of: Array(token.utf8)).bytes, role: .rater, uses: clients,
      expires: Date().addingTimeInterval(3600), actor: "benchmark")
    var options = StudioOptions()
    options.port = 0
    options.connections = clients + idle + 64
    // The regime without thinking is faster than any person, and than the limits allow.
    options.writesPerSecond = 1_000_000
    options.writeBurst = 1_000_000
    options.signInBurst = 1_000_000
    options.idleSeconds = 600
    let studio = try Studio(store: store, folder: folder, options: options)
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let server = Task { try await studio.run(handlingSignals: false) { continuation.yield($0) } }
    guard let port = await ports.first(where: { _ in true }) else { return }
    let people = try await onThreads(clients) { number in
      var client = try HTTPClient(port: port)
      try client.join(token, name: "rater \(number)")
      return client
    }
    let silent = try await onThreads(idle > 0 ? 1 : 0) { _ in
      try (0..<idle).map { _ in try HTTPClient(port: port) }
    }
    print("\(clients) clients, \(tasks) tasks, \(silent.first?.count ?? 0) silent connections")
    try await measure(people, think: 0, "closed loop, no thinking")
    try await measure(people, think: think, "thinking 0 to \(Double(think) / 1000) s")
    withExtendedLifetime(silent) {}
    server.cancel()
    try? await server.value
  }

  private func measure(_ people: [HTTPClient], think: Int, _ name: String) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let end = start + .seconds(seconds)
    let times = try await onThreads(people.count) { number in
      let client = people[number]
      var (next, submit) = (Latencies(), Latencies())
      var generator = SystemRandomNumberGenerator()
      // People do not begin all at once.
      if think > 0 { usleep(UInt32.random(in: 0...UInt32(think * 1000), using: &generator)) }
      while clock.now < end {
        let asked = clock.now
        let view = try client.ask("POST", "/api/tasks/next", #"{"not":[]}"#)
        next.add(clock.now - asked)
        guard view.status == 200 else { throw RLHFError(.invalidData, "next: \(view.status)") }
        if think > 0 { usleep(UInt32.random(in: 0...UInt32(think * 1000), using: &generator)) }
        let body = Self.answer(to: view.body)
        let sent = clock.now
        let receipt = try client.ask("POST", "/api/answers", body)
        submit.add(clock.now - sent)
        guard receipt.status == 200 else {
          throw RLHFError(.invalidData, "submit: \(receipt.status) \(receipt.body)")
        }
      }
      return (next, submit)
    }
    let passed = (clock.now - start) / .seconds(1)
    var (next, submit) = (Latencies(), Latencies())
    for (ofOne, toOne) in times {
      next.add(ofOne)
      submit.add(toOne)
    }
    print("\(name), \(String(format: "%.1f", passed)) s")
    print("  " + next.line("next"))
    print("  " + submit.line("submit"))
    print("  \(String(format: "%.0f", Double(submit.count) / passed)) answers a second")
  }

  private static func answer(to view: String) -> String {
    func field(_ name: String) -> Substring {
      guard let start = view.range(of: "\"\(name)\":\"") else { return "" }
      return view[start.upperBound...].prefix { $0 != "\"" }
    }
    return """
      {"id":"\(UUID().uuidString)","task":"\(field("task"))","lease":"\(field("lease"))",\
      "answer":{"kind":"pair","verdict":"first"},"behaviour":{"input":"key","switches":2}}
      """
  }
}

/// Runs `body` `count` times at once, each on a thread of its own, so that waiting clients take no thread of the server's.
func onThreads<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) async throws -> [Value] {
  try await withThrowingTaskGroup(of: (Int, Value).self) { group in
    for number in 0..<count {
      group.addTask {
        try await withCheckedThrowingContinuation { continuation in
          Thread.detachNewThread {
            continuation.resume(with: Result { (number, try body(number)) })
          }
        }
      }
    }
    var values: [Int: Value] = [:]
    for try await (number, value) in group { values[number] = value }
    return values.sorted { $0.key < $1.key }.map(\.value)
  }
}
