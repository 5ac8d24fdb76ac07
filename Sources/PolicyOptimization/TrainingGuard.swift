/// Watches the figures of a run, and says when to keep a checkpoint and when to stop.
///
/// A plain value: the same observations give the same verdicts, and what is written to a checkpoint goes on after it.
public struct TrainingGuard: Codable, Sendable, Equatable {
  /// One look at a run.
  public struct Observation: Codable, Sendable, Equatable {
    /// The iteration after which it was made.
    public var step: Int
    /// The monitored score, higher being better; `nil` where it was not measured.
    public var score: Double?
    /// The divergence from the reference policy, in nats per trajectory.
    public var divergence: Double?
    /// The mean length of trajectories.
    public var length: Double?

    /// Creates an observation.
    public init(
      step: Int, score: Double? = nil, divergence: Double? = nil, length: Double? = nil
    ) {
      self.step = step
      self.score = score
      self.divergence = divergence
      self.length = length
    }
  }

  /// Why training should end.
  public enum Reason: String, Codable, Sendable, CaseIterable {
    /// The monitored score has not risen above its best for too long.
    case patience
    /// The monitored score has fallen too far below its best.
    case fall
    /// The policy has moved too far from its reference.
    case divergence
    /// Trajectories have become too long.
    case length
  }

  /// What an observation leads to.
  public struct Verdict: Sendable, Equatable {
    /// Whether this is the best score so far, so that the policy should be kept.
    public var isBest = false
    /// Why training should end now; `nil` where it should go on.
    public var reason: Reason?
    /// The reason in words, with the figures; empty where training should go on.
    public var message = ""
  }

  /// The step of the best monitored score.
  public private(set) var bestStep: Int?
  /// The best monitored score.
  public private(set) var bestScore: Double?
  private var scoresSinceBest = 0
  private var firstLength: Double?
  private var scores = Window()
  private var divergences = Window()
  private var lengths = Window()

  /// Creates a guard that has seen nothing.
  public init() {}

  /// Takes note of `observation`, and says what follows.
  public mutating func observe(_ observation: Observation, _ options: GuardOptions) -> Verdict {
    var verdict = Verdict()
    func stop(_ reason: Reason, _ message: String) {
      guard verdict.reason == nil else { return }
      verdict.reason = reason
      verdict.message = message
    }
    if let limit = options.divergenceLimit,
      let mean = divergences.add(observation.divergence, size: options.window), mean > limit
    {
      stop(
        .divergence,
        "the divergence from the reference is \(rounded(mean)) nats, above \(rounded(limit))")
    }
    if let mean = lengths.add(observation.length, size: options.window) {
      let first = firstLength ?? mean
      firstLength = first
      if let limit = options.lengthLimit, mean > limit {
        stop(.length, "the mean length is \(rounded(mean)), above \(rounded(limit))")
      }
      if let limit = options.lengthGrowthLimit, mean > first * limit {
        stop(
          .length,
          "the mean length is \(rounded(mean)), above \(rounded(limit)) times the first, \(rounded(first))"
        )
      }
    }
    guard let score = scores.add(observation.score, size: options.window) else { return verdict }
    guard let best = bestScore, score <= best + options.leastGain else {
      // What is over a limit is not worth keeping, however well it scores.
      guard verdict.reason == nil else { return verdict }
      bestScore = score
      bestStep = observation.step
      scoresSinceBest = 0
      verdict.isBest = true
      return verdict
    }
    scoresSinceBest += 1
    if let fall = options.largestFall, score < best - fall {
      stop(
        .fall,
        "the monitored score is \(rounded(score)), more than \(rounded(fall)) below its best, \(rounded(best))"
      )
    }
    if let patience = options.patience, scoresSinceBest >= patience {
      stop(
        .patience,
        "the monitored score has been below its best, \(rounded(best)), \(scoresSinceBest) times in a row"
      )
    }
    return verdict
  }
}

/// The last values of a figure.
private struct Window: Codable, Sendable, Equatable {
  var values: [Double] = []

  /// Adds a value, and gives the mean of the last `size`; `nil` where the value is missing or not a number.
  mutating func add(_ value: Double?, size: Int) -> Double? {
    guard let value, value.isFinite else { return nil }
    values = values.suffix(size - 1) + [value]
    return values.reduce(0, +) / Double(values.count)
  }
}

private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
