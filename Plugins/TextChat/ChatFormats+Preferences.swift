import RLHF

extension ChatLine {
  func preference() throws -> PreferencePair<ChatPrompt, ChatReply> {
    for key in ["chosen", "rejected"] where !has(key) {
      throw RLHFError(
        .invalidData, "found the keys \(keys), but no '\(key)'; expected 'chosen' and 'rejected'.")
    }
    let (chosen, rejected) = (try content("chosen"), try content("rejected"))
    let pair =
      has("prompt")
      ? try explicit(prompt(), chosen, rejected) : try implicit(chosen, rejected)
    guard pair.chosen.text.utf8.elementsEqual(pair.rejected.text.utf8) == false else {
      throw UnusableRecord.equalSides
    }
    return pair
  }

  private func explicit(
    _ prompt: ChatPrompt, _ chosen: Content, _ rejected: Content
  ) throws -> PreferencePair<ChatPrompt, ChatReply> {
    PreferencePair(
      prompt: prompt, chosen: try reply(chosen, "chosen", after: prompt.messages),
      rejected: try reply(rejected, "rejected", after: prompt.messages), margin: try margin())
  }

  private func implicit(
    _ chosen: Content, _ rejected: Content
  ) throws -> PreferencePair<ChatPrompt, ChatReply> {
    switch (chosen, rejected) {
    case (.messages(let chosen), .messages(let rejected)):
      return try pair(chosen, rejected)
    case (.characters(let chosen), .characters(let rejected)):
      switch (Transcript(chosen), Transcript(rejected)) {
      case (let chosen?, let rejected?): return try pair(chosen.turns, rejected.turns)
      case (nil, nil): return try pair(chosen, rejected)
      default: break
      }
    default: break
    }
    throw RLHFError(
      .invalidData,
      "'chosen' and 'rejected' have different forms; expected the same form on both sides.")
  }

  /// Two conversations that differ in the last turn.
  private func pair(
    _ chosen: [ChatMessage], _ rejected: [ChatMessage]
  ) throws -> PreferencePair<ChatPrompt, ChatReply> {
    guard let preferred = chosen.last, let other = rejected.last, preferred.role == .assistant,
      other.role == .assistant
    else { throw UnusableRecord("a side does not end with a turn of the assistant") }
    guard chosen.dropLast() == rejected.dropLast() else {
      throw UnusableRecord("the sides differ before the last turn")
    }
    guard !preferred.content.isEmpty, !other.content.isEmpty else {
      throw UnusableRecord.emptyReply
    }
    return PreferencePair(
      prompt: try chatPrompt(Array(chosen.dropLast())), chosen: ChatReply(preferred.content),
      rejected: ChatReply(other.content), margin: try margin())
  }

  /// Two strings that begin alike: the common beginning, up to the end of a word, is the prompt.
  private func pair(
    _ chosen: String, _ rejected: String
  ) throws -> PreferencePair<ChatPrompt, ChatReply> {
    if chosen.utf8.elementsEqual(rejected.utf8) { throw UnusableRecord.equalSides }
    let left = chosen.unicodeScalars
    let right = rejected.unicodeScalars
    var shared = zip(left, right).prefix { $0 == $1 }.map { $0.0 }
    while let last = shared.last, !last.properties.isWhitespace { shared.removeLast() }
    let prompt = String(String.UnicodeScalarView(shared)).trimmed
    guard !prompt.isEmpty else { throw UnusableRecord("the sides have no prompt in common") }
    let replies = [left, right].map { String($0.dropFirst(shared.count)).trimmed }
    guard !replies.contains("") else { throw UnusableRecord.emptyReply }
    return PreferencePair(
      prompt: try chatPrompt(question: prompt), chosen: ChatReply(replies[0]),
      rejected: ChatReply(replies[1]), margin: try margin())
  }
}
