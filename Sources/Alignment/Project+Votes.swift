import FeedbackStore
import RLHFCore
import RLHFPlugin
import Synchronization

/// What the votes of several raters on comparisons came to.
struct ConsolidatedVotes: Sendable {
  /// One opinion for each comparison.
  var opinions: [VoteConsolidation.Opinion]
  /// The rows of the judgments that they stand for.
  var judgments: Set<Int64>
}

/// Keeps what votes came to until there are others: every split, and every stage of a round, reads the same.
final class ConsolidationCache: Sendable {
  private struct Entry {
    var revision: StoreRevision
    var options: ConsolidationOptions
    var votes: ConsolidatedVotes?
  }

  private let entry = Mutex<Entry?>(nil)

  /// What was kept for a state of the store, or what `make` makes of it.
  func votes(
    at revision: StoreRevision, _ options: ConsolidationOptions,
    make: () throws -> ConsolidatedVotes?
  ) throws -> ConsolidatedVotes? {
    try entry.withLock { entry in
      if let entry, entry.revision == revision, entry.options == options { return entry.votes }
      let votes = try make()
      entry = Entry(revision: revision, options: options, votes: votes)
      return votes
    }
  }
}

extension Project {
  /// What people of the Studio and raters of imported files said of comparisons, as one opinion each.
  ///
  /// Only raters count of whom something can be learnt: who judged a comparison that another one judged too, or one of
  /// which the better side is known. `nil` where there are not two of them: then each judgment stays what it is.
  func consolidatedVotes() throws -> ConsolidatedVotes? {
    guard try store.votingRaters() > 1 else { return nil }
    let options = settings.consolidation
    return try consolidated.votes(at: store.revision(), options) {
      let said = try store.voteRecords()
      let gold = said.filter { $0.gold != nil && $0.verdict?.sides != nil }
      let votes = try store.standingVotes().filter { $0.confidence > 0 }
      let known = comparable(votes).union(gold.compactMap { Int64($0.rater) })
      let counted = votes.filter { known.contains($0.rater) }
      guard Set(counted.map(\.rater)).count > 1 else { return nil }
      let orders = shownOrders(said)
      let records = counted.map { vote in
        let items = [String(vote.first), String(vote.second)]
        let rater = String(vote.rater)
        return VoteRecord(
          id: String(vote.judgment), task: items.joined(separator: "/"), rater: rater,
          criterion: vote.criterion, items: items.map { VoteRecord.Item($0) },
          answer: .verdict(vote.verdict),
          shown: vote.shown ?? orders[[rater, vote.criterion] + items] ?? [],
          confidence: vote.confidence)
      }
      return ConsolidatedVotes(
        opinions: try VoteConsolidation(records + gold, options: options).opinions,
        judgments: Set(counted.map(\.judgment)))
    }
  }

  /// Opinions on comparisons of `split`, as pairs with a soft label, a weight and a margin.
  func pairs(
    _ votes: ConsolidatedVotes, _ split: Split
  ) throws -> [PreferencePair<D.Prompt, D.Artifact>] {
    let judged: [JudgedComparison<D.Prompt, D.Artifact>] =
      try store.judgedComparisons(split: split)
    // The same two artifacts may have been compared in several rounds.
    let comparisons = Dictionary(
      judged.map { (Sides(first: String($0.first), second: String($0.second)), $0.comparison) },
      uniquingKeysWith: { first, _ in first })
    return votes.opinions.compactMap { opinion in
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

  /// The raters who judged a comparison that another one judged too.
  private func comparable(_ votes: [StandingVote]) -> Set<Int64> {
    let groups = Dictionary(grouping: votes) { vote in
      [vote.criterion, String(min(vote.first, vote.second)), String(max(vote.first, vote.second))]
    }
    return groups.values.reduce(into: []) { found, votes in
      let raters = Set(votes.map(\.rater))
      if raters.count > 1 { found.formUnion(raters) }
    }
  }

  /// In which order people saw the sides of what they judged, by rater, criterion and items.
  private func shownOrders(_ said: [VoteRecord]) -> [[String]: [Int]] {
    var orders: [[String]: [Int]] = [:]
    for record in said
    where record.items.count == 2 && record.gold == nil && record.repeats == nil {
      orders[[record.rater, record.criterion] + record.items.map(\.id)] = record.shown
    }
    return orders
  }

  private struct Sides: Hashable {
    var first: String
    var second: String

    var reversed: Sides { Sides(first: second, second: first) }
  }
}
