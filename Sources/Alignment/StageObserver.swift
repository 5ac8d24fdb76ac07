import Foundation
import RLHFCore

/// How far a stage has come.
public struct StageProgress: Sendable {
  /// What is being done, such as "Fine-tuning".
  public var title: String
  /// The number of units done.
  public var done: Int
  /// The number of units in all.
  public var total: Int
  /// What a unit is, in the plural.
  public var unit: String
  /// The figures that matter now, in order.
  public var figures: [(name: String, value: Double)]

  /// Creates a progress.
  public init(
    _ title: String, _ done: Int, of total: Int, unit: String,
    figures: [(name: String, value: Double)] = []
  ) {
    self.title = title
    self.done = done
    self.total = total
    self.unit = unit
    self.figures = figures
  }
}

/// Who watches a stage, and may stop it.
public struct StageObserver: Sendable {
  /// Hears how far the stage has come.
  public var progress: @Sendable (StageProgress) -> Void
  /// Hears what is worth a line of text.
  public var note: @Sendable (String) -> Void
  /// Whether the stage should stop at the next safe point, with a checkpoint.
  public var shouldStop: @Sendable () -> Bool

  /// Creates an observer; the default watches nothing and never stops.
  public init(
    progress: @escaping @Sendable (StageProgress) -> Void = { _ in },
    note: @escaping @Sendable (String) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) {
    self.progress = progress
    self.note = note
    self.shouldStop = shouldStop
  }
}

extension RLHFError {
  /// The error of a run that was stopped on request.
  static func stopped(_ run: RunFolder) -> RLHFError {
    RLHFError(
      .cancelled, "Stopped; go on with --resume. The checkpoint is in \(run.checkpoints.path).")
  }
}
