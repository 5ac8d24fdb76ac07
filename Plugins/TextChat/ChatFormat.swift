import RLHFCore
import Templates
import Tokenizers

/// How a conversation becomes tokens: which markers stand around the turns.
///
/// A model made here has special tokens for roles. A model from elsewhere keeps its chat template; without one,
/// the markers it knows: ChatML where its vocabulary has them, else plain "Human:" and "Assistant:" lines.
struct ChatFormat: Sendable {
  /// The markers around turns.
  enum Style: Sendable {
    /// One special token per role before a turn, one behind it.
    case roleTokens
    /// `<|im_start|>role\n … <|im_end|>\n`.
    case chatML
    /// "\n\nHuman: …\n\nAssistant: …", as in Anthropic's transcripts.
    case transcript
    /// The model's own chat template.
    case template
  }

  /// The special tokens of a model made here; the last one pads.
  static let specialTokens = [
    "<|end|>", "<|system|>", "<|user|>", "<|assistant|>", "<|pad|>",
  ]

  /// The same format as a template for other tools (Jinja, `tokenizer_config.json`).
  static let template =
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>"
    + "{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"

  let style: Style
  /// The tokens that end a reply.
  let stopTokens: [Int]
  private let tokenizer: any Tokenizer
  /// The model's own template, where it is another than the one of models made here.
  private let rendering: ChatRendering?

  /// Finds the format that fits a vocabulary; `endToken` is what the model directory says ends a text.
  ///
  /// `template` is the chat template of the model directory; the one of models made here says the same as their
  /// special tokens, which are quicker.
  init(tokenizer: any Tokenizer, endToken: Int?, template: ChatTemplate? = nil) throws {
    self.tokenizer = tokenizer
    if let template, template.template.source != Self.template {
      let rendering = try ChatRendering(
        template: template, tokenizer: tokenizer, endTokens: [endToken].compactMap { $0 })
      self.rendering = rendering
      style = .template
      stopTokens = rendering.stopTokens
      return
    }
    rendering = nil
    if let end = tokenizer.id(of: "<|end|>"),
      Self.specialTokens.allSatisfy({ tokenizer.id(of: $0) != nil })
    {
      style = .roleTokens
      stopTokens = [end]
    } else if let end = tokenizer.id(of: "<|im_end|>"), tokenizer.id(of: "<|im_start|>") != nil {
      style = .chatML
      stopTokens = [end]
    } else if let endToken {
      style = .transcript
      stopTokens = [endToken]
    } else {
      throw RLHFError(
        .incompatibleModel,
        "The model's tokenizer has no token that ends a reply: expected '<|end|>', '<|im_end|>' or an eos_token_id in config.json."
      )
    }
  }

  /// The tokens of a prompt up to where the reply begins, at most `limit` of them: the earliest turns go first.
  func encode(_ prompt: ChatPrompt, limit: Int) throws -> [Int] {
    if let rendering { return try rendering.encode(prompt, limit: limit) }
    return encodeTurns(prompt, limit: limit).prompt
  }

  /// A prompt with its reply; earlier turns of the assistant are marked.
  func example(
    _ prompt: ChatPrompt, _ reply: ChatReply, promptLimit: Int, replyLimit: Int
  ) throws -> ChatExample {
    if let rendering {
      return try rendering.example(
        prompt, reply, promptLimit: promptLimit, replyLimit: replyLimit)
    }
    let (tokens, mask) = encodeTurns(prompt, limit: promptLimit)
    return ChatExample(
      prompt: tokens, promptMask: mask, reply: encode(reply, limit: replyLimit))
  }

  private func encodeTurns(
    _ prompt: ChatPrompt, limit: Int
  ) -> (prompt: [Int], mask: [Bool]) {
    let opening = opening(of: .assistant)
    var messages = prompt.messages
    var turns = messages.map(encodeTurn)
    var length = turns.reduce(opening.count) { $0 + $1.count }
    // A system message stays as long as there is anything else to leave out.
    while length > limit, turns.count > 1 {
      let keepsFirst = turns.count > 2 && messages.first?.role == .system
      messages.remove(at: keepsFirst ? 1 : 0)
      length -= turns.remove(at: keepsFirst ? 1 : 0).count
    }
    let mask = zip(messages, turns).flatMap { message, tokens in
      guard message.role == .assistant else { return tokens.map { _ in false } }
      let marker = zip(tokens, opening).prefix { $0 == $1 }.count
      return tokens.indices.map { $0 >= marker }
    }
    let room = max(limit - opening.count, 0)
    return (
      Array(turns.joined().suffix(room)) + opening,
      Array(mask.suffix(room)) + opening.map { _ in false }
    )
  }

  /// The tokens of a reply, the end token included; cut off at `limit`, then without an end.
  private func encode(_ reply: ChatReply, limit: Int) -> [Int] {
    let text = style == .transcript ? " " + reply.text : reply.text
    return Array(
      (tokenizer.encode(text, addSpecialTokens: false) + stopTokens.prefix(1)).prefix(limit))
  }

  /// The reply that tokens make, with or without the end token.
  func decode(_ tokens: some Sequence<Int>) -> ChatReply {
    if let rendering { return rendering.decode(Array(tokens)) }
    let kept = tokens.filter { !stopTokens.contains($0) }
    let text = tokenizer.decode(kept, skipSpecialTokens: true)
    return ChatReply(style == .transcript && text.hasPrefix(" ") ? String(text.dropFirst()) : text)
  }

  private func encodeTurn(_ message: ChatMessage) -> [Int] {
    switch style {
    case .roleTokens:
      opening(of: message.role) + text(message.content) + stopTokens
    case .chatML:
      opening(of: message.role) + text(message.content) + stopTokens + text("\n")
    case .transcript, .template:
      text(marker(of: message.role) + " " + message.content)
    }
  }

  private func opening(of role: ChatMessage.Role) -> [Int] {
    switch style {
    case .roleTokens: [tokenizer.id(of: "<|\(role.rawValue)|>")].compactMap { $0 }
    case .chatML: [tokenizer.id(of: "<|im_start|>")].compactMap { $0 } + text("\(role.rawValue)\n")
    case .transcript, .template: text(marker(of: role))
    }
  }

  private func marker(of role: ChatMessage.Role) -> String {
    switch role {
    case .system: "\n\nSystem:"
    case .user: "\n\nHuman:"
    case .assistant: "\n\nAssistant:"
    }
  }

  private func text(_ text: String) -> [Int] {
    tokenizer.encode(text, addSpecialTokens: false)
  }
}
