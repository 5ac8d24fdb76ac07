public import RLHFCore
public import RLHFPlugin

/// Best-of-n: several samples for each prompt, of which the one with the best score is kept.
///
/// It needs no training, and moves the policy by at most log n - (n - 1) / n nats (``RLHFCore/Statistics``).
public struct BestOfN: Sendable {
  /// The number of samples n for each prompt.
  public var count: Int
  /// The number of samples that are drawn at once.
  public var batchSize: Int

  /// Creates a sampler.
  public init(count: Int, batchSize: Int = 64) {
    precondition(
      count > 0 && batchSize > 0,
      "BestOfN: count \(count) and batchSize \(batchSize) must be positive")
    self.count = count
    self.batchSize = batchSize
  }

  /// The samples of one prompt.
  public struct Choice<Prompt: Sendable, Artifact: Sendable>: Sendable {
    /// All samples, in the order they were drawn.
    public var samples: [Sample<Prompt, Artifact>]
    /// Their scores.
    public var scores: [Double]

    /// The place of the best; the first of equals.
    public var bestIndex: Int {
      scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }
    /// The best sample.
    public var best: Sample<Prompt, Artifact> { samples[bestIndex] }
    /// Its score.
    public var bestScore: Double { scores[bestIndex] }
  }

  /// What is to be expected of the best of n, over all prompts.
  public struct Expectation: Codable, Sendable, Equatable {
    /// The number of samples n.
    public var n: Int
    /// How far the best of n is from the policy at most: log n - (n - 1) / n nats.
    public var divergenceBound: Double
    /// The mean over prompts of the expected best score of n samples.
    public var score: Double
  }

  /// Samples `count` times for each prompt, and scores all.
  ///
  /// The same seed and batch size give the same samples.
  public func choices<P: Policy>(
    of policy: P, for prompts: [P.Prompt], seed: Seed,
    score: ([Sample<P.Prompt, P.Artifact>]) async throws -> [Double]
  ) async throws -> [Choice<P.Prompt, P.Artifact>] {
    let repeated = prompts.flatMap { Array(repeating: $0, count: count) }
    var samples: [Sample<P.Prompt, P.Artifact>] = []
    for (index, batch) in ShuffledBatches.inOrder(repeated, size: batchSize).enumerated() {
      let rollout = try policy.sample(batch, seed: seed.derived("batch", index))
      samples += try zip(batch, policy.artifacts(of: rollout)).map {
        Sample(prompt: $0, artifact: $1)
      }
    }
    let scores = try await score(samples)
    guard scores.count == samples.count, scores.allSatisfy(\.isFinite) else {
      throw RLHFError(
        .training,
        "The score gave \(scores.count { $0.isFinite }) numbers for \(samples.count) samples; it must give one each. Check the reward model."
      )
    }
    return zip(
      ShuffledBatches.inOrder(samples, size: count), ShuffledBatches.inOrder(scores, size: count)
    ).map { Choice(samples: $0, scores: $1) }
  }

  /// What the best of 1, 2, 4, … and `count` samples are to be expected to score, by the scores of each prompt.
  ///
  /// Unbiased: the mean of the best over all subsets of n of the samples.
  public func expectations(_ scores: [[Double]]) -> [Expectation] {
    var sizes = Array(sequence(first: 1) { $0 * 2 }.prefix { $0 < count })
    sizes.append(count)
    return sizes.map { n in
      Expectation(
        n: n, divergenceBound: Statistics.bestOfNDivergence(n),
        score: Statistics.mean(scores.map { Statistics.expectedMaximum(of: $0, among: n) }))
    }
  }
}
