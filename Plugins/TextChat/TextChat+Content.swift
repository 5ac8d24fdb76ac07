import Foundation
public import RLHF

extension TextChat {
  /// The turns of the conversation.
  public func content(of prompt: ChatPrompt, addMedia: AddMedia) throws -> [ContentBlock] {
    prompt.messages.map { .turn(role: $0.role.rawValue, text: $0.content) }
  }

  /// The words of the reply, with the marks of Markdown.
  public func content(of artifact: ChatReply, addMedia: AddMedia) throws -> [ContentBlock] {
    [.markdown(artifact.text)]
  }

  /// A reply of these words.
  public func artifact(fromText text: String, for prompt: ChatPrompt) throws -> ChatReply? {
    let words = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !words.isEmpty else {
      throw RLHFError(.invalidData, "The reply is empty; expected at least one word.")
    }
    return ChatReply(words)
  }
}
