extension StrengthFit {
  /// Intervals of the scores by the bootstrap: fits to `resamples`, each a list of indices of comparisons, and the
  /// percentiles of each score.
  public static func bootstrapIntervals(
    comparisons: [(winner: Int, loser: Int)], count: Int, penalty: Double, resamples: [[Int]],
    confidence: Double = 0.95
  ) throws -> [Interval] {
    precondition(
      confidence > 0 && confidence < 1,
      "bootstrapIntervals: confidence \(confidence); wanted a number between 0 and 1")
    let fits = try resamples.map { indices in
      try StrengthFit(
        comparisons: indices.map { comparisons[$0] }, count: count, penalty: penalty
      ).scores
    }
    return (0..<count).map { item in
      let scores = fits.map { $0[item] }
      return Interval(
        lower: Statistics.quantile((1 - confidence) / 2, of: scores),
        upper: Statistics.quantile((1 + confidence) / 2, of: scores))
    }
  }

  /// Intervals of the scores by the bootstrap; the same seed draws the same comparisons.
  ///
  /// A penalty above 0 is needed: in some draws an item wins all its comparisons.
  public static func bootstrapIntervals(
    comparisons: [(winner: Int, loser: Int)], count: Int, penalty: Double = 0.01,
    resamples: Int = 200, confidence: Double = 0.95, seed: Seed
  ) throws -> [Interval] {
    var generator = seed.derived("bootstrap").generator
    let draws = (0..<resamples).map { _ in
      comparisons.indices.map { _ in Int.random(in: comparisons.indices, using: &generator) }
    }
    return try bootstrapIntervals(
      comparisons: comparisons, count: count, penalty: penalty, resamples: draws,
      confidence: confidence)
  }
}
