import Foundation
public import RLHFCore

/// A program that rates replies as a patient visitor might: correct first, then friendly, then well put.
///
/// It stands in for people in the demo and in tests, and its name says so. Each reply gets a utility; the better
/// one wins with the probability that the Bradley–Terry model gives to the difference, some judgments are ties
/// and some are careless.
///
/// | part | what counts |
/// | --- | --- |
/// | correctness | every fact of the prompt is stated; a number or weekday that nobody mentioned is a mistake |
/// | friendliness | a greeting, an offer or wish, a remark beside the answer, the answer as a whole sentence |
/// | naturalness | no repetition, end marks and capitals, known words, neither bare nor rambling |
public struct ScriptedChatRater: Rater {
  /// How consistently the rater judges.
  public struct Options: Sendable, Hashable {
    /// How far utilities must differ to be told apart; 0 judges without noise.
    public var temperature = 0.5
    /// The share of judgments that are drawn without looking.
    public var carelessness = 0.03
    /// Replies whose utilities differ by less than this are a tie.
    public var tieMargin = 0.15

    /// Creates the options of an attentive rater.
    public init() {}
  }

  /// What a reply is worth, part by part.
  public struct Utility: Sendable, Hashable {
    /// How correct the reply is.
    public var correctness: Double
    /// How friendly it is.
    public var friendliness: Double
    /// How well it is put.
    public var naturalness: Double
    /// The sum: what is compared.
    public var total: Double { correctness + friendliness + naturalness }
  }

  /// The name under which the judgments are kept.
  public let id = "scripted-friendliness"
  /// How consistently the rater judges.
  public let options: Options
  let vocabulary: Set<String>

  /// Creates a rater; words outside a non-empty `vocabulary` count as mistakes.
  public init(options: Options = Options(), vocabulary: Set<String> = []) {
    self.options = options
    self.vocabulary = vocabulary
  }

  /// Judges each comparison, in order.
  public func judge(
    _ comparisons: [Comparison<ChatPrompt, ChatReply>], seed: Seed
  ) async throws -> [Judgment] {
    comparisons.enumerated().map { index, comparison in
      var generator = seed.derived("scripted-friendliness", index).generator
      let difference =
        utility(of: comparison.first, to: comparison.prompt).total
        - utility(of: comparison.second, to: comparison.prompt).total
      return Judgment(verdict(for: difference, using: &generator))
    }
  }

  /// What `reply` is worth as an answer to `prompt`.
  public func utility(of reply: ChatReply, to prompt: ChatPrompt) -> Utility {
    let reading = ScriptedReading(reply.text)
    let facts = prompt.facts ?? []
    // Kind words do not make up for an answer that is missing or halved.
    let isAnswered = facts.allSatisfy { reading.states(fact: $0) }
    let manner = reading.words.isEmpty ? 0 : friendliness(of: reading, facts: facts)
    return Utility(
      correctness: correctness(of: reading, to: prompt, facts: facts),
      friendliness: isAnswered ? manner : manner / 4,
      naturalness: naturalness(of: reading))
  }

  private func verdict(for difference: Double, using generator: inout SeededGenerator) -> Verdict {
    let attention = generator.uniform()
    let coin = generator.uniform()
    if attention < options.carelessness { return coin < 0.5 ? .first : .second }
    if abs(difference) < options.tieMargin { return .tie }
    guard options.temperature > 0 else { return difference > 0 ? .first : .second }
    let probability = 1 / (1 + exp(-difference / options.temperature))
    return coin < probability ? .first : .second
  }
}
