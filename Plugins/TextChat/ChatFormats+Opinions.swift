import RLHF

extension ChatLine {
  /// A ranking of completions, or a completion with a label or a rating (``OpinionLine``); `nil` for other records.
  func opinion() throws -> FeedbackRecord<ChatPrompt, ChatReply>? {
    guard has("completions") || (has("completion") && (has("label") || has("rating"))) else {
      return nil
    }
    let prompt = try prompt()
    return try OpinionLine(members).record(of: prompt) { value in
      let part = ChatLine(members: ["completion": value])
      return try reply(part.content("completion"), "completion", after: prompt.messages)
    }
  }
}
