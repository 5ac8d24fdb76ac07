import RLHF
import Templates
import Tokenizers

/// Conversations in the format of a model's own chat template.
///
/// The tokens of a conversation are those of the rendered text as a whole, as `apply_chat_template` gives them. Which
/// of them the assistant wrote is read off `generation` blocks where the template has them; else off the texts
/// that the conversation's beginnings are rendered to.
struct ChatRendering: Sendable {
  /// The tokens that end a reply.
  let stopTokens: [Int]
  private let template: ChatTemplate
  private let tokenizer: any Tokenizer
  /// What the template puts between a prompt and the words of a reply, and behind these up to the token that ends it.
  private let margins: (before: String, after: String)
  /// Whether the template itself ends a reply with a token that stops.
  private let endsReplies: Bool

  /// Learns from a small conversation how `template` treats replies; `endTokens` are those that the model directory
  /// says end a text.
  init(template: ChatTemplate, tokenizer: any Tokenizer, endTokens: [Int]) throws {
    self.template = template
    self.tokenizer = tokenizer
    let question = ChatMessage(role: .user, content: "question")
    let word = "qzAnswerzq"
    let prompt = try Self.text([question], template, addsPrompt: true)
    let whole = try Self.text(
      [question, ChatMessage(role: .assistant, content: word)], template, addsPrompt: false)
    let rest = Array(whole.utf8).dropFirst(Self.sharedLength(prompt, whole))
    let parts = String(decoding: rest, as: UTF8.self).split(
      separator: word, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw RLHFError(
        .unsupported,
        "\(template.name) does not write what the assistant says; expected a template of conversations."
      )
    }
    let behind = tokenizer.encode(String(parts[1]), addSpecialTokens: false)
    let end = behind.firstIndex { id in
      endTokens.contains(id)
        || tokenizer.decode([id], skipSpecialTokens: true).isEmpty
          && !tokenizer.decode([id], skipSpecialTokens: false).isEmpty
    }
    endsReplies = end != nil
    margins = (
      String(parts[0]),
      end.map { tokenizer.decode(Array(behind[..<$0]), skipSpecialTokens: true) } ?? ""
    )
    var stops = end.map { [behind[$0]] } ?? []
    for token in endTokens where !stops.contains(token) { stops.append(token) }
    stopTokens = stops
    guard !stops.isEmpty else {
      throw RLHFError(
        .incompatibleModel,
        "\(template.name) ends a reply with no special token, and config.json has no eos_token_id: no token would end a reply."
      )
    }
  }

  // MARK: - Tokens

  /// The tokens of a prompt up to where the reply begins, at most `limit` of them: the earliest turns go first.
  func encode(_ prompt: ChatPrompt, limit: Int) throws -> [Int] {
    try fitting(prompt.messages, limit: limit).ids
  }

  /// A prompt with its reply; where the whole is cut, the earliest turns go first, and the end of the reply.
  func example(
    _ prompt: ChatPrompt, _ reply: ChatReply, promptLimit: Int, replyLimit: Int
  ) throws -> ChatExample {
    let messages =
      try fitting(prompt.messages, limit: promptLimit).messages
      + [ChatMessage(role: .assistant, content: reply.text)]
    let turns = try turns(of: messages)
    // The reply begins where sampling would, also where a `generation` block begins elsewhere.
    let opening = try Self.text(messages.dropLast(), template, addsPrompt: true)
    let start = index(of: Self.sharedLength(opening, turns.text), in: turns.text, turns.ids).token
    let end = max(turns.spans.last?.upperBound ?? start, start)
    var words = Array(turns.ids[start..<end])
    if !words.contains(where: stopTokens.contains) { words.append(stopTokens[0]) }
    let mask = turns.mask[..<start]
    return ChatExample(
      prompt: turns.ids[..<start].suffix(promptLimit), promptMask: mask.suffix(promptLimit),
      reply: Array(words.prefix(replyLimit)))
  }

  /// The words of a reply, with or without the token that ends it.
  func decode(_ tokens: [Int]) -> ChatReply {
    let text = tokenizer.decode(
      tokens.filter { !stopTokens.contains($0) }, skipSpecialTokens: true)
    var bytes = Array(text.utf8)[...]
    if bytes.starts(with: margins.before.utf8) {
      bytes = bytes.dropFirst(margins.before.utf8.count)
    }
    if bytes.reversed().starts(with: margins.after.utf8.reversed()) {
      bytes = bytes.dropLast(margins.after.utf8.count)
    }
    return ChatReply(String(decoding: bytes, as: UTF8.self))
  }

  /// The latest messages whose prompt has at most `limit` tokens, and these; of a last message that is too long, the
  /// end.
  private func fitting(
    _ messages: [ChatMessage], limit: Int
  ) throws -> (messages: [ChatMessage], ids: [Int]) {
    var messages = messages
    while true {
      let ids = tokens(of: try Self.text(messages, template, addsPrompt: true))
      if ids.count <= limit { return (messages, ids) }
      // A system message stays; a person's turn comes first, as many templates demand.
      let first = messages.first?.role == .system ? 1 : 0
      let next = messages.indices.dropFirst(first + 1).first { messages[$0].role == .user }
      guard let next else {
        if first == 1, messages.count > 1 {
          messages.removeFirst()
          continue
        }
        return (messages, ids.suffix(limit))
      }
      messages.removeSubrange(first..<next)
    }
  }

  private func tokens(of text: String) -> [Int] { tokenizer.encode(text, addSpecialTokens: false) }
}

// MARK: - Turns

extension ChatRendering {
  /// A conversation in tokens, and which of them each of the assistant's turns has.
  struct Turns {
    var text: String
    var ids: [Int]
    /// From the first word of a turn to the token that ends it.
    var spans: [Range<Int>]

    /// Whether the assistant wrote a token.
    var mask: [Bool] {
      var mask = Array(repeating: false, count: ids.count)
      for span in spans { mask.replaceSubrange(span, with: repeatElement(true, count: span.count)) }
      return mask
    }
  }

  /// The tokens of a whole conversation.
  func turns(of messages: [ChatMessage]) throws -> Turns {
    let values = Self.values(of: messages)
    guard !template.template.marksGenerations else { return try turns(of: values) }
    let text = try template.render(values).text
    let ids = tokens(of: text)
    let spans = try messages.indices.compactMap { place in
      messages[place].role == .assistant && place > 0
        ? try span(of: place, of: messages, in: text, ids) : nil
    }
    return Turns(text: text, ids: ids, spans: spans)
  }

  /// The tokens of a whole conversation in any form that the template takes, with the turns that `generation` blocks
  /// mark.
  func turns(
    of messages: [TemplateValue], _ options: ChatTemplate.Options = ChatTemplate.Options()
  ) throws -> Turns {
    let rendered = try template.render(messages, options)
    let ids = tokens(of: rendered.text)
    return Turns(
      text: rendered.text, ids: ids,
      spans: rendered.generations.filter { !$0.isEmpty }.map { bytes in
        let start = index(of: bytes.lowerBound, in: rendered.text, ids).token
        let end = index(of: bytes.upperBound, in: rendered.text, ids)
        return start..<max(end.token + (end.isInside ? 1 : 0), start)
      })
  }

  /// The tokens of one turn of the assistant: from where a model would begin to write to the token that ends it.
  private func span(
    of place: Int, of messages: [ChatMessage], in text: String, _ ids: [Int]
  ) throws -> Range<Int>? {
    let prompt = try Self.text(Array(messages[..<place]), template, addsPrompt: true)
    let start = index(of: Self.sharedLength(prompt, text), in: text, ids).token
    let isLast = place == messages.count - 1
    let beginning =
      isLast ? text : try Self.text(Array(messages[...place]), template, addsPrompt: false)
    guard text.utf8.starts(with: beginning.utf8) else {
      // Earlier turns are rendered in another way than the last one: up to the first token that ends a turn.
      let end = ids[start...].firstIndex(where: stopTokens.contains)
      return end.map { start..<$0 + 1 }
    }
    let end = isLast ? ids.count : index(of: beginning.utf8.count, in: text, ids).token
    guard start < end else { return nil }
    // What stands behind the token that ends the turn is not the assistant's.
    let stop = endsReplies ? ids[start..<end].lastIndex(where: stopTokens.contains) : nil
    return start..<(stop.map { $0 + 1 } ?? end)
  }

  /// Which token a byte of the text belongs to, and whether the token begins before it.
  private func index(
    of byte: Int, in text: String, _ ids: [Int]
  ) -> (token: Int, isInside: Bool) {
    let before = tokens(of: String(decoding: text.utf8.prefix(byte), as: UTF8.self))
    let shared = zip(before, ids).prefix { $0 == $1 }.count
    return (shared, shared < before.count)
  }

  private static func text(
    _ messages: [ChatMessage], _ template: ChatTemplate, addsPrompt: Bool
  ) throws -> String {
    var options = ChatTemplate.Options()
    options.addsGenerationPrompt = addsPrompt
    return try template.render(values(of: messages), options).text
  }

  private static func values(of messages: [ChatMessage]) -> [TemplateValue] {
    messages.map { message in
      ["role": .string(message.role.rawValue), "content": .string(message.content)]
    }
  }

  /// How many bytes two texts have in common at their beginning, in whole characters.
  private static func sharedLength(_ first: String, _ second: String) -> Int {
    zip(first.unicodeScalars, second.unicodeScalars).lazy.prefix { $0 == $1 }
      .reduce(0) { $0 + UTF8.width($1.0) }
  }
}
