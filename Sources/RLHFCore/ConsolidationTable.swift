import Foundation

/// Votes on comparisons, numbered: what the methods of consolidation work on.
struct ConsolidationTable {
  struct Rater {
    var id: String
    var votes = 0
    var goldRight = 0
    var gold = 0
  }

  struct Pair {
    var criterion: String
    var first: String
    var second: String
    var items: (Int, Int)
  }

  struct Vote {
    var pair: Int
    var rater: Int
    /// 1 for the pair's first item, -1 for the second, 0 for neither.
    var choice: Int
    /// 1 where the pair's first item was shown first, -1 where second, 0 where that is not known.
    var side: Double
    /// How much it counts: its confidence, against the advantage of the side shown first.
    var weight: Double
  }

  private(set) var raters: [Rater] = []
  private(set) var pairs: [Pair] = []
  private(set) var votes: [Vote] = []
  /// Votes on comparisons of which the better side is known: who voted, what, and what is right.
  private(set) var gold: [(rater: Int, choice: Int, truth: Int)] = []
  private(set) var items = 0

  init(_ records: [VoteRecord]) {
    var raterNumbers: [String: Int] = [:]
    var pairNumbers: [[String]: Int] = [:]
    var itemNumbers: [[String]: Int] = [:]
    for record in records {
      guard let choice = record.verdict?.sides else { continue }
      let rater = raterNumbers[record.rater] ?? raters.count
      if rater == raters.count {
        raterNumbers[record.rater] = rater
        raters.append(Rater(id: record.rater))
      }
      if case .verdict(let expected)? = record.gold, let truth = expected.sides {
        raters[rater].gold += 1
        raters[rater].goldRight += truth == choice ? 1 : 0
        gold.append((rater, choice, truth))
        continue
      }
      raters[rater].votes += 1
      let (first, second) = (record.items[0].id, record.items[1].id)
      guard record.repeats == nil, record.gold == nil, first != second else { continue }
      let key = [record.criterion] + [first, second].sorted()
      let pair = pairNumbers[key] ?? pairs.count
      if pair == pairs.count {
        pairNumbers[key] = pair
        let numbers = [first, second].map { item in
          let key = [record.criterion, item]
          let number = itemNumbers[key] ?? itemNumbers.count
          itemNumbers[key] = number
          return number
        }
        pairs.append(
          Pair(
            criterion: record.criterion, first: first, second: second,
            items: (numbers[0], numbers[1])))
      }
      let turn = pairs[pair].first == first ? 1 : -1
      votes.append(
        Vote(
          pair: pair, rater: rater, choice: turn * choice,
          side: record.shown.count == 2 ? Double(turn) * (record.isSwapped ? -1 : 1) : 0,
          weight: record.confidence ?? 1))
    }
    items = itemNumbers.count
  }

  /// Weighs votes so that both sides are chosen alike; returns the log-odds that the side shown first had gained.
  ///
  /// Right where the sides were drawn by lot, so that neither deserves more.
  mutating func weighSides() -> Double {
    let decided = votes.filter { $0.choice != 0 && $0.side != 0 }
    let first = Double(decided.count { Double($0.choice) * $0.side > 0 }) + 0.5
    let share = first / (Double(decided.count) + 1)
    for index in votes.indices where votes[index].choice != 0 && votes[index].side != 0 {
      let isFirst = Double(votes[index].choice) * votes[index].side > 0
      votes[index].weight *= 0.5 / (isFirst ? share : 1 - share)
    }
    return log(share / (1 - share))
  }

  /// How often each rater is right where a side is better, by the model of Dawid and Skene.
  func confusionReliabilities() throws -> [Double] {
    func category(_ choice: Int) -> Int { choice > 0 ? 0 : choice < 0 ? 1 : 2 }
    // Which item is called first says nothing of it: each vote stands there both ways, so that sides are alike.
    var ratings: [DawidSkene.Rating] = []
    for vote in votes {
      for (unit, choice) in [(2 * vote.pair, vote.choice), (2 * vote.pair + 1, -vote.choice)] {
        ratings.append(
          .init(
            unit: unit, rater: vote.rater, category: category(choice), weight: vote.weight))
      }
    }
    var known: [Int: Int] = [:]
    for (index, vote) in gold.enumerated() {
      for (turn, offset) in [(1, 0), (-1, 1)] {
        let unit = 2 * (pairs.count + index) + offset
        known[unit] = category(turn * vote.truth)
        ratings.append(
          .init(unit: unit, rater: vote.rater, category: category(turn * vote.choice)))
      }
    }
    var model = try DawidSkene(
      ratings, units: 2 * (pairs.count + gold.count), raters: raters.count, categories: 3,
      known: known, smoothing: 1)
    model.iterate(100, tolerance: 1e-4)
    return model.confusions.map { confusion in
      let right = confusion[0][0] + confusion[1][1]
      return right / (right + confusion[0][1] + confusion[1][0])
    }
  }

  /// Reliabilities and strengths together.
  func crowdFit(_ options: ConsolidationOptions) throws -> CrowdFit {
    var fitted: [CrowdFit.Vote] = []
    for vote in votes {
      let (first, second) = pairs[vote.pair].items
      func add(_ choice: Int, _ weight: Double) {
        fitted.append(
          .init(
            rater: vote.rater, winner: choice > 0 ? first : second,
            loser: choice > 0 ? second : first, weight: weight))
      }
      if vote.choice == 0 {
        add(1, 0.5 * vote.weight)
        add(-1, 0.5 * vote.weight)
      } else {
        add(vote.choice, vote.weight)
      }
    }
    // Gold that is a tie tells a rater from another by little; what is right or wrong is a side.
    for vote in gold where vote.truth != 0 && vote.choice != 0 && items > 1 {
      fitted.append(
        .init(rater: vote.rater, winner: 0, loser: 1, isGold: vote.choice == vote.truth))
    }
    var prior = CrowdFit.Prior.anchored
    prior.scorePenalty = options.scorePenalty
    prior.reliabilityPenalty = options.reliabilityPenalty
    prior.reliabilityLogit = log(options.expectedReliability / (1 - options.expectedReliability))
    return try CrowdFit(
      fitted, items: items, raters: raters.count, prior: prior, tolerance: 1e-3)
  }

  func opinions(reliabilities: [Double], priorVotes: Double) -> [VoteConsolidation.Opinion] {
    var counts = pairs.map { _ in (first: 0.0, second: 0.0, votes: 0) }
    for vote in votes {
      let turn = 2 * reliabilities[vote.rater] - 1
      let weight = turn * turn * vote.weight
      let choice = Double(vote.choice) * (turn < 0 ? -1 : 1)
      counts[vote.pair].first += weight * (1 + choice) / 2
      counts[vote.pair].second += weight * (1 - choice) / 2
      counts[vote.pair].votes += 1
    }
    let total = counts.reduce(0) { $0 + $1.first + $1.second }
    let scale = total > 0 ? Double(counts.count) / total : 0
    return zip(pairs, counts).map { pair, count in
      let label = SoftLabel(
        hits: count.first, misses: count.second, alpha: priorVotes, beta: priorVotes)
      let above = label.probability(above: 0.5)
      return VoteConsolidation.Opinion(
        criterion: pair.criterion, first: pair.first, second: pair.second, label: label.mean,
        confidence: max(above, 1 - above), weight: scale * (count.first + count.second),
        margin: label.margin, votes: count.votes)
    }
  }
}
