import RLHFCore

/// Preferences as a direct loss reads them: a list of samples, each evaluated once under the reference, and what is
/// known of them.
struct DirectPreferenceExamples<Prompt: Sendable, Artifact: Sendable> {
  /// What is learned from: the indices of samples, and what was said.
  enum Example {
    case pair(chosen: Int, rejected: Int, label: Double, weight: Double)
    /// `other` is a sample of the same prompt with an artifact made for another one.
    case single(Int, isDesirable: Bool, weight: Double, other: Int)

    var weight: Double {
      switch self {
      case .pair(_, _, _, let weight), .single(_, _, let weight, _): weight
      }
    }
  }

  private(set) var samples: [Sample<Prompt, Artifact>] = []
  private(set) var examples: [Example] = []

  /// Reads preferences for a loss of `kind`.
  ///
  /// A loss on pairs learns from pairs, and from all pairs that rankings order. A loss without pairs learns from
  /// ratings, and from both sides of pairs; ties and ratings in the middle of their scale say nothing to it.
  init(_ preferences: Preferences<Prompt, Artifact>, for kind: DirectPreferenceLoss.Kind) {
    let pairs = preferences.pairs + preferences.rankings.flatMap(\.pairs)
    if kind.isUnpaired {
      addSingles(pairs, preferences.ratings)
    } else {
      for pair in pairs {
        let chosen = add(pair.prompt, pair.chosen)
        let rejected = add(pair.prompt, pair.rejected)
        examples.append(
          .pair(chosen: chosen, rejected: rejected, label: pair.label, weight: pair.weight))
      }
    }
  }

  private mutating func add(_ prompt: Prompt, _ artifact: Artifact) -> Int {
    samples.append(Sample(prompt: prompt, artifact: artifact))
    return samples.count - 1
  }

  private mutating func addSingles(
    _ pairs: [PreferencePair<Prompt, Artifact>], _ ratings: [Rating<Prompt, Artifact>]
  ) {
    var rows: [(sample: Int, isDesirable: Bool, weight: Double)] = []
    for pair in pairs where !pair.isTie {
      let isChosen = pair.label > 0.5
      rows.append((add(pair.prompt, pair.chosen), isChosen, pair.weight))
      rows.append((add(pair.prompt, pair.rejected), !isChosen, pair.weight))
    }
    for rating in ratings {
      guard let isDesirable = rating.isDesirable else { continue }
      rows.append((add(rating.prompt, rating.artifact), isDesirable, rating.weight))
    }
    // Two rows further on, the artifact belongs to another pair.
    for (index, row) in rows.enumerated() {
      let stranger = samples[rows[(index + 2) % rows.count].sample].artifact
      let other = add(samples[row.sample].prompt, stranger)
      examples.append(
        .single(row.sample, isDesirable: row.isDesirable, weight: row.weight, other: other))
    }
  }
}
