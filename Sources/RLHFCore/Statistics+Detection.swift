import Foundation

extension Statistics {
  /// The probability of at least `successes` of `trials` under `rate`: the one-sided p-value of a binomial test.
  public static func binomialUpperTail(
    successes: Int, trials: Int, rate: Double = 0.5
  ) -> Double {
    precondition(
      successes >= 0 && successes <= trials,
      "binomialUpperTail: \(successes) successes of \(trials) trials; wanted 0 to \(trials)")
    return successes == 0
      ? 1 : regularizedBeta(rate, Double(successes), Double(trials - successes) + 1)
  }

  /// The fewest right answers of `trials` in ABX that guessing gives with less than `significance`; `nil` where none are enough.
  public static func leastCorrect(ofTrials trials: Int, significance: Double = 0.05) -> Int? {
    (0...trials).first { binomialUpperTail(successes: $0, trials: trials) < significance }
  }

  /// How far apart two stimuli are, in standard deviations, from the rate of right answers of a choice between two:
  /// `d′ = √2 z(rate)`.
  public static func sensitivity(ofChoiceRate rate: Double) -> Double {
    2.0.squareRoot() * normalQuantile(rate)
  }

  /// Sensitivity d′ and criterion c from the rates of hits and false alarms of a yes-or-no task.
  public static func sensitivity(
    hitRate: Double, falseAlarmRate: Double
  ) -> (sensitivity: Double, criterion: Double) {
    let (hits, alarms) = (normalQuantile(hitRate), normalQuantile(falseAlarmRate))
    return (hits - alarms, -(hits + alarms) / 2)
  }

  /// How many comparisons show with probability `power` that a true win rate of `rate` is not a half, by a two-sided test.
  public static func comparisonsNeeded(
    rate: Double, power: Double = 0.8, significance: Double = 0.05
  ) -> Int {
    precondition(
      rate > 0 && rate < 1 && rate != 0.5,
      "comparisonsNeeded: a rate of \(rate); wanted one between 0 and 1 other than 0.5")
    let reach =
      normalQuantile(1 - significance / 2) / 2
      + normalQuantile(power) * (rate * (1 - rate)).squareRoot()
    let root = reach / (rate - 0.5)
    return Int((root * root).rounded(.up))
  }

  /// The quantile of Student's distribution with `degrees` degrees of freedom.
  public static func studentQuantile(_ probability: Double, degrees: Int) -> Double {
    guard degrees > 0, probability > 0, probability < 1 else { return .nan }
    guard probability >= 0.5 else { return -studentQuantile(1 - probability, degrees: degrees) }
    let x = betaQuantile(2 * (1 - probability), Double(degrees) / 2, 0.5)
    return (Double(degrees) * (1 - x) / x).squareRoot()
  }

  /// The mean of opinions with its interval by Student's distribution: the mean opinion score.
  public static func meanInterval(
    of values: [Double], confidence: Double = 0.95
  ) -> (mean: Double, interval: Interval) {
    let center = mean(values)
    let error = standardDeviation(values) / Double(values.count).squareRoot()
    let reach = error * studentQuantile((1 + confidence) / 2, degrees: values.count - 1)
    return (
      center, Interval(lower: center - reach, upper: center + reach, confidence: confidence)
    )
  }

  /// Whether a rater is to be left out after a test with a hidden reference and a bad anchor on a scale to 100
  /// (ITU-R BS.1534): more than 15 % of the references rated below 90, or more than 15 % of the anchors above 90.
  public static func failsPostScreening(
    references: [Double], anchors: [Double] = [], limit: Double = 90, share: Double = 0.15
  ) -> Bool {
    func exceeds(_ bad: Int, of count: Int) -> Bool { Double(bad) > share * Double(count) }
    return exceeds(references.count { $0 < limit }, of: references.count)
      || exceeds(anchors.count { $0 > limit }, of: anchors.count)
  }

  /// The product of the sequential test of whether votes are random: it grows by 1 / (2p) with each.
  ///
  /// `probabilities` are, for each vote, how likely a vote at least as unusual is. A rater is flagged where the product
  /// ever exceeds `1 / significance` (Chiang and others 2024).
  public static func sequentialOutlierEvidence(_ probabilities: [Double]) -> [Double] {
    var product = 1.0
    return probabilities.map { probability in
      product *= 1 / (2 * max(probability, .leastNormalMagnitude))
      return product
    }
  }

  /// Whether the sequential test flags a rater.
  public static func isSequentialOutlier(
    _ probabilities: [Double], significance: Double = 0.05
  ) -> Bool {
    sequentialOutlierEvidence(probabilities).contains { $0 > 1 / significance }
  }
}

/// How often people take the generated for real and the real for generated (HYPE∞, Zhou and others 2019).
public struct DeceptionRate: Sendable, Hashable, Codable {
  /// What one rater got wrong.
  public struct Errors: Sendable, Hashable {
    /// The generated items that were taken for real.
    public var generated: Int
    /// How many generated items there were.
    public var generatedCount: Int
    /// The real items that were taken for generated.
    public var real: Int
    /// How many real items there were.
    public var realCount: Int

    /// Creates the errors of a rater.
    public init(generated: Int, of generatedCount: Int, real: Int, of realCount: Int) {
      self.generated = generated
      self.generatedCount = generatedCount
      self.real = real
      self.realCount = realCount
    }
  }

  /// The error of each rater in per cent; 50 where nothing can be told apart.
  public var byRater: [Double]
  /// The mean over raters.
  public var mean: Double
  /// The interval of the mean by Student's distribution; `nil` for a single rater.
  public var interval: Interval?
  /// The per cent of generated items taken for real.
  public var generated: Double
  /// The per cent of real items taken for generated.
  public var real: Double

  /// Summarises raters; `nil` where nobody judged anything.
  public init?(_ errors: [Errors], confidence: Double = 0.95) {
    let judged = errors.filter { $0.generatedCount + $0.realCount > 0 }
    guard !judged.isEmpty else { return nil }
    byRater = judged.map {
      100 * Double($0.generated + $0.real) / Double($0.generatedCount + $0.realCount)
    }
    let (center, range) = Statistics.meanInterval(of: byRater, confidence: confidence)
    mean = center
    interval = byRater.count > 1 ? range : nil
    func rate(_ wrong: KeyPath<Errors, Int>, _ count: KeyPath<Errors, Int>) -> Double {
      100 * Double(judged.reduce(0) { $0 + $1[keyPath: wrong] })
        / Double(judged.reduce(0) { $0 + $1[keyPath: count] })
    }
    generated = rate(\.generated, \.generatedCount)
    real = rate(\.real, \.realCount)
  }
}
