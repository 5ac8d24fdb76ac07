import RLHF

/// One line of chat data.
struct ChatLine {
  let members: [String: JSONValue]

  /// The names of the members, for messages; nothing of their content.
  var keys: String {
    let names = members.keys.sorted().map { "'\($0.prefix(40))'" }
    guard !names.isEmpty else { return "of an empty object" }
    return names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
  }

  func has(_ key: String) -> Bool { members[key].map { !$0.isNull } ?? false }

  func conversation(
    _ key: String, _ turns: DemonstrationTurns
  ) throws -> [FeedbackRecord<ChatPrompt, ChatReply>] {
    let messages = try content(key).messages
    let replies = messages.indices.filter { index in
      messages[index].role == .assistant && !messages[index].content.isEmpty
        && messages[..<index].contains { $0.role == .user && !$0.content.isEmpty }
        && (messages[index - 1].role != .assistant || messages[index - 1].content.isEmpty)
    }
    guard let last = replies.last else {
      throw UnusableRecord(
        "the conversation has no turn in which the assistant replies to a person")
    }
    return try (turns == .every ? replies : [last]).map { index in
      .demonstration(
        Demonstration(
          prompt: try chatPrompt(Array(messages[..<index])),
          artifact: ChatReply(messages[index].content)))
    }
  }

  func completion() throws -> Demonstration<ChatPrompt, ChatReply> {
    let prompt = try prompt()
    let reply = try reply(content("completion"), "completion", after: prompt.messages)
    return Demonstration(prompt: prompt, artifact: reply)
  }

  func instruction() throws -> Demonstration<ChatPrompt, ChatReply> {
    let (instruction, input) = (try string("instruction"), try string("input", isOptional: true))
    let question = input.isEmpty ? instruction : "\(instruction)\n\n\(input)"
    let reply = try string("output")
    guard !reply.isEmpty else { throw UnusableRecord.emptyReply }
    return Demonstration(prompt: try chatPrompt(question: question), artifact: ChatReply(reply))
  }

  func prompt() throws -> ChatPrompt {
    switch try content("prompt") {
    case .characters(let question):
      guard let transcript = Transcript(question) else { return try chatPrompt(question: question) }
      return try chatPrompt(transcript.openTurns)
    case .messages(let messages): return try chatPrompt(messages)
    }
  }

  /// The first question of a benchmark with several: the later ones refer to replies that are not there.
  func firstTurn() throws -> ChatPrompt {
    guard let question = members["turns"]?[0]?.stringValue else {
      throw RLHFError(
        .invalidData, "'turns' is not a list of strings; expected the turns of a person.")
    }
    return try chatPrompt(question: question.trimmed)
  }

  // MARK: - Parts

  /// A prompt that ends with a turn of the person's; empty turns of the assistant at its end are a place to reply.
  func chatPrompt(_ messages: [ChatMessage]) throws -> ChatPrompt {
    var messages = messages
    while let last = messages.last, last.role == .assistant, last.content.isEmpty {
      messages.removeLast()
    }
    guard messages.contains(where: { $0.role == .user && !$0.content.isEmpty }) else {
      throw UnusableRecord.emptyPrompt
    }
    guard messages.last?.role != .assistant else {
      throw UnusableRecord("the prompt ends with a turn of the assistant")
    }
    return ChatPrompt(messages: messages, facts: try facts())
  }

  func chatPrompt(question: String) throws -> ChatPrompt {
    guard !question.isEmpty else { throw UnusableRecord.emptyPrompt }
    var messages = [ChatMessage(role: .user, content: question)]
    let system = try string("system", isOptional: true)
    if !system.isEmpty { messages.insert(ChatMessage(role: .system, content: system), at: 0) }
    return ChatPrompt(messages: messages, facts: try facts())
  }

  /// The reply in a completion, which as a list of messages may repeat the prompt before it.
  func reply(
    _ content: Content, _ key: String, after prompt: [ChatMessage]
  ) throws -> ChatReply {
    let reply: String
    switch content {
    case .characters(let characters): reply = characters
    case .messages(let messages):
      guard let last = messages.last, last.role == .assistant else {
        throw UnusableRecord("'\(key)' does not end with a turn of the assistant")
      }
      let before = Array(messages.dropLast())
      guard before.isEmpty || before == prompt || before == prompt.filter({ $0.role != .system })
      else { throw UnusableRecord("'\(key)' holds more than one turn after the prompt") }
      reply = last.content
    }
    guard !reply.isEmpty else { throw UnusableRecord.emptyReply }
    return ChatReply(reply)
  }

  func margin() throws -> Double {
    guard has("margin") else { return 0 }
    guard let margin = members["margin"]?.doubleValue else { throw wrongKind("margin", "a number") }
    guard margin >= 0 else { throw UnusableRecord("the margin is negative") }
    return margin
  }

  private func facts() throws -> [String]? {
    guard has("facts") else { return nil }
    let facts = members["facts"]?.arrayValue?.map(\.stringValue)
    guard let facts, !facts.contains(nil) else { throw wrongKind("facts", "a list of strings") }
    return facts.compactMap { $0 }
  }

  private func string(_ key: String, isOptional: Bool = false) throws -> String {
    if isOptional, !has(key) { return "" }
    guard let value = members[key]?.stringValue else { throw wrongKind(key, "a string") }
    return value.trimmed
  }

  func wrongKind(_ key: String, _ expected: String) -> RLHFError {
    let found = members[key].map { "is \($0.kind)" } ?? "is missing"
    return RLHFError(.invalidData, "'\(key)' \(found); expected \(expected).")
  }
}

extension UnusableRecord {
  static let emptyPrompt = UnusableRecord("the prompt is empty")
  static let emptyReply = UnusableRecord("a reply is empty")
  static let equalSides = UnusableRecord("the two sides are equal")
}

extension String {
  /// The string without white space at its ends.
  var trimmed: String {
    guard let first = unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(unicodeScalars[first...last])
  }
}
