import Foundation

/// What the votes tell of one rater.
public struct RaterQuality: Sendable, Hashable, Codable {
  /// A reason to look closer at a rater.
  public enum Flag: String, Sendable, Hashable, Codable, CaseIterable {
    /// Fails too many gold comparisons.
    case gold
    /// Answers as if at random.
    case random
    /// Says the opposite of the others.
    case opposite
    /// Chooses one side far too often.
    case oneSided
    /// Answers several times as fast as others.
    case hasty
    /// Contradicts own earlier answers.
    case inconsistent
  }

  /// The rater's name.
  public var id: String
  /// The answers, skips not counted.
  public var answers: Int
  /// The tasks passed by.
  public var skipped: Int
  /// How reliable the rater's comparisons are: 1 never errs, 0.5 guesses, 0 says the opposite.
  public var reliability: QualityReport.Estimate?
  /// The gold tasks answered right.
  public var goldRight: Int
  /// The gold tasks answered.
  public var gold: Int
  /// The repeats answered as before.
  public var sameAgain: Int
  /// The repeats answered.
  public var repeated: Int
  /// The share of other raters' verdicts on the same comparisons that are the same.
  public var agreement: QualityReport.Estimate?
  /// The time that half of the answers took at most, in seconds.
  public var medianSeconds: Double?
  /// The share of choices for the side shown first.
  public var firstShare: QualityReport.Estimate?
  /// Reasons to look closer.
  public var flags: [Flag]

  /// The table of all raters, in the order of their first votes.
  static func table(_ votes: [VoteRecord], options: QualityOptions) throws -> [RaterQuality] {
    var order: [String] = []
    var byRater: [String: [VoteRecord]] = [:]
    for vote in votes {
      if byRater[vote.rater] == nil { order.append(vote.rater) }
      byRater[vote.rater, default: []].append(vote)
    }
    let consolidated = try VoteConsolidation(votes).raters
    let reliabilities = Dictionary(
      uniqueKeysWithValues: consolidated.map { ($0.id, $0) })
    let agreements = agreements(votes)
    let usual = QualityReport.Spread(votes.compactMap(\.seconds))?.median
    return order.map { id in
      let own = byRater[id] ?? []
      var rater = RaterQuality(id: id, votes: own, options: options)
      if let found = reliabilities[id], found.votes + found.gold > 0 {
        rater.reliability = .init(found.reliability, count: found.votes + found.gold)
      }
      if let (same, count) = agreements[id] {
        rater.agreement = share(same, count, options)
      }
      rater.flag(own, usualSeconds: usual, options: options)
      return rater
    }
  }

  private init(id: String, votes: [VoteRecord], options: QualityOptions) {
    self.id = id
    skipped = votes.count { $0.answer == .skip || $0.verdict == .skip }
    answers = votes.count - skipped
    let checks = votes.compactMap(\.isRight)
    (goldRight, gold) = (checks.count { $0 }, checks.count)
    (sameAgain, repeated) = (0, 0)
    let originals = Dictionary(
      votes.filter { $0.repeats == nil }.map { (Self.key($0), $0) }, uniquingKeysWith: { $1 })
    for vote in votes {
      guard let task = vote.repeats, let now = Self.choice(vote),
        let original = originals[[task, vote.criterion]], let before = Self.choice(original)
      else { continue }
      repeated += 1
      sameAgain += now == before ? 1 : 0
    }
    let seconds = votes.compactMap(\.seconds)
    medianSeconds = seconds.isEmpty ? nil : Statistics.quantile(0.5, of: seconds)
    let sides = votes.compactMap(SidedVerdict.init).filter { $0.choice != 0 }
    firstShare = Self.share(
      sides.count { ($0.choice > 0) != $0.isSwapped }, sides.count, options)
    flags = []
  }

  private mutating func flag(
    _ votes: [VoteRecord], usualSeconds: Double?, options: QualityOptions
  ) {
    let gold = SoftLabel(
      hits: Double(goldRight), misses: Double(self.gold - goldRight), alpha: 2, beta: 1)
    if self.gold >= 3, gold.probability(above: 0.7) < 0.1 { flags.append(.gold) }
    guard answers >= options.leastAnswers else { return }
    if let reliability {
      if reliability.value < 0.35 {
        flags.append(.opposite)
      } else if reliability.value < 0.6 {
        flags.append(.random)
      }
    }
    if let firstShare {
      let chosen = Int((firstShare.value * Double(firstShare.count)).rounded())
      let odds = Statistics.signTest(wins: chosen, losses: firstShare.count - chosen)
      if odds < 0.001 { flags.append(.oneSided) }
    }
    if let usualSeconds, let medianSeconds, medianSeconds < usualSeconds / 4 {
      flags.append(.hasty)
    }
    if repeated >= 4, 2 * sameAgain < repeated { flags.append(.inconsistent) }
  }

  /// How often each rater's verdicts equal those of others on the same comparisons, and how many there are.
  private static func agreements(_ votes: [VoteRecord]) -> [String: (same: Int, count: Int)] {
    var units: [[String]: [(rater: String, choice: [String])]] = [:]
    for vote in votes where vote.repeats == nil {
      guard vote.verdict != nil, let choice = choice(vote) else { continue }
      let unit = [vote.criterion] + vote.items.map(\.id).sorted()
      units[unit, default: []].append((vote.rater, choice))
    }
    var found: [String: (same: Int, count: Int)] = [:]
    for verdicts in units.values {
      for one in verdicts {
        for other in verdicts where other.rater != one.rater {
          found[one.rater, default: (0, 0)].count += 1
          found[one.rater, default: (0, 0)].same += one.choice == other.choice ? 1 : 0
        }
      }
    }
    return found
  }

  /// What a vote chose, whatever the order of the items; `nil` for a skip.
  private static func choice(_ vote: VoteRecord) -> [String]? {
    if let verdict = vote.verdict {
      return verdict.sides.map { $0 == 0 ? [] : [vote.items[$0 > 0 ? 0 : 1].id] }
    }
    switch vote.answer {
    case .skip: return nil
    case .ranks(let ranks): return zip(vote.items, ranks).map { "\($0.id) \($1)" }.sorted()
    case .labels(let labels): return labels.sorted()
    case .verdict, .rating, .guess: return ["\(vote.answer)"]
    }
  }

  private static func key(_ vote: VoteRecord) -> [String] { [vote.task, vote.criterion] }

  private static func share(
    _ hits: Int, _ count: Int, _ options: QualityOptions
  ) -> QualityReport.Estimate? {
    .init(
      Double(hits) / Double(count),
      Statistics.wilsonInterval(
        successes: hits, trials: count, confidence: options.confidence), count: count)
  }
}
