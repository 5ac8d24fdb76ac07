/// Counts updates that were skipped because their loss or gradient was not a finite number.
public struct SkippedUpdates: Codable, Sendable, Equatable {
  /// The number of skipped updates in the whole run.
  public private(set) var total = 0
  /// The number of updates that were skipped one after the other, up to now.
  public private(set) var inARow = 0

  /// Creates the count of a run that has skipped none.
  public init() {}

  /// Takes note of an update.
  ///
  /// - Parameters:
  ///   - isSkipped: Whether it was skipped.
  ///   - limit: The number of skipped updates in a row that a run bears.
  ///   - section: The section of the settings that has `skippedLimit` and `learningRate`.
  /// - Throws: ``RLHFError`` where the limit is exceeded.
  public mutating func count(isSkipped: Bool, limit: Int, section: String) throws {
    guard isSkipped else {
      inARow = 0
      return
    }
    total += 1
    inARow += 1
    guard inARow > limit else { return }
    throw RLHFError(
      .training,
      "The loss or its gradient was not a finite number in \(inARow) updates in a row; \(section).skippedLimit is \(limit). They were skipped, and the last checkpoint is good: lower \(section).learningRate and start anew from it."
    )
  }
}
