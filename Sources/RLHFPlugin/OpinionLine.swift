public import RLHFCore

/// Reads rankings and ratings from lines of imported data, whatever an artifact is.
///
/// - `completions` with `ranking`, the rank of each, the lowest best;
/// - `completion` (or `artifact`) with `label`, true or false;
/// - `completion` (or `artifact`) with `rating` and, unless it is 1 to 5, `scale`, the lowest and the highest value.
///
/// Each may have a `criterion`.
public struct OpinionLine: Sendable {
  private let fields: [String: JSONValue]

  /// Takes in the members of a line.
  public init(_ fields: [String: JSONValue]) {
    self.fields = fields
  }

  /// The record of the line; `nil` where it holds neither a ranking nor a rating.
  ///
  /// - Parameters:
  ///   - prompt: What was asked for.
  ///   - artifact: Reads an artifact.
  /// - Returns: The record, if it is one.
  /// - Throws: `UnusableRecord` for what teaches nothing, ``RLHFError`` for what is of no known form.
  public func record<Prompt, Artifact>(
    of prompt: Prompt, artifact: (JSONValue) throws -> Artifact
  ) throws -> FeedbackRecord<Prompt, Artifact>? {
    if let completions = value("completions") {
      return .ranking(try ranking(of: prompt, completions, artifact))
    }
    guard value("label") != nil || value("rating") != nil else { return nil }
    guard let made = value("completion") ?? value("artifact") else {
      throw RLHFError(
        .invalidData, "found a 'label' or 'rating', but no 'completion'; expected both.")
    }
    let (number, scale) = try rated()
    guard scale.contains(number) else { throw UnusableRecord("a rating is off its scale") }
    return .rating(
      Rating(
        prompt: prompt, artifact: try artifact(made), value: number, scale: scale,
        criterion: try criterion()))
  }

  /// The criterion that was judged; the overall one where the line names none.
  public func criterion() throws -> String {
    guard let criterion = value("criterion") else { return Criterion.overall.id }
    guard let id = criterion.stringValue, !id.isEmpty else {
      throw RLHFError(.invalidData, "'criterion' is \(criterion.kind); expected its id.")
    }
    return id
  }

  private func ranking<Prompt, Artifact>(
    of prompt: Prompt, _ completions: JSONValue, _ artifact: (JSONValue) throws -> Artifact
  ) throws -> Ranking<Prompt, Artifact> {
    guard let made = completions.arrayValue else {
      throw RLHFError(.invalidData, "'completions' is \(completions.kind); expected a list.")
    }
    guard let ranks = value("ranking")?.arrayValue?.map(\.doubleValue),
      ranks.count == made.count, !ranks.contains(nil)
    else {
      throw RLHFError(
        .invalidData,
        "'ranking' does not have a number for each of \(made.count) 'completions'; expected the rank of each, the lowest best."
      )
    }
    let numbers = ranks.compactMap { $0 }
    guard made.count > 1 else { throw UnusableRecord("a ranking has fewer than two artifacts") }
    guard Set(numbers).count == numbers.count else {
      throw UnusableRecord("a ranking has equal ranks")
    }
    let order = made.indices.sorted { numbers[$0] < numbers[$1] }
    return Ranking(
      prompt: prompt, artifacts: try order.map { try artifact(made[$0]) },
      criterion: try criterion())
  }

  private func rated() throws -> (Double, RatingScale) {
    if let label = value("label") {
      // Data frames write truth values as numbers.
      let number = label.integerValue.flatMap { [0: false, 1: true][$0] }
      guard let isDesirable = label.boolValue ?? number else {
        throw RLHFError(.invalidData, "'label' is \(label.kind); expected true or false.")
      }
      return (isDesirable ? 1 : 0, .desirability)
    }
    guard let number = value("rating")?.doubleValue else {
      throw RLHFError(
        .invalidData, "'rating' is \(value("rating")?.kind ?? "missing"); expected a number.")
    }
    guard let scale = value("scale") else { return (number, .five) }
    guard let ends = scale.arrayValue?.compactMap(\.doubleValue), ends.count == 2 else {
      throw RLHFError(
        .invalidData, "'scale' is \(scale.kind); expected the lowest and the highest value.")
    }
    return (number, try RatingScale(lowest: ends[0], highest: ends[1]))
  }

  private func value(_ key: String) -> JSONValue? {
    fields[key].flatMap { $0.isNull ? nil : $0 }
  }
}
