/// How many votes on the same comparison become one opinion.
public struct ConsolidationOptions: StageOptions, Hashable {
  /// Who is believed.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// Everybody alike.
    case majority
    /// Raters by how they err, learned from how they agree (Dawid and Skene).
    case dawidSkene
    /// Raters by how reliable they are, learned together with the strengths of the items (Crowd-BT).
    case crowd
  }

  /// Who is believed.
  public var method = Method.crowd
  /// The votes for each side that are assumed before the first one.
  public var priorVotes = 0.5
  /// The reliability expected of an unknown rater, from 0.5 to 1: what keeps the majority from being taken for wrong.
  public var expectedReliability = 0.75
  /// How strongly it is expected: the weight of the prior on the logit of the reliability.
  public var reliabilityPenalty = 0.5
  /// The weight of the prior on the strengths of the items.
  public var scorePenalty = 0.1
  /// Whether the advantage of the side shown first is taken out.
  public var correctsSide = true
  /// The gold comparisons after which a rater may be distrusted for them alone.
  public var leastGold = 4
  /// The share of gold comparisons below which such a rater does not count at all.
  public var goldThreshold = 0.0

  /// The defaults.
  public init() {}

  /// Reports impossible settings.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(priorVotes, "priorVotes")
    check.require(
      expectedReliability > 0.5 && expectedReliability < 1, "expectedReliability",
      "a number above 0.5 and below 1", found: expectedReliability)
    check.positive(reliabilityPenalty, "reliabilityPenalty")
    check.positive(scorePenalty, "scorePenalty")
    check.positive(leastGold, "leastGold")
    check.fraction(goldThreshold, "goldThreshold")
  }
}
