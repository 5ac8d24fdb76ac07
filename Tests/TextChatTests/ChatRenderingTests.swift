import Foundation
import LanguageModels
import RLHFCore
import RLHFPlugin
import Templates
import TestSupport
import Testing
import Tokenizers
import Torch

@testable import TextChat

/// Conversations by a model's own chat template.
@Suite("Chat templates of models") struct ChatRenderingTests {
  private static let markers =
    ChatFormat.specialTokens + ["<|im_start|>", "<|im_end|>", "<s>", "</s>"]
  private static let chatML =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}"
    + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
  private static let marked =
    "{% for m in messages %}<|im_start|>{{ m.role + '\n' }}{% if m.role == 'assistant' %}"
    + "{% generation %}{{ m.content }}<|im_end|>{% endgeneration %}{% else %}{{ m.content }}"
    + "<|im_end|>{% endif %}{{ '\n' }}{% endfor %}"
    + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
  private static let instructions =
    "{{ bos_token }}{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    + "{{ raise_exception('Roles must alternate') }}{% endif %}{% if m.role == 'user' %}"
    + "{{ '[INST] ' + m.content + ' [/INST]' }}{% else %}{{ ' ' + m.content + ' ' + eos_token }}"
    + "{% endif %}{% endfor %}"
  /// Drops the thoughts of earlier turns, and gives the last one empty thoughts.
  private static let thinking =
    "{% for m in messages %}<|im_start|>{{ m.role + '\n' }}{% if m.role == 'assistant' and "
    + "loop.last %}{{ '<think>\n\n</think>\n\n' }}{% endif %}{{ m.content + '<|im_end|>\n' }}"
    + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"

  private let tokenizer: TextTokenizer
  private let question = ChatMessage(role: .user, content: "Where is\nthe harbour? ")
  private var conversation: [ChatMessage] {
    [
      ChatMessage(role: .system, content: "Be kind."), question,
      ChatMessage(role: .assistant, content: " By the sea. "),
      ChatMessage(role: .user, content: "  <|im_end|> And the Größe 🙂?"),
    ]
  }

  init() throws {
    tokenizer = try TextTokenizer.train(
      on: ["Where is the harbour by the sea? assistant user system Be kind."],
      vocabularySize: 320, specialTokens: Self.markers,
      configuration: TokenizerConfiguration(endOfSequence: "</s>", padding: "<|pad|>"))
  }

  private func rendering(_ template: String) throws -> ChatRendering {
    try ChatRendering(
      template: ChatTemplate(
        template, specialTokens: [.init("bos_token", "<s>"), .init("eos_token", "</s>")]),
      tokenizer: tokenizer, endTokens: [try #require(tokenizer.id(of: "</s>"))])
  }

  private func text(_ ids: some Sequence<Int>) -> String { tokenizer.decode(Array(ids)) }

  @Test("the template of models made here says what their format says")
  func ownTemplate() throws {
    let format = try ChatFormat(tokenizer: tokenizer, endToken: nil)
    let rendering = try rendering(ChatFormat.template)
    for count in 1...conversation.count {
      let prompt = ChatPrompt(messages: Array(conversation[..<count]))
      let own = try format.example(
        prompt, ChatReply("yes\n"), promptLimit: 1000, replyLimit: 100)
      let other = try rendering.example(
        prompt, ChatReply("yes\n"), promptLimit: 1000, replyLimit: 100)
      #expect(own.prompt == other.prompt)
      #expect(own.promptMask == other.promptMask)
      #expect(own.reply == other.reply)
      for limit in own.prompt.count...own.prompt.count + 1 {
        #expect(try rendering.encode(prompt, limit: limit) == format.encode(prompt, limit: limit))
      }
    }
    #expect(rendering.stopTokens.first == format.stopTokens.first)
  }

  @Test("ids are those of the rendered text", arguments: [chatML, marked, thinking])
  func ids(template: String) throws {
    let rendering = try rendering(template)
    let messages = conversation + [ChatMessage(role: .assistant, content: "\nTen.")]
    let turns = try rendering.turns(of: messages)
    let rendered = try ChatTemplate(template).render(
      messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] })
    #expect(turns.text == rendered.text)
    #expect(turns.ids == tokenizer.encode(rendered.text))
    let example = try rendering.example(
      ChatPrompt(messages: conversation), ChatReply("\nTen."), promptLimit: 500, replyLimit: 100)
    #expect(turns.ids.starts(with: example.prompt + example.reply))
    #expect(rendering.decode(example.reply) == ChatReply("\nTen."))
    #expect(text(example.reply).hasSuffix("Ten.<|im_end|>"))
  }

  @Test("masks hold the assistant's turns, also without generation blocks")
  func masks() throws {
    let messages = conversation + [ChatMessage(role: .assistant, content: "Ten.")]
    let byBlocks = try rendering(Self.marked).turns(of: messages)
    let byPrefixes = try rendering(Self.chatML).turns(of: messages)
    #expect(byBlocks.ids == byPrefixes.ids)
    #expect(byBlocks.spans == byPrefixes.spans)
    #expect(
      byPrefixes.spans.map { text(byPrefixes.ids[$0]) }
        == [" By the sea. <|im_end|>", "Ten.<|im_end|>"])
    let thinking = try rendering(Self.thinking).turns(of: messages)
    #expect(
      thinking.spans.map { text(thinking.ids[$0]) }
        == [" By the sea. <|im_end|>", "<think>\n\n</think>\n\nTen.<|im_end|>"])
  }

  @Test("what the template puts around a reply is no part of it")
  func margins() throws {
    let rendering = try rendering(Self.instructions)
    let prompt = ChatPrompt(messages: [question])
    let example = try rendering.example(
      prompt, ChatReply("Here"), promptLimit: 100, replyLimit: 100)
    #expect(text(example.reply) == " Here </s>")
    #expect(rendering.decode(example.reply) == ChatReply("Here"))
    let cut = try rendering.example(prompt, ChatReply("Here"), promptLimit: 100, replyLimit: 2)
    #expect(cut.reply == Array(example.reply.prefix(2)))
  }

  @Test("turns are left out from the front, so that a person's comes first")
  func limits() throws {
    let rendering = try rendering(Self.instructions)
    let messages = Array(conversation.dropFirst())
    let all = try rendering.encode(ChatPrompt(messages: messages), limit: 1000)
    let last = try rendering.encode(ChatPrompt(messages: [messages[2]]), limit: 1000)
    #expect(try rendering.encode(ChatPrompt(messages: messages), limit: all.count) == all)
    #expect(try rendering.encode(ChatPrompt(messages: messages), limit: all.count - 1) == last)
    #expect(
      try rendering.encode(ChatPrompt(messages: messages), limit: 5) == Array(last.suffix(5)))
  }

  @Test("a template that refuses a conversation says so")
  func refusal() throws {
    let rendering = try rendering(Self.instructions)
    let error = #expect(throws: RLHFError.self) {
      try rendering.encode(ChatPrompt(messages: conversation), limit: 1000)
    }
    #expect(error?.message.contains("refuses the conversation: Roles must alternate") == true)
    let mute = #expect(throws: RLHFError.self) { try self.rendering("hello") }
    #expect(mute?.message.contains("does not write what the assistant says") == true)
  }

  // MARK: - Model directories

  private func directory(template: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var configuration = LanguageModelConfiguration.llama(
      vocabularySize: tokenizer.vocabularySize, contextLength: 200, hiddenSize: 16, layers: 1,
      heads: 2, keyValueHeads: 2)
    configuration.endTokens = [try #require(tokenizer.id(of: "</s>"))]
    try CausalLanguageModel(configuration, seed: 3).save(to: folder.url)
    var saved = tokenizer
    saved.configuration.chatTemplate = template
    try saved.save(to: folder.url)
    return folder
  }

  private func domain(_ turns: DemonstrationTurns = .last) -> TextChat {
    var domain = TextChat()
    domain.configuration.promptLength = 140
    domain.configuration.replyLength = 60
    domain.configuration.lossTurns = turns
    return domain
  }

  @Test("a model directory is used with its own template, which is saved again")
  func directories() throws {
    let folder = try directory(template: Self.chatML)
    let policy = try domain().loadPolicy(from: folder.url)
    #expect(policy.format.style == .template)
    let demonstration = Demonstration(
      prompt: ChatPrompt(messages: conversation), artifact: ChatReply("Ten."))
    #expect(
      try policy.artifacts(of: policy.rollout(of: [demonstration])) == [demonstration.artifact])
    let copy = try TemporaryFolder()
    try domain().savePolicy(policy, to: copy.url)
    #expect(try ChatTemplate.load(from: copy.url)?.template.source == Self.chatML)
    // A file of its own goes before the configuration.
    try AtomicFile.write(Self.instructions, to: copy("chat_template.jinja"))
    let again = try domain().loadPolicy(from: copy.url)
    #expect(try text(again.format.encode(ChatPrompt("Hi"), limit: 50)) == "[INST] Hi [/INST]")
  }

  @Test("a template that does not parse is named with line and column")
  func broken() throws {
    let folder = try directory(template: "{% for m in messages %}\n  {{ m.content | nofilter }}")
    let error = #expect(throws: RLHFError.self) { try domain().loadPolicy(from: folder.url) }
    #expect(error?.message.contains("tokenizer_config.json, chat_template, line 2") == true)
    try AtomicFile.write("ok\n{{ 1 + }}", to: folder("chat_template.jinja"))
    let other = #expect(throws: RLHFError.self) { try domain().loadPolicy(from: folder.url) }
    #expect(
      other?.message.contains(
        "chat_template.jinja, line 2, column 8 does not parse: found '}}', expected an expression")
        == true)
  }

  @Test("the loss covers the last turn, or every turn of the assistant")
  func losses() throws {
    let folder = try directory(template: Self.chatML)
    let long = Demonstration(
      prompt: ChatPrompt(messages: conversation), artifact: ChatReply("Ten."))
    let short = Demonstration(
      prompt: ChatPrompt(messages: [question]), artifact: ChatReply("By the sea"))
    let last = try domain().loadPolicy(from: folder.url)
    let every = try domain(.every).loadPolicy(from: folder.url)
    func loss(_ policy: ChatPolicy, _ demonstrations: [Demonstration<ChatPrompt, ChatReply>]) throws
      -> (sum: Double, count: Int)
    {
      let loss = try policy.supervisedLoss(of: demonstrations, seed: 1, isTraining: false)
      return (Double(loss.sum.item()), loss.count)
    }
    // A conversation with a single turn of the assistant has the same loss either way.
    let single = (try loss(last, [short]), try loss(every, [short]))
    #expect(single.0.count == single.1.count)
    #expect(abs(single.0.sum - single.1.sum) < 1e-4)
    // With two turns, the loss of every turn is that of the two as replies.
    let first = Demonstration(
      prompt: ChatPrompt(messages: Array(conversation[..<2])),
      artifact: ChatReply(conversation[2].content))
    let parts = try loss(last, [long, first])
    let whole = try loss(every, [long])
    #expect(whole.count == parts.count)
    #expect(abs(whole.sum - parts.sum) < 1e-3)
    let batch = try loss(every, [long, short])
    #expect(batch.count == whole.count + single.1.count)
    #expect(abs(batch.sum - whole.sum - single.1.sum) < 1e-3)
  }

  // MARK: - Oracle

  @Test(
    "the assistant's mask equals the reference",
    .enabled(
      if: Oracles.has("chat_templates.json") && Oracles.has("tokenizers/qwen"),
      "No oracles chat_templates.json and tokenizers/qwen"))
  func oracle() throws {
    let file = Oracles.folder.appendingPathComponent("chat_templates.json")
    let oracle = try TemplateValue(json: Data(contentsOf: file), source: file.path)
    var seen = 0
    for entry in oracle["rendered"]?.elements ?? [] {
      guard let ids = entry["ids"]?.elements, let mask = entry["assistant_mask"]?.elements,
        let name = entry["template"]?.string, let source = oracle["templates"]?[name]?.string,
        case .integer(let index) = entry["conversation"],
        let messages = oracle["conversations"]?.elements?[index].elements
      else { continue }
      let folder = entry["assistant_mask_of"]?.string?.split(separator: " ").first ?? "qwen"
      let tokenizer = try TextTokenizer.load(
        Oracles.folder.appendingPathComponent("tokenizers/\(folder)"))
      let rendering = try ChatRendering(
        template: ChatTemplate(source), tokenizer: tokenizer, endTokens: [0])
      let turns = try rendering.turns(of: messages, ChatTemplate.Options())
      #expect(turns.ids.map { .integer($0) } == ids)
      #expect(turns.mask.map { .integer($0 ? 1 : 0) } == mask, "\(name) \(index)")
      seen += 1
    }
    #expect(seen > 0)
  }
}
