import KnowledgeBaseSample
import RLHFCore
import Testing
import TextChat

@Suite struct ScriptedHeldOutJudgeTests {
  // Made once: the judge reads all demonstrations.
  private static let shared = Result {
    let corpus = try KnowledgeCorpus(folder: KnowledgeBaseSample.folder)
    return (corpus, corpus.heldOutJudge())
  }
  let judge: HeldOutChatJudge
  let corpus: KnowledgeCorpus

  init() throws { (corpus, judge) = try Self.shared.get() }

  @Test(arguments: RatedCase.clear)
  func ordersClearCases(_ rated: RatedCase) {
    let better = judge.score(of: ChatReply(rated.better), to: rated.prompt)
    let worse = judge.score(of: ChatReply(rated.worse), to: rated.prompt)
    #expect(better > worse + 0.1)
  }

  @Test func factsOfSomethingElseAreMistakes() {
    let prompt = ChatPrompt("Where is the museum?", facts: ["Anchor Street"])
    let right = judge.score(of: ChatReply("The museum is on Anchor Street."), to: prompt)
    let both = judge.score(of: ChatReply("The museum is on Anchor Street, Mill Lane."), to: prompt)
    #expect(right > both + 2)
  }

  @Test func otherFactsOfTheSameThingAreRemarks() {
    let prompt = ChatPrompt("When does the museum open?", facts: ["10:00"])
    let bare = judge.score(of: ChatReply("The museum opens at 10:00."), to: prompt)
    let more = judge.score(
      of: ChatReply("The museum opens at 10:00 and is closed on Monday."), to: prompt)
    #expect(more > bare)
  }

  @Test func garbledWordsReadBadly() {
    let prompt = RatedCase.museum
    let good = ChatReply(
      "Hello! The museum is open from 10:00 to 17:00. It is quietest before noon.")
    let bad = ChatReply(
      "Hello! The museum seope is from 10:00 ed 17:00. Youelt qui the before tnoon.")
    #expect(judge.score(of: good, to: prompt) > judge.score(of: bad, to: prompt) + 0.3)
  }

  @Test(arguments: [
    (
      "When does the sauna close?", "22:00", "The sauna closes at 22:00.",
      "Of course! The sauna closes at 22:00. After the heat you can jump straight into the sea."
    ),
    (
      "How do I get to the fish market?", "Net Street", "You find the fish market on Net Street.",
      "Hello and welcome! The fish market is on Net Street. It pays to be quick there."
    ),
    (
      "How early can I go to the lost property office?", "8:30",
      "The lost property office opens at 8:30.",
      "Hello! You can come to the lost property office from 8:30. Most things find their owners."
    ),
  ])
  func aKindReplyBeatsABareOne(question: String, fact: String, bare: String, kind: String) {
    let prompt = ChatPrompt(question, facts: [fact])
    let scores = [kind, bare].map { judge.score(of: ChatReply($0), to: prompt) }
    #expect(scores[0] > scores[1], "\(scores)")
  }

  @Test func demonstrationsReadFluently() {
    let rater = corpus.rater()
    let correct = corpus.demonstrations.filter { $0.prompt.facts?.isEmpty == false }
    let poor = correct.filter { judge.score(of: $0.artifact, to: $0.prompt) <= 2 }
    #expect(poor.isEmpty, "\(poor.count): \(poor.prefix(3))")
    #expect(
      correct.allSatisfy { rater.utility(of: $0.artifact, to: $0.prompt).correctness == 2 })
  }

  @Test func theSameComparisonGetsTheSameVerdictEitherWayRound() async throws {
    let comparisons = RatedCase.clear.map {
      Comparison(prompt: $0.prompt, first: ChatReply($0.better), second: ChatReply($0.worse))
    }
    let turned = comparisons.map {
      Comparison(prompt: $0.prompt, first: $0.second, second: $0.first)
    }
    #expect(try await judge.judge(comparisons, seed: 1).allSatisfy { $0.verdict == .first })
    #expect(try await judge.judge(turned, seed: 2).allSatisfy { $0.verdict == .second })
  }

  @Test func isAnotherFunctionThanTheRater() throws {
    var options = ScriptedChatRater.Options()
    options.temperature = 0
    let rater = corpus.rater(options: options)
    let replies = corpus.demonstrations.filter { $0.prompt.facts?.isEmpty == false }
    var (agreeing, count) = (0, 0)
    for (first, second) in zip(replies, replies.dropFirst()) {
      // A reply to another prompt stands for a mistake; each pair is judged for the first prompt.
      let utilities = [first, second].map { rater.utility(of: $0.artifact, to: first.prompt).total }
      let scores = [first, second].map { judge.score(of: $0.artifact, to: first.prompt) }
      agreeing += (utilities[0] > utilities[1]) == (scores[0] > scores[1]) ? 1 : 0
      count += 1
    }
    let agreement = Double(agreeing) / Double(count)
    #expect(agreement > 0.8)
  }
}
