import Foundation
import RLHFCore
import Torch
import Tracking

/// A run while it goes on: its folder, its metrics, its checkpoints.
final class RunSession {
  let run: RunFolder
  let tracker: Tracker
  private(set) var state: RunState
  private let settings: ProjectSettings
  private var lastCheckpoint: Int?
  private var lock: RunLock?
  private let clock = ContinuousClock()
  private var lastRecord: ContinuousClock.Instant

  /// Starts a run in a folder that does not exist yet.
  init(
    starting stage: Stage, in run: RunFolder, settings: ProjectSettings, inputs: [String: String]
  ) throws {
    guard !FileManager.default.fileExists(atPath: run.url.path) else {
      throw RLHFError(
        .usage, "\(run.url.path) exists. Go on with --resume, or choose another --run name.")
    }
    self.run = run
    self.settings = settings
    let state = RunState(
      stage: stage, status: .running, seed: settings.seed, inputs: inputs, summary: [:],
      libtorch: TorchRuntime.version)
    self.state = state
    try FileManager.default.createDirectory(
      at: run.url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.writeFolder(at: run.url) { folder in
      let draft = RunFolder(url: folder)
      try draft.write(state)
      try AtomicFile.write(
        SettingsFile.text(of: Settings.encode(settings, over: ProjectSettings())),
        to: draft.configuration)
    }
    lock = try RunLock(run)
    tracker = try Tracker(folder: run.url, stage: stage.rawValue)
    lastRecord = clock.now
  }

  /// Goes on with a run that was interrupted or killed; its metrics are cut back to the newest checkpoint.
  init(resuming stage: Stage, in run: RunFolder, settings: ProjectSettings) throws {
    self.run = run
    self.settings = settings
    state = try run.state()
    guard state.stage == stage else {
      throw RLHFError(
        .usage,
        "\(run.name) is a run of '\(state.stage.rawValue)'; expected one of '\(stage.rawValue)'.")
    }
    guard state.status != .finished else {
      throw RLHFError(.usage, "\(run.name) is finished; there is nothing to resume.")
    }
    lock = try RunLock(run)
    run.removeLeftovers()
    lastCheckpoint = run.checkpointSteps().last
    var position = Tracker.Position.start
    if let lastCheckpoint {
      let url = run.checkpoint(at: lastCheckpoint).appending(path: Self.positionFile)
      do {
        position = try JSONDecoder().decode(Tracker.Position.self, from: Data(contentsOf: url))
      } catch {
        throw RLHFError(
          .incompatibleModel,
          "\(url.path) cannot be read; remove that checkpoint and resume again.",
          cause: error)
      }
    }
    tracker = try Tracker(folder: run.url, stage: stage.rawValue, resumingAt: position)
    lastRecord = clock.now
    state.status = .running
    try run.write(state)
  }

  private static let positionFile = "position.json"

  /// The folder of the checkpoint to resume from; `nil` at the beginning.
  var checkpoint: URL? { lastCheckpoint.map(run.checkpoint(at:)) }

  /// Notes the figures of a step.
  func record(step: Int, _ values: [String: Double]) throws {
    let now = clock.now
    let duration = now - lastRecord
    lastRecord = now
    let seconds =
      Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    try tracker.record(step: step, values, timing: ["time/seconds": seconds])
  }

  /// Writes a checkpoint after `step`, unless it is there; `body` fills its folder.
  func writeCheckpoint(step: Int, _ body: (URL) throws -> Void) throws {
    // A checkpoint is never replaced, so a crash can lose none.
    guard step != lastCheckpoint else { return }
    let position = try tracker.position(afterStep: step)
    try run.writeCheckpoint(at: step, kept: settings.keptCheckpoints) { folder in
      try body(folder)
      try AtomicFile.write(
        JSONEncoder().encode(position), to: folder.appending(path: Self.positionFile))
    }
    lastCheckpoint = step
  }

  /// Marks the run as interrupted.
  func interrupt() throws {
    state.status = .interrupted
    try run.write(state)
    try RunReport(of: run).write()
    lock = nil
  }

  /// Gives what `body` gives; where training fails in it, the run is marked as interrupted: its last checkpoint is good.
  func interruptedByFailure<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as RLHFError where error.code == .training {
      try interrupt()
      throw error
    }
  }

  /// Writes the finished model, and marks the run as finished with its closing figures.
  func finish(summary: [String: Double], writeModel: (URL) throws -> Void) throws {
    try AtomicFile.writeFolder(at: run.model) { folder in try writeModel(folder) }
    try finish(summary: summary)
  }

  /// Marks a run without a model as finished, and writes its report.
  func finish(summary: [String: Double]) throws {
    state.summary = summary.filter { $0.value.isFinite }
    state.status = .finished
    try run.write(state)
    try RunReport(of: run).write()
    lock = nil
  }
}
