import Foundation

/// How often one side was preferred to the other.
public struct WinRate: Sendable, Hashable, Codable {
  /// The comparisons won.
  public var wins: Int
  /// The comparisons lost.
  public var losses: Int
  /// The comparisons without a preference.
  public var ties: Int

  /// Creates a win rate from its counts.
  public init(wins: Int, losses: Int, ties: Int = 0) {
    precondition(
      min(wins, losses, ties) >= 0,
      "WinRate: counts must not be negative, got \(wins), \(losses) and \(ties)")
    self.wins = wins
    self.losses = losses
    self.ties = ties
  }

  /// Counts the verdicts that prefer the first side; both-bad counts as a tie, a skip not at all.
  public init(of verdicts: some Sequence<Verdict>) {
    self.init(wins: 0, losses: 0)
    for verdict in verdicts {
      switch verdict {
      case .first: wins += 1
      case .second: losses += 1
      case .tie, .bothBad: ties += 1
      case .skip: break
      }
    }
  }

  /// The number of comparisons.
  public var count: Int { wins + losses + ties }

  /// Wins over wins and losses; not a number where there were neither.
  public var rateWithoutTies: Double { Double(wins) / Double(wins + losses) }

  /// Wins, and half the ties, over all comparisons.
  public var rate: Double { (Double(wins) + Double(ties) / 2) / Double(count) }

  /// Wins less losses, over all comparisons.
  public var netRate: Double { Double(wins - losses) / Double(count) }

  /// The Wilson interval of ``rateWithoutTies``.
  public func intervalWithoutTies(confidence: Double = 0.95) -> Interval {
    Statistics.wilsonInterval(successes: wins, trials: wins + losses, confidence: confidence)
  }

  /// The Wilson interval of ``rate``.
  ///
  /// Halves vary less than wins and losses do, so that with ties the interval is a little wider than needed.
  public func interval(confidence: Double = 0.95) -> Interval {
    Statistics.wilsonInterval(
      successes: Double(wins) + Double(ties) / 2, trials: Double(count), confidence: confidence)
  }

  /// The two-sided p-value of the sign test; ties say nothing.
  public var signTest: Double { Statistics.signTest(wins: wins, losses: losses) }
}

/// A win rate freed from the advantage of longer (or shorter) artifacts.
public struct LengthControlledWinRate: Sendable, Hashable, Codable {
  /// How often the first side would win at equal lengths.
  public var rate: Double
  /// The log-odds of winning at equal lengths.
  public var intercept: Double
  /// The log-odds added as the first side grows longer, per unit of `tanh(difference / deviation)`.
  public var lengthEffect: Double
  /// The standard error of ``intercept``, from the curvature of the likelihood; `nil` where there are no comparisons.
  public var standardError: Double?

  /// The interval of ``rate``: that of the log-odds by the normal distribution, as a probability.
  public func interval(confidence: Double = 0.95) -> Interval {
    guard let standardError else { return Interval(lower: 0, upper: 1) }
    let reach = Statistics.normalQuantile((1 + confidence) / 2) * standardError
    return Interval(
      lower: Statistics.sigmoid(intercept - reach), upper: Statistics.sigmoid(intercept + reach))
  }

  /// Fits a logistic regression of the preference on `(1, tanh(d / σ))` and reads it at `d = 0`.
  ///
  /// After Dubois et al. 2024 (AlpacaEval, length-controlled), without the terms for instruction and model.
  /// Where one side always wins the fit stops at log-odds of about 20.
  /// - Parameters:
  ///   - lengthDifferences: The first side's length less the second's, `d`; `σ` is their deviation.
  ///   - preferred: 1 where the first side won, 0 where it lost, 0.5 for a tie.
  public init(lengthDifferences: [Double], preferred: [Double]) {
    Statistics.checkLengths(
      "LengthControlledWinRate", lengthDifferences.count, preferred.count)
    let center = Statistics.mean(lengthDifferences)
    let variance = Statistics.mean(lengthDifferences.map { ($0 - center) * ($0 - center) })
    let scale = variance > 0 ? variance.squareRoot() : 1
    let inputs = lengthDifferences.map { tanh($0 / scale) }
    (intercept, lengthEffect) = (0, 0)
    for _ in 0..<100 where !inputs.isEmpty {
      var (gradient0, gradient1, h00, h01, h11) = (0.0, 0.0, 1e-12, 0.0, 1e-12)
      for (input, target) in zip(inputs, preferred) {
        let p = Statistics.sigmoid(intercept + lengthEffect * input)
        gradient0 += target - p
        gradient1 += (target - p) * input
        h00 += p * (1 - p)
        h01 += p * (1 - p) * input
        h11 += p * (1 - p) * input * input
      }
      let determinant = h00 * h11 - h01 * h01
      guard determinant > 0 else { break }
      // With equal lengths the effect is unknown, but does not touch the rate.
      standardError = h11 > 1e-9 ? (h11 / determinant).squareRoot() : 1 / h00.squareRoot()
      let step0 = (h11 * gradient0 - h01 * gradient1) / determinant
      let step1 = (h00 * gradient1 - h01 * gradient0) / determinant
      let shrink = min(1, 4 / max(abs(step0), abs(step1), 1e-300))
      intercept += shrink * step0
      lengthEffect += shrink * step1
      if max(abs(step0), abs(step1)) < 1e-12 || abs(intercept) > 20 { break }
    }
    rate = inputs.isEmpty ? .nan : Statistics.sigmoid(intercept)
  }
}

extension Statistics {
  /// How far the best of `n` samples moves from the sampler: `log n - (n - 1) / n` nats.
  public static func bestOfNDivergence(_ n: Int) -> Double {
    precondition(n > 0, "bestOfNDivergence: n is \(n); wanted at least 1")
    return log(Double(n)) - Double(n - 1) / Double(n)
  }

  /// The mean, over all subsets of `n` rewards, of the largest.
  public static func expectedMaximum(of rewards: [Double], among n: Int) -> Double {
    precondition(
      n > 0 && n <= rewards.count,
      "expectedMaximum: n is \(n) with \(rewards.count) rewards; wanted 1 to \(rewards.count)")
    // The k-th smallest (from 0) is the largest of C(k, n - 1) of the C(count, n) subsets.
    var weight = 1.0
    var sum = 0.0
    for (rank, reward) in rewards.sorted().enumerated().reversed() {
      guard rank >= n - 1 else { break }
      let share = rank == rewards.count - 1 ? Double(n) / Double(rewards.count) : weight
      sum += share * reward
      weight = share * Double(rank - n + 1) / Double(rank)
    }
    return sum
  }
}
