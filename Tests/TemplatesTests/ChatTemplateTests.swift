import Foundation
import RLHFCore
import Templates
import TestSupport
import Testing

struct ChatTemplateTests {
  private let lines =
    "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content | trim }}\n{% endfor %}"
    + "{{ 'assistant:' if add_generation_prompt }}"
  private let messages: [TemplateValue] = [
    ["role": "user", "content": "Hi"], ["role": "assistant", "content": "Hello  "],
  ]

  private func folder(_ files: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, text) in files {
      let file = folder(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return folder
  }

  // MARK: - Model directories

  @Test func `a directory without a template has none`() throws {
    #expect(try ChatTemplate.load(from: folder([:]).url) == nil)
    let bare = try folder(["tokenizer_config.json": "{\"bos_token\": \"<s>\"}"])
    #expect(try ChatTemplate.load(from: bare.url) == nil)
  }

  @Test func `special tokens are strings or added tokens`() throws {
    let folder = try folder([
      "tokenizer_config.json":
        "{\"bos_token\": {\"content\": \"<s>\", \"special\": true}, \"eos_token\": null, \"chat_template\": \"{{ bos_token ~ eos_token ~ pad_token }}\"}",
      "special_tokens_map.json": "{\"eos_token\": \"</s>\", \"bos_token\": \"other\"}",
    ])
    let template = try #require(try ChatTemplate.load(from: folder.url))
    #expect(try template.render(messages).text == "<s></s>")
    var options = ChatTemplate.Options()
    options.variables = [.init("bos_token", "mine")]
    #expect(try template.render(messages, options).text == "mine</s>")
  }

  @Test func `of several templates, the default or the one for tools is taken`() throws {
    let list =
      "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"tools\"}, {\"name\": \"default\", \"template\": \"plain\"}]}"
    let folder = try folder(["tokenizer_config.json": list])
    #expect(try ChatTemplate.load(from: folder.url)?.render(messages).text == "plain")
    let tools = try ChatTemplate.load(from: folder.url, usesTools: true)
    #expect(try tools?.render(messages).text == "tools")
    try Data("own".utf8).write(to: folder("chat_template.jinja"))
    #expect(try ChatTemplate.load(from: folder.url)?.render(messages).text == "own")
    let named = try self.folder(["additional_chat_templates/rag.jinja": "rag"])
    let error = #expect(throws: RLHFError.self) { try ChatTemplate.load(from: named.url) }
    #expect(error?.message.contains("has the chat templates 'rag'; expected one called") == true)
  }

  @Test func `files that are wrong are named`() throws {
    let number = try folder(["tokenizer_config.json": "{\"chat_template\": 3}"])
    #expect(throws: RLHFError.self) { try ChatTemplate.load(from: number.url) }
    let broken = try folder(["tokenizer_config.json": "{\n  \"chat_template\": }"])
    let json = #expect(throws: RLHFError.self) { try ChatTemplate.load(from: broken.url) }
    #expect(
      json?.message.contains("tokenizer_config.json is not valid JSON: line 2, column 20") == true)
    let jinja = try folder(["chat_template.jinja": "a\n\n{% if %}"])
    let error = #expect(throws: RLHFError.self) { try ChatTemplate.load(from: jinja.url) }
    #expect(error?.code == .invalidData)
    #expect(
      error?.message.hasSuffix(
        "chat_template.jinja, line 3, column 7 does not parse: found '%}', expected an expression. Correct the template."
      ) == true)
  }

  // MARK: - Rendering

  @Test func `the last message can be continued`() throws {
    let template = try ChatTemplate(lines)
    var options = ChatTemplate.Options()
    options.continuesFinalMessage = true
    #expect(try template.render(messages, options).text == "user: Hi\nassistant: Hello")
    let parts: TemplateValue = [
      "role": "assistant",
      "content": [["type": "text", "text": "one"], ["type": "text", "text": "two "]],
    ]
    let joined = try ChatTemplate("{{ messages[0].content | map(attribute='text') | join('|') }}!")
    #expect(try joined.render([parts], options).text == "one|two ")
    #expect(throws: RLHFError.self) { try template.render([["role": "user"]], options) }
    #expect(throws: RLHFError.self) { try ChatTemplate("content").render(messages, options) }
    options.addsGenerationPrompt = true
    #expect(throws: RLHFError.self) { try template.render(messages, options) }
  }

  @Test func `reasoning is found under every name`() throws {
    let template = try ChatTemplate(
      "{{ messages[0].reasoning_content }}/{{ messages[0].thinking }}/{{ messages[0].reasoning }}")
    let message: TemplateValue = ["role": "assistant", "content": "", "reasoning": "hm"]
    #expect(try template.render([message]).text == "hm/hm/hm")
  }

  @Test func `an empty conversation is refused`() throws {
    #expect(throws: RLHFError.self) { try ChatTemplate(lines).render([]) }
  }

  @Test func `errors name the template`() throws {
    let raising = try ChatTemplate("{{ raise_exception('no tools here') }}", name: "x.jinja")
    let error = #expect(throws: RLHFError.self) { try raising.render(messages) }
    #expect(
      error?.message == "x.jinja, line 1, column 19 refuses the conversation: no tools here")
  }
}
