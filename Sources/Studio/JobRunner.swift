public import Foundation
public import Presentation
public import RLHFCore

/// Work that goes on in a process of its own: a round of training, sampling, a comparison.
public struct StudioJob: Sendable, Hashable {
  /// Where it stands.
  public enum State: String, Sendable, Hashable, CaseIterable {
    /// It waits for another to end.
    case queued
    /// It goes on.
    case running
    /// It is done.
    case succeeded
    /// It ended with an error.
    case failed
    /// It was stopped on request.
    case cancelled
  }

  /// What was made, to look at.
  public struct Sample: Sendable, Hashable {
    /// What was asked for.
    public var prompt: [ContentBlock]
    /// What came out.
    public var items: [[ContentBlock]]

    /// Creates a sample.
    public init(prompt: [ContentBlock], items: [[ContentBlock]]) {
      self.prompt = prompt
      self.items = items
    }
  }

  /// A name of its own.
  public var id: String
  /// What it does: `round`, `sample`, `compare`.
  public var kind: String
  /// Where it stands.
  public var state: State
  /// When it began.
  public var startedAt: Date
  /// When it ended.
  public var endedAt: Date?
  /// The last lines that it wrote.
  public var log: [String]
  /// The run that it writes.
  public var run: String?
  /// Why it failed.
  public var error: String?
  /// What it made.
  public var samples: [Sample]

  /// Creates the description of a job.
  public init(
    id: String, kind: String, state: State, startedAt: Date, endedAt: Date? = nil,
    log: [String] = [], run: String? = nil, error: String? = nil, samples: [Sample] = []
  ) {
    self.id = id
    self.kind = kind
    self.state = state
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.log = log
    self.run = run
    self.error = error
    self.samples = samples
  }
}

/// Runs jobs for the Studio, which knows nothing of training.
public protocol JobRunner: Sendable {
  /// The jobs, the newest first.
  func jobs() async -> [StudioJob]

  /// Starts a job of a kind; `options` is what the page sent besides.
  ///
  /// Throws `invalidData` where the options make no sense, `conflict` where a job like it goes on.
  func start(kind: String, options: [String: JSONValue]) async throws -> StudioJob

  /// Stops a job; throws `notFound` where there is none of this id.
  func cancel(_ id: String) async throws

  /// The jobs that change, as they change.
  func changes() -> AsyncStream<StudioJob>
}

/// Runs nothing.
struct NoJobs: JobRunner {
  func jobs() async -> [StudioJob] { [] }

  func start(kind: String, options: [String: JSONValue]) async throws -> StudioJob {
    throw RLHFError(.unsupported, "this Studio runs no jobs; start it with `rlhf studio`.")
  }

  func cancel(_ id: String) async throws {
    throw RLHFError(.notFound, "there is no such job.")
  }

  func changes() -> AsyncStream<StudioJob> { AsyncStream { $0.finish() } }
}
