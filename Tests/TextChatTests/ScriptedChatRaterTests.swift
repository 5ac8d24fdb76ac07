import Foundation
import RLHFCore
import Testing
import TextChat

/// A better and a worse reply to a question, and why.
struct RatedCase: Sendable, CustomTestStringConvertible {
  var why: String
  var better: String
  var worse: String
  var prompt = museum
  var testDescription: String { why }

  static let museum = ChatPrompt(
    "When is the museum open?", facts: ["10:00", "17:00"])
  static let ferry = ChatPrompt(
    "What does the ferry to Gull Island cost?", facts: ["8 euros|€8|8 €"])

  /// Cases on which every sensible reader agrees.
  static let clear = [
    RatedCase(
      why: "a friendly answer beats a bare one",
      better: "Happy to help! The museum is open from 10:00 to 17:00. It is quietest before noon.",
      worse: "10:00 to 17:00."),
    RatedCase(
      why: "a bare correct answer beats a friendly wrong one",
      better: "10:00 to 17:00.",
      worse: "Happy to help! The museum is open from 9:00 to 19:00. It is quietest before noon."),
    RatedCase(
      why: "half of the answer is not the answer",
      better: "10:00 to 17:00.",
      worse: "Of course! The museum opens at 10:00. It is quietest before noon. Have a lovely day!"),
    RatedCase(
      why: "no answer at all, however kind, loses",
      better: "8 euros.",
      worse: "Happy to help! Have a lovely day! Enjoy your stay in Windholm!", prompt: ferry),
    RatedCase(
      why: "the same greeting again and again loses",
      better: "Happy to help! The ferry to Gull Island costs 8 euros.",
      worse: "Happy to help! Happy to help! Happy to help! The ferry to Gull Island costs 8 euros. "
        + "Happy to help! Happy to help!", prompt: ferry),
    RatedCase(
      why: "listing every price is no answer",
      better: "8 euros.",
      worse: "Happy to help! It costs 5 euros, 6 euros, 8 euros, 9 euros, 10 euros or 12 euros.",
      prompt: ferry),
    RatedCase(
      why: "a heap of kind words is not a reply",
      better: "The ferry to Gull Island costs 8 euros.",
      worse:
        "Happy welcome lovely wonderful glad 8 euros enjoy pleasure hello thanks please fun good "
        + "welcome happy lovely wonderful glad enjoy pleasure", prompt: ferry),
    RatedCase(
      why: "a sentence is better than a sentence cut off",
      better:
        "Of course! The ferry to Gull Island costs 8 euros. The sunset on the way is beautiful.",
      worse: "Of course! The ferry to Gull Island costs 8 euros. The sunset on the", prompt: ferry),
    RatedCase(
      why: "a loop loses",
      better: "8 euros.",
      worse:
        "The ferry costs 8 euros. You may see the you may see the you may see the you may see the "
        + "you may see the you may see the you may see the.", prompt: ferry),
    RatedCase(
      why: "rambling loses against a friendly answer",
      better: "Gladly! The ferry to Gull Island costs 8 euros. Have a lovely day!",
      worse:
        "Gladly! The ferry to Gull Island costs 8 euros. There is a small café right at the landing. "
        + "The sunset on the way back is beautiful. Sit on the left side, and you may see seals. Bring "
        + "your lunch and a warm jacket and good boots and a hat and a map and something to read. The "
        + "gardeners are happy to answer your questions. The band likes it when people dance. Have fun!",
      prompt: ferry),
    RatedCase(why: "anything beats nothing", better: "8 euros.", worse: "", prompt: ferry),
  ]
}

@Suite struct ScriptedChatRaterTests {
  let rater = ScriptedChatRater()

  @Test(arguments: RatedCase.clear)
  func ordersClearCases(_ rated: RatedCase) {
    let better = rater.utility(of: ChatReply(rated.better), to: rated.prompt)
    let worse = rater.utility(of: ChatReply(rated.worse), to: rated.prompt)
    #expect(better.total > worse.total + 0.3, "\(better) against \(worse)")
  }

  @Test(arguments: [
    ("€8.", 2.0), ("It costs 8 €.", 2.0), ("It costs 18 euros.", -4.0),
    ("It costs 8.50 euros.", -4.0),
    ("8 euros on Monday.", 0.0), ("8 euros, and 9 on Friday.", -2.0), ("Free.", -2.0),
  ])
  func readsFactsInAnyOfTheirForms(_ reply: String, _ correctness: Double) {
    #expect(rater.utility(of: ChatReply(reply), to: RatedCase.ferry).correctness == correctness)
  }

  @Test func timesAreWholeWords() {
    let prompt = ChatPrompt("When does it open?", facts: ["9:00"])
    #expect(rater.utility(of: ChatReply("At 9:00."), to: prompt).correctness == 2)
    #expect(rater.utility(of: ChatReply("At 19:00."), to: prompt).correctness == -4)
  }

  @Test func promptsWithoutFactsAreRatedByManner() {
    let prompt = ChatPrompt("Hello!")
    let warm = ChatReply("Hello and welcome to Windholm! What can I do for you today?")
    #expect(
      rater.utility(of: warm, to: prompt).total
        > rater.utility(of: ChatReply("Hi."), to: prompt).total)
  }

  @Test func wordsOutsideTheVocabularyCountAsMistakes() {
    let strict = ScriptedChatRater(vocabulary: ["it", "costs", "euros"])
    let garbled = ChatReply("It cosest the 8 euros.")
    #expect(strict.utility(of: garbled, to: RatedCase.ferry).naturalness == -1.4)
    #expect(rater.utility(of: garbled, to: RatedCase.ferry).naturalness == 0)
  }

  @Test func noiseFollowsTheOptionsAndTheSeed() async throws {
    let rated = RatedCase.clear[0]
    let comparison = Comparison(
      prompt: rated.prompt, first: ChatReply(rated.better), second: ChatReply(rated.worse))
    let comparisons = Array(repeating: comparison, count: 4000)
    func firsts(_ options: ScriptedChatRater.Options) async throws -> Int {
      try await ScriptedChatRater(options: options).judge(comparisons, seed: 3)
        .count { $0.verdict == .first }
    }
    var options = ScriptedChatRater.Options()
    (options.temperature, options.carelessness) = (0, 0)
    #expect(try await firsts(options) == 4000)
    options.carelessness = 1
    #expect(abs(try await firsts(options) - 2000) < 160)
    (options.temperature, options.carelessness) = (2, 0)
    let difference =
      rater.utility(of: comparison.first, to: rated.prompt).total
      - rater.utility(of: comparison.second, to: rated.prompt).total
    let expected = 4000 / (1 + exp(-difference / 2))
    #expect(abs(Double(try await firsts(options)) - expected) < 130)
    let again = try await rater.judge(comparisons, seed: 3)
    #expect(try await rater.judge(comparisons, seed: 3) == again)
    #expect(try await rater.judge(comparisons, seed: 4) != again)
  }

  @Test func equalRepliesAreATie() async throws {
    var options = ScriptedChatRater.Options()
    options.carelessness = 0
    let reply = ChatReply("8 euros.")
    let comparison = Comparison(prompt: RatedCase.ferry, first: reply, second: reply)
    let judgments = try await ScriptedChatRater(options: options).judge([comparison], seed: 0)
    #expect(judgments == [Judgment(.tie)])
  }
}
