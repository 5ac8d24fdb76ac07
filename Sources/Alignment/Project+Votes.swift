import FeedbackStore
import RLHFCore
import RLHFPlugin

extension Project {
  /// What several people said of comparisons, as one pair each with a soft label, a weight and a margin.
  ///
  /// Votes on all splits tell how far each rater is to be trusted; the pairs are those of `split`. `nil` where no two
  /// people voted: then there is nobody to compare a rater with, and each vote is a pair.
  func consolidatedPairs(
    _ split: Split
  ) throws -> [PreferencePair<D.Prompt, D.Artifact>]? {
    let consolidation = try VoteConsolidation(
      store.votes().flatMap(\.records), options: settings.consolidation)
    guard consolidation.raters.count > 1 else { return nil }
    let judged: [JudgedComparison<D.Prompt, D.Artifact>] =
      try store.comparisonsJudgedByPeople(split: split)
    // The same two artifacts may have been compared in several rounds.
    let comparisons = Dictionary(
      judged.map { (Sides(first: String($0.first), second: String($0.second)), $0.comparison) },
      uniquingKeysWith: { first, _ in first })
    return consolidation.opinions.compactMap { opinion in
      let sides = Sides(first: opinion.first, second: opinion.second)
      let isAsStored = comparisons[sides] != nil
      guard let comparison = comparisons[sides] ?? comparisons[sides.reversed] else { return nil }
      let isSecondBetter = (opinion.label < 0.5) == isAsStored
      return PreferencePair(
        prompt: comparison.prompt,
        chosen: isSecondBetter ? comparison.second : comparison.first,
        rejected: isSecondBetter ? comparison.first : comparison.second,
        label: max(opinion.label, 1 - opinion.label), margin: abs(opinion.margin),
        weight: opinion.weight, criterion: opinion.criterion)
    }
  }

  private struct Sides: Hashable {
    var first: String
    var second: String

    var reversed: Sides { Sides(first: second, second: first) }
  }
}
