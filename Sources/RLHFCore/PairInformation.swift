/// How much a comparison of two items is expected to tell, from the comparisons made so far: what active selection asks
/// for first.
///
/// The scores are those of the Bradley–Terry fit, their differences normal with the fit's own standard errors
/// (``Statistics/expectedInformation(mean:deviation:)``). A share of pairs drawn evenly belongs beside those that tell
/// most: the order of the items comes sooner so, their distances do not.
public struct PairInformation: Sendable {
  private let fit: StrengthFit

  /// Fits what was preferred; `penalty` is one over the variance that is expected of scores.
  public init(_ choices: [StrengthFit.Choice], count: Int, penalty: Double = 0.5) throws {
    fit = try StrengthFit(choices, count: count, penalty: penalty)
  }

  /// The items' scores as they are known now.
  public var scores: [Double] { fit.scores }

  /// What a comparison of two items is expected to tell, in nats.
  public func callAsFunction(_ first: Int, _ second: Int) -> Double {
    Statistics.expectedInformation(
      mean: fit.scores[first] - fit.scores[second],
      deviation: fit.standardError(of: first, minus: second))
  }
}
