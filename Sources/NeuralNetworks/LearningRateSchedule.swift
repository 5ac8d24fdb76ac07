import Foundation
import RLHFCore

/// The learning rate over the steps of a training: a linear warm-up from 0 to the peak, then a shape.
///
/// The formulas are those of `transformers.get_scheduler`, also after the last step.
public struct LearningRateSchedule: Codable, Sendable, Hashable {
  /// How the rate goes on after the warm-up.
  public enum Shape: String, Codable, Sendable, CaseIterable {
    /// Stays at the peak.
    case constant
    /// Falls in a line to 0.
    case linear
    /// Falls along half a cosine to the minimum.
    case cosine
    /// Falls along half a cosine to the minimum `cycles` times.
    case cosineWithRestarts
    /// Falls as a power of the remaining fraction to the minimum.
    case polynomial
    /// Falls with the square root of the step, from the end of the warm-up.
    case inverseSquareRoot
  }

  /// How the rate goes on after the warm-up.
  public var shape: Shape
  /// The largest rate.
  public var peak: Double
  /// The number of steps from 0 to the peak.
  public var warmUpSteps: Int
  /// The smallest rate after the warm-up, as a fraction of the peak; for the cosine shapes and `polynomial`.
  public var minimumFraction: Double
  /// The number of cosines of `cosineWithRestarts`.
  public var cycles: Int
  /// The exponent of `polynomial`.
  public var power: Double

  /// Creates a schedule.
  public init(
    _ shape: Shape = .constant, peak: Double, warmUpSteps: Int = 0, minimumFraction: Double = 0,
    cycles: Int = 1, power: Double = 1
  ) {
    self.shape = shape
    self.peak = peak
    self.warmUpSteps = warmUpSteps
    self.minimumFraction = minimumFraction
    self.cycles = cycles
    self.power = power
  }

  /// The rate at `step`, counted from 0, of `total` steps.
  public func value(step: Int, total: Int) -> Double {
    peak * fraction(step: step, total: total)
  }

  /// The rate at `step` as a fraction of the peak.
  public func fraction(step: Int, total: Int) -> Double {
    if step < warmUpSteps { return Double(step) / Double(max(1, warmUpSteps)) }
    let progress = Double(step - warmUpSteps) / Double(max(1, total - warmUpSteps))
    func aboveMinimum(_ fraction: Double) -> Double {
      max(0, fraction * (1 - minimumFraction) + minimumFraction)
    }
    switch shape {
    case .constant: return 1
    case .linear: return max(0, 1 - progress)
    case .cosine: return aboveMinimum(0.5 * (1 + cos(.pi * progress)))
    case .cosineWithRestarts:
      if progress >= 1 { return minimumFraction }
      let phase = (Double(cycles) * progress).truncatingRemainder(dividingBy: 1)
      return aboveMinimum(0.5 * (1 + cos(.pi * phase)))
    case .polynomial: return aboveMinimum(pow(max(0, 1 - progress), power))
    case .inverseSquareRoot:
      let scale = Double(warmUpSteps > 0 ? warmUpSteps : 10_000)
      return 1 / ((Double(step - warmUpSteps) + scale) / scale).squareRoot()
    }
  }

  /// Checks that every setting is possible.
  public func validate() throws {
    func require(_ condition: Bool, _ found: String, _ expected: String) throws {
      guard condition else {
        throw RLHFError(.invalidConfiguration, "\(found), expected \(expected).")
      }
    }
    try require(peak > 0 && peak.isFinite, "peak is \(peak)", "more than 0")
    try require(warmUpSteps >= 0, "warmUpSteps is \(warmUpSteps)", "0 or more")
    try require(
      (0...1).contains(minimumFraction), "minimumFraction is \(minimumFraction)",
      "a number from 0 to 1")
    try require(cycles > 0, "cycles is \(cycles)", "1 or more")
    try require(power > 0 && power.isFinite, "power is \(power)", "more than 0")
  }
}
