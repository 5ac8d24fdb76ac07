public import Foundation
public import RLHFCore

/// The stages that have runs.
public enum Stage: String, Codable, Sendable, CaseIterable {
  /// Supervised fine-tuning.
  case sft
  /// Reward modelling.
  case reward
  /// Policy optimisation.
  case ppo
  /// Learning from preferences directly.
  case dpo
  /// Evaluation.
  case evaluate
  /// Algorithms side by side.
  case compare
}

/// What is known of a run: `run.json`.
public struct RunState: Codable, Sendable, Equatable {
  /// Where the run stands.
  public enum Status: String, Codable, Sendable {
    /// It is going on, or was killed.
    case running
    /// It was stopped on request, with a checkpoint.
    case interrupted
    /// It is complete.
    case finished
  }

  /// The stage.
  public var stage: Stage
  /// Where the run stands.
  public var status: Status
  /// The seed of the run.
  public var seed: Seed
  /// The runs or model directories that it builds on, by role (`policy`, `reward`).
  public var inputs: [String: String]
  /// The figures of the end, for the commands that list runs.
  public var summary: [String: Double]
  /// The version of libtorch.
  public var libtorch: String
}

/// A run is a folder: `run.json`, `config.yaml` as resolved, `metrics.jsonl`, TensorBoard events,
/// `checkpoints/step-N/`, `model/` and `report.html`.
public struct RunFolder: Sendable {
  /// The folder.
  public let url: URL

  /// The folder's name, such as `ppo-2`.
  public var name: String { url.lastPathComponent }

  /// Opens the run at `url`, without looking at it.
  public init(url: URL) {
    self.url = url
  }

  /// The file with the run's metrics.
  public var metrics: URL { url.appending(path: "metrics.jsonl") }
  /// The settings as resolved.
  public var configuration: URL { url.appending(path: "config.yaml") }
  /// The folder of the finished model.
  public var model: URL { url.appending(path: "model") }
  /// The report.
  public var report: URL { url.appending(path: "report.html") }
  /// What was measured at the end of a run of reward modelling or evaluation.
  public var evaluation: URL { url.appending(path: "evaluation.json") }
  /// The folder of the samples that the report shows.
  public var samples: URL { url.appending(path: "samples") }
  /// Where the files among these samples are kept.
  var sampleFiles: FileVault { FileVault(samples.appending(path: "files")) }
  /// The policies with the best monitored score so far, by iteration.
  var best: URL { url.appending(path: "best") }
  /// The reward models of the later rounds of policy optimisation.
  var rewardModels: URL { url.appending(path: "reward-models") }
  /// The folder of the checkpoints.
  public var checkpoints: URL { url.appending(path: "checkpoints") }
  private var stateFile: URL { url.appending(path: "run.json") }

  /// Reads `run.json`.
  public func state() throws -> RunState {
    do {
      return try JSONDecoder().decode(RunState.self, from: Data(contentsOf: stateFile))
    } catch {
      throw RLHFError(
        .notFound, "\(url.path) is not a run: run.json is missing or cannot be read.", cause: error)
    }
  }

  /// Writes `run.json`, atomically.
  public func write(_ state: RunState) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(state), to: stateFile)
  }

  /// The complete checkpoints, by step.
  public func checkpointSteps() -> [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    return names.compactMap { name in
      name.hasPrefix("step-") ? Int(name.dropFirst("step-".count)) : nil
    }.sorted()
  }

  /// The folder of the checkpoint at `step`.
  public func checkpoint(at step: Int) -> URL {
    checkpoints.appending(path: "step-\(step)")
  }

  /// Removes what a process that was killed left half written.
  func removeLeftovers() {
    for folder in [url, checkpoints, samples, rewardModels, best] {
      AtomicFile.removeLeftovers(in: folder)
    }
  }

  /// Writes a checkpoint that appears at once and whole, and removes all but the newest `kept`.
  public func writeCheckpoint(at step: Int, kept: Int, _ body: (URL) throws -> Void) throws {
    try FileManager.default.createDirectory(at: checkpoints, withIntermediateDirectories: true)
    try AtomicFile.writeFolder(at: checkpoint(at: step)) { folder in try body(folder) }
    for old in checkpointSteps().dropLast(kept) {
      try? FileManager.default.removeItem(at: checkpoint(at: old))
    }
  }
}
