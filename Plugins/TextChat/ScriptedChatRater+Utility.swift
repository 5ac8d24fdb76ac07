import Foundation

/// Words that show a helpful mood at the start of a reply.
private let greetings = [
  "happy to help", "of course", "with pleasure", "good question", "gladly", "hello", "welcome",
  "thanks for asking", "certainly", "glad you ask", "good news", "my pleasure", "a pleasure",
  "good morning", "good evening", "sure",
]

/// Words that offer more, or wish well.
private let offers = [
  "enjoy", "have a", "have fun", "anything else", "let me know", "just ask", "we hope", "do ask",
  "come back", "see you", "ask me", "happy to tell you", "what can i do",
]

/// Words that make an answer a sentence.
private let verbs: Set<String> = [
  "is", "are", "be", "was", "were", "will", "can", "opens", "open", "closes", "costs", "cost",
  "leaves", "takes", "take", "starts", "begins", "pay", "pays", "find", "found", "expect", "need",
  "walk", "visit", "meet", "come", "see", "stay",
]

private let weekdays: Set<String> = [
  "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
]

extension ScriptedChatRater {
  /// 2 where every fact is stated, less 2 for each claim that nobody made before; down to -4.
  func correctness(
    of reply: ScriptedReading, to prompt: ChatPrompt, facts: [String]
  ) -> Double {
    guard !facts.isEmpty else { return 0 }
    let stated = facts.count { reply.states(fact: $0) }
    let known = prompt.messages.map(\.content) + facts.flatMap(ScriptedReading.forms)
    let knownWords = Set(known.flatMap { ScriptedReading.words(of: $0) })
    let claims = Set(reply.numbers).union(weekdays.intersection(reply.words))
    let mistakes = min(claims.subtracting(knownWords).count, 2)
    let share = Double(stated) / Double(facts.count)
    return 2 * (2 * share - 1) - 2 * Double(mistakes) - (reply.words.isEmpty ? 2 : 0)
  }

  /// Up to 1 for a greeting, 0.6 for an offer or wish, 1.2 for a remark, 0.5 for a whole sentence.
  func friendliness(of reply: ScriptedReading, facts: [String]) -> Double {
    let isGreeting = reply.sentences.map { Self.holds($0, oneOf: greetings) && $0.count <= 6 }
    let isOffer = reply.sentences.map { Self.holds($0, oneOf: offers) }
    let isAnswer = reply.sentences.map { sentence in
      facts.contains { fact in
        ScriptedReading.forms(of: fact).contains {
          ScriptedReading.occurs(ScriptedReading.words(of: $0), in: sentence)
        }
      }
    }
    var total = isGreeting.contains(true) ? 1.0 : 0
    if isOffer.contains(true) { total += 0.6 }
    let remarks = reply.sentences.indices.count { index in
      !isGreeting[index] && !isOffer[index] && !isAnswer[index]
        && Set(reply.sentences[index]).count >= 4
    }
    total += remarks > 0 ? 1.2 : 0
    let isSentence = reply.sentences.indices.contains { index in
      (isAnswer[index] || facts.isEmpty) && reply.sentences[index].count >= 3
        && !verbs.isDisjoint(with: reply.sentences[index])
    }
    return total + (isSentence ? 0.5 : 0)
  }

  /// 0 for a reply that is well put, less for each thing that is not.
  func naturalness(of reply: ScriptedReading) -> Double {
    let count = Double(reply.words.count)
    var total = 0.0
    if !reply.endsProperly { total -= 1.5 }
    total -= 0.5 * Double(min(reply.uncapitalized, 2))
    total -= 1.5 * Double(reply.sentences.count - Set(reply.sentences).count)
    total -= 4 * ScriptedReading.repeatedShare(of: reply.words, length: 3)
    total -= 0.4 * Double(zip(reply.words, reply.words.dropFirst()).count { $0 == $1 })
    total -= 0.5 * Double(max(0, reply.sentences.count { Self.holds($0, oneOf: greetings) } - 1))
    total -= 0.5 * Double(max(0, reply.sentences.count { Self.holds($0, oneOf: offers) } - 1))
    if count < 4 { total -= 0.5 }
    total -= 0.1 * max(0, count - 36)
    total -= 0.3 * Double(max(0, reply.sentences.count - 4))
    total -= 0.7 * Double(min(unknownWords(in: reply), 4))
    return max(total, -6)
  }

  private func unknownWords(in reply: ScriptedReading) -> Int {
    guard !vocabulary.isEmpty else { return 0 }
    return reply.words.count { word in
      !vocabulary.contains(word) && !word.contains { $0.isNumber }
    }
  }

  private static func holds(_ sentence: [String], oneOf phrases: [String]) -> Bool {
    phrases.contains { ScriptedReading.occurs(ScriptedReading.words(of: $0), in: sentence) }
  }
}
