/// One turn of a conversation.
public struct ChatMessage: Codable, Sendable, Hashable {
  /// Who speaks.
  public enum Role: String, Codable, Sendable, Hashable {
    /// Instructions to the assistant.
    case system
    /// The person.
    case user
    /// The assistant.
    case assistant
  }

  /// Who speaks.
  public var role: Role
  /// What is said.
  public var content: String

  /// Creates a turn.
  public init(role: Role, content: String) {
    self.role = role
    self.content = content
  }
}

/// A conversation up to the point where the assistant should reply.
public struct ChatPrompt: Codable, Sendable, Hashable {
  /// The turns so far; the last one is the person's.
  public var messages: [ChatMessage]
  /// What a correct reply states, where it is known: each entry must occur in it, in one of the
  /// forms separated by `|`.
  ///
  /// Scripted raters and judges read it; models do not.
  public var facts: [String]?

  /// Creates a prompt from turns.
  public init(messages: [ChatMessage], facts: [String]? = nil) {
    self.messages = messages
    self.facts = facts
  }

  /// Creates a prompt from a single question.
  public init(_ question: String, facts: [String]? = nil) {
    self.init(messages: [ChatMessage(role: .user, content: question)], facts: facts)
  }
}

/// What the assistant replies.
public struct ChatReply: Codable, Sendable, Hashable {
  /// The words of the reply.
  public var text: String

  /// Creates a reply.
  public init(_ text: String) {
    self.text = text
  }

  /// Decodes the value.
  public init(from decoder: any Decoder) throws {
    text = try decoder.singleValueContainer().decode(String.self)
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
