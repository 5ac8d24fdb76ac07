import Foundation

/// How much the side on which something is shown sways the choice, whatever it is.
public struct SideBias: Sendable, Hashable, Codable {
  /// How often the side shown first was chosen.
  public var firstChosen: Int
  /// How often either side was chosen.
  public var choices: Int
  /// The log-odds that the side shown first gains, strengths apart; `nil` where it was not fitted.
  public var bias: Double?
  /// The standard error of ``bias``.
  public var standardError: Double?

  /// Counts choices, without a fit.
  public init(firstChosen: Int, choices: Int) {
    self.firstChosen = firstChosen
    self.choices = choices
  }

  /// One choice between two items.
  public struct Choice: Sendable, Hashable {
    /// The item shown first.
    public var first: Int
    /// The item shown second.
    public var second: Int
    /// Whether the one shown first was chosen.
    public var isFirstChosen: Bool

    /// Creates a choice.
    public init(first: Int, second: Int, isFirstChosen: Bool) {
      self.first = first
      self.second = second
      self.isFirstChosen = isFirstChosen
    }
  }

  /// Fits P(the first is chosen) = σ(s_first - s_second + bias): a Bradley–Terry model with a factor for the side.
  ///
  /// Needs items that were shown on both sides; `penalty` holds strengths that would have no bounds.
  public init(_ choices: [Choice], items: Int, penalty: Double = 0) throws {
    self.init(firstChosen: choices.count { $0.isFirstChosen }, choices: choices.count)
    let votes = choices.map {
      CovariateFit.Vote($0.first, $0.second, outcome: $0.isFirstChosen ? 1 : 0, features: [1])
    }
    let fit = try CovariateFit(votes, count: items, penalty: penalty)
    bias = fit.coefficients.first
    standardError = fit.coefficientErrors.first
  }

  /// The share of choices for the side shown first; not a number where there are none.
  public var firstShare: Double { Double(firstChosen) / Double(choices) }

  /// The Wilson interval of ``firstShare``.
  public func interval(confidence: Double = 0.95) -> Interval {
    Statistics.wilsonInterval(successes: firstChosen, trials: choices, confidence: confidence)
  }

  /// The exact two-sided p-value of a fair coin.
  public var significance: Double {
    Statistics.signTest(wins: firstChosen, losses: choices - firstChosen)
  }

  /// How often the side shown first wins among equals: σ(``bias``).
  public var firstShareAmongEquals: Double? { bias.map(Statistics.sigmoid) }
}
