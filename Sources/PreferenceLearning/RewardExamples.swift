import RLHFCore

/// What a reward model is trained on, in batches that mix pairs, rankings and ratings.
struct RewardExamples<Prompt: Sendable, Artifact: Sendable> {
  /// One example.
  enum Example {
    case pair(PreferencePair<Prompt, Artifact>)
    case ranking(Ranking<Prompt, Artifact>)
    case rating(Rating<Prompt, Artifact>)

    var criterion: String {
      switch self {
      case .pair(let pair): pair.criterion
      case .ranking(let ranking): ranking.criterion
      case .rating(let rating): rating.criterion
      }
    }

    var samples: [Sample<Prompt, Artifact>] {
      switch self {
      case .pair(let pair):
        [pair.chosen, pair.rejected].map { Sample(prompt: pair.prompt, artifact: $0) }
      case .ranking(let ranking):
        ranking.artifacts.map { Sample(prompt: ranking.prompt, artifact: $0) }
      case .rating(let rating): [Sample(prompt: rating.prompt, artifact: rating.artifact)]
      }
    }
  }

  /// An example, and how much it counts for each member of an ensemble.
  struct Weighted {
    var example: Example
    var memberWeights: [Double]
  }

  /// Lists the examples of `preferences`, which count the same for all of `members`.
  static func list(_ preferences: Preferences<Prompt, Artifact>, members: Int) -> [Weighted] {
    examples(of: preferences).map {
      Weighted(example: $0, memberWeights: Array(repeating: 1, count: members))
    }
  }

  /// Lists the examples of `preferences`, drawn anew for each of `members`.
  ///
  /// Each member of an ensemble sees them as often as a draw with replacement would give it: the number of times is
  /// Poisson distributed with mean 1 (Oza and Russell 2001), and known from the seed.
  static func list(
    _ preferences: Preferences<Prompt, Artifact>, members: Int, drawnBy seed: Seed
  ) -> [Weighted] {
    guard members > 1 else { return list(preferences, members: members) }
    return examples(of: preferences).enumerated().map { index, example in
      var generator = seed.derived("bootstrap", index).generator
      return Weighted(
        example: example,
        memberWeights: (0..<members).map { _ in Double(poisson(using: &generator)) })
    }
  }

  private static func examples(of preferences: Preferences<Prompt, Artifact>) -> [Example] {
    preferences.pairs.map(Example.pair) + preferences.rankings.map(Example.ranking)
      + preferences.ratings.map(Example.rating)
  }

  /// A number from the Poisson distribution with mean 1 (Knuth).
  private static func poisson(using generator: inout some RandomNumberGenerator) -> Int {
    let limit = 0.367_879_441_171_442_33  // exp(-1)
    var (count, product) = (0, Double.random(in: 0..<1, using: &generator))
    while product > limit {
      count += 1
      product *= Double.random(in: 0..<1, using: &generator)
    }
    return count
  }
}
