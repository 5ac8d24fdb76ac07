import Foundation

/// What the votes on one criterion tell.
public struct CriterionQuality: Sendable, Hashable, Codable {
  /// How something that makes items stands among others.
  public struct Standing: Sendable, Hashable, Codable {
    /// What made the items.
    public var source: String
    /// The score on Elo's scale, with a mean of 1000.
    public var score: Double
    /// The lower end of the score.
    public var low: Double
    /// The upper end of the score.
    public var high: Double
    /// The comparisons with others.
    public var comparisons: Int
    /// The comparisons won.
    public var wins: Int
    /// The comparisons without a preference.
    public var ties: Int
  }

  /// How far longer items are preferred.
  public struct LengthBias: Sendable, Hashable, Codable {
    /// The share of choices for the longer item.
    public var longer: QualityReport.Estimate?
    /// The log-odds per standard deviation of `(a - b) / (a + b)`, what made the items apart; `nil` where it has no bounds.
    public var coefficient: QualityReport.Estimate?
  }

  /// The criterion, by its id.
  public var criterion: String
  /// The answers, skips not counted.
  public var answers: Int
  /// The share of pairs of answers that are the same.
  public var agreement: QualityReport.Estimate?
  /// Krippendorff's alpha.
  public var alpha: QualityReport.Estimate?
  /// The differences that alpha weighs: `nominal` or `interval`.
  public var level: String
  /// The mean of Cohen's kappa over pairs of raters, weighted by what they both rated.
  public var kappa: QualityReport.Estimate?
  /// Whether kappa misleads for some pair of raters, since nearly all answers are alike.
  public var hasKappaParadox: Bool
  /// How right a reward model can be on single votes; `nil` where nobody compared the same items.
  public var ceiling: AgreementCeiling?
  /// What makes items, the best first.
  public var leaderboard: [Standing]
  /// How far the side shown first sways the choice; `nil` where there are no choices.
  public var side: SideBias?
  /// How far the length sways the choice; `nil` where lengths are unknown.
  public var length: LengthBias?
  /// How often the generated is taken for real; `nil` where that was not asked.
  public var deception: DeceptionRate?

  init(criterion: String, votes: [VoteRecord], options: QualityOptions) {
    self.criterion = criterion
    answers = votes.count { $0.answer != .skip && $0.verdict != .skip }
    let fresh = votes.filter { $0.repeats == nil && $0.gold == nil }
    let units = AnswerUnits(fresh)
    level = units.level.rawValue
    (agreement, alpha, kappa, hasKappaParadox) = (nil, nil, nil, false)
    if let ratings = units.agreement() {
      let shared = units.sharedUnits
      agreement = .init(
        ratings.percentAgreement,
        ratings.agreementInterval(
          confidence: options.confidence, resamples: options.resamples, seed: options.seed),
        count: shared)
      alpha = .init(
        ratings.krippendorffAlpha(units.level),
        ratings.krippendorffInterval(
          units.level, confidence: options.confidence, resamples: options.resamples,
          seed: options.seed), count: shared)
      (kappa, hasKappaParadox) = Self.kappa(ratings)
    }
    if let decided = units.withoutTies()?.percentAgreement, decided.isFinite {
      ceiling = AgreementCeiling(agreement: decided)
    }
    let comparisons = fresh.compactMap(SidedVerdict.init)
    leaderboard = Self.leaderboard(comparisons, options)
    side = Self.side(comparisons, options)
    length = Self.length(comparisons, options)
    deception = Self.deception(votes, options)
  }

  private static func kappa(
    _ ratings: RaterAgreement
  ) -> (QualityReport.Estimate?, Bool) {
    var (sum, count, isParadox) = (0.0, 0, false)
    for first in ratings.ratings.indices {
      for second in ratings.ratings.indices.dropFirst(first + 1) {
        let shared = ratings.sharedUnits(first, second)
        guard shared > 1 else { continue }
        let kappa = ratings.cohenKappa(first, second)
        guard kappa.isFinite else { continue }
        sum += kappa * Double(shared)
        count += shared
        isParadox = isParadox || (shared >= 10 && ratings.hasKappaParadox(first, second))
      }
    }
    return (.init(sum / Double(count), count: count), isParadox)
  }

  private static func leaderboard(
    _ comparisons: [SidedVerdict], _ options: QualityOptions
  ) -> [Standing] {
    let between = comparisons.filter { $0.sources != nil }
    let names = Set(between.flatMap { [$0.sources?.0, $0.sources?.1] }.compactMap { $0 }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var tables: [[Int]: (wins: Double, losses: Double, ties: Double)] = [:]
    var counts = names.map { _ in (comparisons: 0, wins: 0, ties: 0) }
    for comparison in between {
      guard let (one, other) = comparison.sources, let first = numbers[one],
        let second = numbers[other]
      else { continue }
      let choice = comparison.choice
      tables[[first, second], default: (0, 0, 0)].wins += choice > 0 ? 1 : 0
      tables[[first, second], default: (0, 0, 0)].losses += choice < 0 ? 1 : 0
      tables[[first, second], default: (0, 0, 0)].ties += choice == 0 ? 1 : 0
      for (item, won) in [(first, choice > 0), (second, choice < 0)] {
        counts[item].comparisons += 1
        counts[item].wins += won ? 1 : 0
        counts[item].ties += choice == 0 ? 1 : 0
      }
    }
    let results = tables.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, table in
      DavidsonFit.Results(
        key[0], key[1], wins: table.wins, losses: table.losses, ties: table.ties)
    }
    guard
      let fit = try? DavidsonFit(results, count: names.count, penalty: options.scorePenalty)
    else { return [] }
    let points = 400 / log(10.0)
    return zip(names.indices, fit.intervals(confidence: options.confidence)).map { index, range in
      Standing(
        source: names[index], score: 1000 + points * fit.scores[index],
        low: 1000 + points * range.lower, high: 1000 + points * range.upper,
        comparisons: counts[index].comparisons, wins: counts[index].wins, ties: counts[index].ties)
    }.sorted { $0.score > $1.score }
  }

  /// Numbers for what made the two items of each comparison; the same one where that is unknown.
  private static func sourceNumbers(
    _ comparisons: [SidedVerdict]
  ) -> (pairs: [(Int, Int)], count: Int) {
    var numbers: [String: Int] = [:]
    func number(_ source: String) -> Int {
      let number = numbers[source] ?? numbers.count + 1
      numbers[source] = number
      return number
    }
    let pairs = comparisons.map { comparison in
      comparison.sources.map { (number($0.0), number($0.1)) } ?? (0, 0)
    }
    return (pairs, numbers.count + 1)
  }

  private static func side(
    _ comparisons: [SidedVerdict], _ options: QualityOptions
  ) -> SideBias? {
    let decided = comparisons.filter { $0.choice != 0 }
    guard !decided.isEmpty else { return nil }
    let (pairs, count) = sourceNumbers(decided)
    let choices = zip(decided, pairs).map { comparison, pair in
      SideBias.Choice(
        first: comparison.isSwapped ? pair.1 : pair.0,
        second: comparison.isSwapped ? pair.0 : pair.1,
        isFirstChosen: (comparison.choice > 0) != comparison.isSwapped)
    }
    return (try? SideBias(choices, items: count, penalty: options.scorePenalty))
      ?? SideBias(firstChosen: choices.count { $0.isFirstChosen }, choices: choices.count)
  }

  private static func length(
    _ comparisons: [SidedVerdict], _ options: QualityOptions
  ) -> LengthBias? {
    let measured = comparisons.filter { $0.relativeLength != nil }
    guard !measured.isEmpty else { return nil }
    let features = measured.compactMap(\.relativeLength)
    let decided = zip(measured, features).filter { $0.0.choice != 0 && $0.1 != 0 }
    let longer = decided.count { ($0.0.choice > 0) == ($0.1 > 0) }
    let share = QualityReport.Estimate(
      Double(longer) / Double(decided.count),
      Statistics.wilsonInterval(
        successes: longer, trials: decided.count, confidence: options.confidence),
      count: decided.count)
    let (pairs, count) = sourceNumbers(measured)
    let scaled = CovariateFit.standardized(features)
    let votes = zip(zip(measured, pairs), scaled).map { sample, feature in
      CovariateFit.Vote(
        sample.1.0, sample.1.1, outcome: Double(sample.0.choice + 1) / 2, features: [feature])
    }
    var coefficient: QualityReport.Estimate?
    if let fit = try? CovariateFit(votes, count: count, penalty: options.scorePenalty) {
      let reach =
        Statistics.normalQuantile((1 + options.confidence) / 2) * fit.coefficientErrors[0]
      let value = fit.coefficients[0]
      coefficient = .init(
        value, Interval(lower: value - reach, upper: value + reach), count: votes.count)
    }
    return LengthBias(longer: share, coefficient: coefficient)
  }

  private static func deception(
    _ votes: [VoteRecord], _ options: QualityOptions
  ) -> DeceptionRate? {
    var byRater: [String: DeceptionRate.Errors] = [:]
    var order: [String] = []
    for vote in votes {
      guard case .guess(let isRight, let isReal) = vote.answer, vote.items.count == 1 else {
        continue
      }
      if byRater[vote.rater] == nil { order.append(vote.rater) }
      var errors = byRater[vote.rater] ?? .init(generated: 0, of: 0, real: 0, of: 0)
      if isReal {
        errors.realCount += 1
        errors.real += isRight ? 0 : 1
      } else {
        errors.generatedCount += 1
        errors.generated += isRight ? 0 : 1
      }
      byRater[vote.rater] = errors
    }
    let all = order.compactMap { byRater[$0] }
    guard all.contains(where: { $0.realCount > 0 }), all.contains(where: { $0.generatedCount > 0 })
    else { return nil }
    return DeceptionRate(all, confidence: options.confidence)
  }
}
