import Foundation

/// A range that holds an unknown quantity with a stated confidence.
public struct Interval: Sendable, Hashable, Codable {
  /// The lower end.
  public var lower: Double
  /// The upper end.
  public var upper: Double
  /// How often such ranges hold the true value: 0.95 for a 95 % interval.
  public var confidence: Double

  /// Creates an interval.
  public init(lower: Double, upper: Double, confidence: Double = 0.95) {
    self.lower = lower
    self.upper = upper
    self.confidence = confidence
  }

  /// Whether `value` lies in the interval, ends included.
  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}

/// Statistics for evaluating preferences: intervals, correlations, calibration, win rates.
///
/// Where a figure is undefined (the mean of nothing, the correlation with a constant) it is not a number.
/// Tables and metric files show that as a missing value.
public enum Statistics {
  /// The mean over all `values`.
  public static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }

  /// The standard deviation over all `values`, with `count - 1` below the fraction line.
  public static func standardDeviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return .nan }
    let center = mean(values)
    let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// The value below which the share `fraction` of `values` lies, interpolated linearly between neighbours.
  public static func quantile(_ fraction: Double, of values: [Double]) -> Double {
    guard !values.isEmpty, !fraction.isNaN else { return .nan }
    return quantile(fraction, ofSorted: values.sorted())
  }

  /// The score interval of a proportion (Wilson 1927): right for small counts and for rates near 0 or 1.
  ///
  /// With no trials nothing is known, and the interval is `0 ... 1`.
  public static func wilsonInterval(
    successes: Int, trials: Int, confidence: Double = 0.95
  ) -> Interval {
    checkCounts("wilsonInterval", successes: successes, trials: trials)
    return wilsonInterval(
      successes: Double(successes), trials: Double(trials), confidence: confidence)
  }

  /// The exact interval of a proportion (Clopper and Pearson 1934): never too narrow, often wider than needed.
  public static func clopperPearsonInterval(
    successes: Int, trials: Int, confidence: Double = 0.95
  ) -> Interval {
    checkCounts("clopperPearsonInterval", successes: successes, trials: trials)
    let tail = (1 - confidence) / 2
    let (hits, misses) = (Double(successes), Double(trials - successes))
    return Interval(
      lower: successes == 0 ? 0 : betaQuantile(tail, hits, misses + 1),
      upper: successes == trials ? 1 : betaQuantile(1 - tail, hits + 1, misses),
      confidence: confidence)
  }

  /// The two-sided p-value of the sign test: how likely a split at least this uneven is among equals.
  ///
  /// Ties are left out before.
  public static func signTest(wins: Int, losses: Int) -> Double {
    let (fewer, more) = (min(wins, losses), max(wins, losses))
    precondition(fewer >= 0, "signTest: counts must not be negative, got \(wins) and \(losses)")
    guard more > fewer else { return 1 }
    return min(1, 2 * regularizedBeta(0.5, Double(more), Double(fewer) + 1))
  }

  /// The percentile bootstrap interval of a statistic, the mean where none is given.
  ///
  /// - Parameters:
  ///   - values: The observations, drawn with replacement.
  ///   - confidence: How often such intervals hold the true value.
  ///   - resamples: How many samples of `values.count` are drawn.
  ///   - seed: The same seed gives the same interval.
  ///   - statistic: What is computed of each sample.
  /// - Returns: The range between the two outer quantiles of the resampled statistic.
  public static func bootstrapInterval(
    of values: [Double], confidence: Double = 0.95, resamples: Int = 2_000, seed: Seed,
    statistic: ([Double]) -> Double = mean
  ) -> Interval {
    guard !values.isEmpty, resamples > 0 else {
      return Interval(lower: .nan, upper: .nan, confidence: confidence)
    }
    var generator = seed.derived("bootstrap").generator
    var sample = values
    var statistics: [Double] = []
    statistics.reserveCapacity(resamples)
    for _ in 0..<resamples {
      for index in sample.indices {
        sample[index] = values[Int(generator.uniform() * Double(values.count))]
      }
      statistics.append(statistic(sample))
    }
    statistics.sort()
    let tail = (1 - confidence) / 2
    return Interval(
      lower: quantile(tail, ofSorted: statistics), upper: quantile(1 - tail, ofSorted: statistics),
      confidence: confidence)
  }

  /// The Wilson interval for counts that need not be whole, such as ties counted half.
  static func wilsonInterval(successes: Double, trials: Double, confidence: Double) -> Interval {
    guard trials > 0 else { return Interval(lower: 0, upper: 1, confidence: confidence) }
    let z = normalQuantile(1 - (1 - confidence) / 2)
    let rate = successes / trials
    let scale = 1 + z * z / trials
    let center = (rate + z * z / (2 * trials)) / scale
    let spread = (rate * (1 - rate) / trials + z * z / (4 * trials * trials)).squareRoot()
    let half = z * spread / scale
    return Interval(
      lower: successes == 0 ? 0 : max(0, center - half),
      upper: successes == trials ? 1 : min(1, center + half), confidence: confidence)
  }

  private static func quantile(_ fraction: Double, ofSorted sorted: [Double]) -> Double {
    let position = min(max(fraction, 0), 1) * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
  }

  private static func checkCounts(_ operation: String, successes: Int, trials: Int) {
    precondition(
      successes >= 0 && successes <= trials,
      "\(operation): \(successes) successes of \(trials) trials; wanted 0 to \(trials)")
  }
}
