import Foundation
public import RLHFCore

/// A second opinion that training never sees: it compares a trained policy's replies with an earlier one's.
///
/// It is written on other principles than ``ScriptedChatRater``, so that a policy that only learned the rater's
/// weaknesses does not win here. It looks facts up in the knowledge base instead of checking numbers, reads
/// fluency from a model of well-written replies instead of counting mistakes, and instead of looking for phrases
/// and counting sentences weighs how much a reply says to the reader and about the matter, with diminishing
/// returns. It is deterministic.
public struct HeldOutChatJudge: Rater {
  /// The name under which the judgments are kept.
  public let id = "scripted-held-out-judge"
  private let knowledge: KnowledgeBase
  private let fluency: ScriptedFluency

  /// Creates a judge that knows what is true, and from `references` how good replies read.
  public init(knowledge: KnowledgeBase = KnowledgeBase(), references: [String] = []) {
    self.knowledge = knowledge
    fluency = ScriptedFluency(texts: references)
  }

  /// Judges each comparison, in order.
  public func judge(
    _ comparisons: [Comparison<ChatPrompt, ChatReply>], seed: Seed
  ) async throws -> [Judgment] {
    comparisons.map { comparison in
      let first = score(of: comparison.first, to: comparison.prompt)
      let second = score(of: comparison.second, to: comparison.prompt)
      if abs(first - second) < 0.1 { return Judgment(.tie) }
      return Judgment(first > second ? .first : .second)
    }
  }

  /// How good `reply` is as an answer to `prompt`; higher is better.
  ///
  /// A correct reply gets 3, a wrong one loses most of what its manner earned.
  public func score(of reply: ChatReply, to prompt: ChatPrompt) -> Double {
    let reading = ScriptedReading(reply.text)
    guard !reading.words.isEmpty else { return -3 }
    let question = ScriptedReading(prompt.messages.last { $0.role == .user }?.content ?? "")
    let manner =
      warmth(of: reading) + substance(of: reading, beyond: question, facts: prompt.facts ?? [])
    let form = 3 * fluency.excess(of: reply.text) + monotony(of: reading)
    guard isCorrect(reading, to: question, facts: prompt.facts ?? []) else {
      return 0.25 * manner - form
    }
    return 3 + manner - form
  }

  /// Whether every fact is stated, and nothing that belongs to something else.
  func isCorrect(
    _ reply: ScriptedReading, to question: ScriptedReading, facts: [String]
  ) -> Bool {
    guard facts.allSatisfy(reply.states(fact:)) else { return false }
    let own = knowledge.facts(about: question).map(\.value) + facts
    let known = Set(own.flatMap { ScriptedReading.words(of: $0) }).union(question.words)
    return reply.numbers.allSatisfy(known.contains)
      && knowledge.misattributions(in: reply, to: question).isEmpty
  }

  /// How much the reply turns to its reader: distinct warm words, each further one counting less; at most 1.5.
  func warmth(of reply: ScriptedReading) -> Double {
    let warm = Set(reply.words).intersection(Self.warmWords).count
    return min(1.5, 0.9 * log(1 + Double(warm)))
  }

  /// How much the reply says beside question and facts: distinct words of some length; at most 1.5.
  func substance(
    of reply: ScriptedReading, beyond question: ScriptedReading, facts: [String]
  ) -> Double {
    let given = Set(facts.flatMap { ScriptedReading.words(of: $0) }).union(question.words)
    let own = Set(reply.words).subtracting(given).subtracting(Self.warmWords)
      .filter { $0.count > 3 && $0.contains { $0.isLetter } }
    let echoed = Set(reply.words).intersection(question.words).filter { $0.count > 3 }
    return min(1, 0.2 * Double(own.count)) + min(0.5, 0.25 * Double(echoed.count))
  }

  /// What a reply loses for going on, for saying things again, and for being made of warm words only.
  func monotony(of reply: ScriptedReading) -> Double {
    let count = Double(reply.words.count)
    let distinct = Double(Set(reply.words).count) / count
    let expected = count < 12 ? 0.8 : 0.68
    let warmShare = Double(reply.words.count { Self.warmWords.contains($0) }) / count
    let shouts = reply.text.count { $0 == "!" }
    return 6 * max(0, expected - distinct)
      + 5 * ScriptedReading.repeatedShare(of: reply.words, length: 2)
      + (count > 5 ? 6 * max(0, warmShare - 0.4) : 0)
      + 0.4 * Double(max(0, shouts - 3)) + 0.12 * max(0, count - 42)
      + (reply.endsProperly ? 0 : 0.8)
  }

  private static let warmWords: Set<String> = [
    "you", "your", "yourself", "we", "our", "us", "i", "welcome", "glad", "gladly", "happy",
    "happily", "pleasure", "pleased", "enjoy", "enjoyable", "lovely", "wonderful", "beautiful",
    "nice", "thank", "thanks", "please", "hello", "hi", "hope", "wish", "help", "fun", "good",
    "great", "best", "perfect", "favourite", "dear", "friendly", "kind", "kindly", "course",
    "certainly", "cosy", "delightful", "warm", "charming", "fine", "try", "may",
  ]
}
