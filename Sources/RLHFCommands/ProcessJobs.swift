import Foundation
import Presentation
import RLHFCore
import Studio

/// The Studio's jobs, each this program again in a process of its own, so that nothing that happens to training happens
/// to the page.
actor ProcessJobs: JobRunner {
  private struct Entry {
    var job: StudioJob
    var process: Process?
    var output = Data()
    var isCancelled = false
  }

  private let project: URL
  private let program: URL
  private var entries: [Entry] = []
  private var listeners: [UUID: AsyncStream<StudioJob>.Continuation] = [:]

  /// How many lines of a job's log are kept.
  private static let keptLines = 200

  /// Creates the runner of a project's jobs.
  init(project: URL, program: URL? = nil) {
    self.project = project
    self.program =
      program ?? Bundle.main.executableURL
      ?? URL(filePath: CommandLine.arguments.first ?? "rlhf")
  }

  func jobs() -> [StudioJob] { entries.map(\.job).reversed() }

  func start(kind: String, options: [String: JSONValue]) throws -> StudioJob {
    let arguments = try Self.arguments(kind: kind, options: options, project: project)
    // Training takes all cores, and two rounds at once would train on the same votes.
    guard !entries.contains(where: { $0.job.state == .running }) else {
      throw RLHFError(.conflict, "a job goes on already; wait for its end, or stop it.")
    }
    let job = StudioJob(
      id: UUID().uuidString.lowercased(), kind: kind, state: .running, startedAt: Date())
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    let (output, log) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = log
    do {
      try Self.run(process)
    } catch {
      throw RLHFError(
        .inputOutput, "\(program.path) could not be started for a job.", cause: error)
    }
    entries.append(Entry(job: job, process: process))
    let id = job.id
    Task.detached { [self] in
      async let printed = Self.bytes(of: output.fileHandleForReading)
      for await line in Self.lines(of: log.fileHandleForReading) { await add(line, to: id) }
      let result = await printed
      process.waitUntilExit()
      await end(id, output: result, status: process.terminationStatus)
    }
    announce(job)
    return job
  }

  /// Starts a process that hears signals: it begins with those blocked that the starting thread blocks, and the threads of
  /// the pool block all.
  private static func run(_ process: Process) throws {
    var (signals, blocked) = (sigset_t(), sigset_t())
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, &blocked)
    defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
    try process.run()
  }

  func cancel(_ id: String) throws {
    guard let index = entries.firstIndex(where: { $0.job.id == id }) else {
      throw RLHFError(.notFound, "there is no such job.")
    }
    entries[index].isCancelled = true
    // The stage stops with a checkpoint, as on Ctrl-C. A process may have been told by its parent to ignore that one.
    entries[index].process?.terminate()
  }

  nonisolated func changes() -> AsyncStream<StudioJob> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: StudioJob.self, bufferingPolicy: .bufferingNewest(64))
    let key = UUID()
    continuation.onTermination = { _ in Task { await self.forget(key) } }
    Task { await listen(key, continuation) }
    return stream
  }

  private func listen(_ key: UUID, _ continuation: AsyncStream<StudioJob>.Continuation) {
    listeners[key] = continuation
  }

  private func forget(_ key: UUID) { listeners[key] = nil }

  private func announce(_ job: StudioJob) {
    for listener in listeners.values { listener.yield(job) }
  }

  private func add(_ line: String, to id: String) {
    guard let index = entries.firstIndex(where: { $0.job.id == id }) else { return }
    entries[index].job.log.append(line)
    let surplus = entries[index].job.log.count - Self.keptLines
    if surplus > 0 { entries[index].job.log.removeFirst(surplus) }
    announce(entries[index].job)
  }

  private func end(_ id: String, output: Data, status: Int32) {
    guard let index = entries.firstIndex(where: { $0.job.id == id }) else { return }
    var job = entries[index].job
    job.endedAt = Date()
    let wasCancelled = entries[index].isCancelled
    job.state = wasCancelled ? .cancelled : status == 0 ? .succeeded : .failed
    if job.state == .failed {
      job.error = job.log.last { $0.contains("error") } ?? "it ended with exit code \(status)."
    }
    if status == 0, let result = try? JSONValue(parsing: output) {
      job.run = result["policyRun"]?.stringValue ?? result["rewardRun"]?.stringValue
      job.samples = Self.samples(result)
    }
    entries[index].job = job
    entries[index].process = nil
    announce(job)
  }

  /// What `rlhf sample --json` printed, as it is shown.
  private static func samples(_ result: JSONValue) -> [StudioJob.Sample] {
    struct Row: Decodable {
      var shown: Shown
    }
    struct Shown: Decodable {
      var prompt: [ContentBlock]
      var artifact: [ContentBlock]
    }
    let rows = (try? result.decoded(as: [Row].self)) ?? []
    return rows.map { StudioJob.Sample(prompt: $0.shown.prompt, items: [$0.shown.artifact]) }
  }

  private static func bytes(of handle: FileHandle) async -> Data {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(returning: (try? handle.readToEnd()) ?? Data())
      }
    }
  }

  private static func lines(of handle: FileHandle) -> AsyncStream<String> {
    AsyncStream { continuation in
      DispatchQueue.global().async {
        var rest = Data()
        while true {
          let piece = handle.availableData
          if piece.isEmpty { break }
          rest.append(piece)
          while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            continuation.yield(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
            rest = Data(rest[rest.index(after: end)...])
          }
        }
        if !rest.isEmpty { continuation.yield(String(decoding: rest, as: UTF8.self)) }
        continuation.finish()
      }
    }
  }
}
