public import Foundation
import RLHFCore

/// Writes down what training measures: `metrics.jsonl`, `timing.jsonl` and TensorBoard events in one folder.
///
/// Figures that follow from the seed go to `metrics.jsonl` and times to `timing.jsonl`, so that the first is the
/// same for every run of the same seed; TensorBoard gets both.
public final class Tracker: Sendable {
  /// Where the files stood when a checkpoint was written.
  public struct Position: Sendable, Hashable, Codable {
    /// The last step that the checkpoint holds.
    public var step: Int
    /// The length of `metrics.jsonl` in bytes.
    public var metricsByteCount: Int
    /// The length of `timing.jsonl` in bytes.
    public var timingByteCount: Int
    /// The end of the TensorBoard events.
    public var events: EventLog.Position?

    /// Creates a position.
    public init(
      step: Int, metricsByteCount: Int, timingByteCount: Int, events: EventLog.Position?
    ) {
      self.step = step
      self.metricsByteCount = metricsByteCount
      self.timingByteCount = timingByteCount
      self.events = events
    }

    /// Before the first step: resuming here begins the files anew.
    public static let start = Position(
      step: 0, metricsByteCount: 0, timingByteCount: 0, events: nil)
  }

  /// The name of the file of figures.
  public static let metricsName = "metrics.jsonl"
  /// The name of the file of times.
  public static let timingName = "timing.jsonl"

  /// The folder of the run.
  public let folder: URL
  /// The stage that is noted with every step.
  public let stage: String?
  private let metrics: MetricsLog
  private let timing: MetricsLog
  private let events: EventLog
  private let now: @Sendable () -> Double

  /// Opens the files in `folder`, which is created where it is missing.
  ///
  /// - Parameters:
  ///   - folder: The folder of the run.
  ///   - stage: What to note as the stage of every step.
  ///   - position: Where to go on: the files are cut back to it. `nil` adds to whatever is there.
  ///   - now: Seconds since 1970.
  /// - Throws: An `RLHFError` where the folder cannot be written, or is not the one of `position`.
  public init(
    folder: URL, stage: String? = nil, resumingAt position: Position? = nil,
    now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
  ) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw RLHFError(
        .inputOutput, "Cannot create the folder \(folder.path); choose one that you may write to.",
        cause: error)
    }
    self.folder = folder
    self.stage = stage
    self.now = now
    metrics = try MetricsLog(at: folder.appendingPathComponent(Self.metricsName))
    timing = try MetricsLog(at: folder.appendingPathComponent(Self.timingName))
    if let position {
      try metrics.truncate(toByteOffset: position.metricsByteCount)
      try timing.truncate(toByteOffset: min(position.timingByteCount, timing.byteCount))
      try EventLog.truncate(folder, to: position.events)
    }
    events = try EventLog(in: folder, resumingAtStep: position.map { $0.step + 1 }, now: now)
  }

  /// Notes the figures of a step.
  ///
  /// - Parameters:
  ///   - step: The step, counted from 1.
  ///   - values: Figures that follow from the seed, by paths such as `objective/kl`.
  ///   - times: Figures that do not: speeds and durations. The time of day is added.
  /// - Throws: An `RLHFError` where the disk is full; the line is then missing, and the files are well formed.
  public func record(
    step: Int, _ values: [String: Double], timing times: [String: Double] = [:]
  ) throws {
    try metrics.append(MetricsRecord(step: step, stage: stage, values: values))
    var stamped = times
    stamped["time/unix"] = now()
    try timing.append(MetricsRecord(step: step, stage: stage, values: stamped))
    try events.scalars(values.merging(times) { value, _ in value }, step: step)
  }

  /// Shows a text in TensorBoard, such as a sample or the configuration, as Markdown.
  public func text(_ name: String, _ text: String, step: Int) throws {
    try events.text(name, text, step: step)
  }

  /// Shows the distribution of `values` in TensorBoard.
  public func histogram(_ name: String, _ values: [Double], step: Int) throws {
    try events.histogram(name, values, step: step)
  }

  /// Where the files stand after `step`, once everything is on the disk: to be kept with the checkpoint.
  public func position(afterStep step: Int) throws -> Position {
    try metrics.synchronize()
    try timing.synchronize()
    return Position(
      step: step, metricsByteCount: metrics.byteCount, timingByteCount: timing.byteCount,
      events: try events.position())
  }
}
