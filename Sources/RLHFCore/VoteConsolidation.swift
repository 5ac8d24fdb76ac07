import Foundation

/// One soft label per comparison, from the votes of many raters who are not equally reliable.
///
/// Votes on gold comparisons and on repeats tell of raters and teach nothing else. A rater's vote counts as much as it
/// informs: (2η - 1)² with the reliability η, so that guessing counts nothing; that of a rater who says the opposite
/// of the truth is turned round.
public struct VoteConsolidation: Sendable {
  /// What all votes on one comparison come to.
  public struct Opinion: Sendable, Hashable, Codable {
    /// The criterion, by its id.
    public var criterion: String
    /// The first item's name.
    public var first: String
    /// The second item's name.
    public var second: String
    /// The probability that a reliable rater prefers the first item: the soft label.
    public var label: Double
    /// The probability that the side named by ``label`` is the better one, from 0.5 to 1.
    public var confidence: Double
    /// The opinion's weight in training; the mean over all opinions is 1.
    public var weight: Double
    /// The log-odds of ``label``: how much better the first item is.
    public var margin: Double
    /// How many votes there were.
    public var votes: Int
  }

  /// What the votes tell of a rater.
  public struct Rater: Sendable, Hashable, Codable {
    /// The rater's name.
    public var id: String
    /// η: 1 for who never errs, 0.5 for who guesses, 0 for who says the opposite.
    public var reliability: Double
    /// The votes on comparisons, ties and repeats counted, gold not.
    public var votes: Int
    /// The gold comparisons that were answered right.
    public var goldRight: Int
    /// The gold comparisons that were answered.
    public var gold: Int
  }

  /// The opinions, in the order of their first votes.
  public private(set) var opinions: [Opinion] = []
  /// The raters, in the order of their first votes.
  public private(set) var raters: [Rater] = []
  /// The log-odds that the side shown first gained, as measured; `nil` where it was not corrected.
  public private(set) var sideBias: Double?

  /// Consolidates the verdicts among `votes`; other answers are passed over.
  public init(
    _ votes: [VoteRecord], options: ConsolidationOptions = ConsolidationOptions()
  ) throws {
    var check = SettingsCheck(section: "consolidation")
    options.validate(&check)
    try check.finish(source: "the settings")
    var table = ConsolidationTable(votes)
    sideBias = options.correctsSide ? table.weighSides() : nil
    let reliabilities: [Double]
    switch options.method {
    case .majority:
      reliabilities = Array(repeating: 1, count: table.raters.count)
    case .dawidSkene:
      reliabilities = try table.confusionReliabilities()
    case .crowd:
      reliabilities = try table.crowdFit(options).reliabilities
    }
    let trusted = table.raters.indices.map { index in
      let rater = table.raters[index]
      let isFailing =
        rater.gold >= options.leastGold
        && Double(rater.goldRight) < options.goldThreshold * Double(rater.gold)
      return isFailing ? 0.5 : reliabilities[index]
    }
    raters = zip(table.raters, trusted).map { rater, reliability in
      Rater(
        id: rater.id, reliability: reliability, votes: rater.votes, goldRight: rater.goldRight,
        gold: rater.gold)
    }
    opinions = table.opinions(reliabilities: trusted, priorVotes: options.priorVotes)
  }
}
