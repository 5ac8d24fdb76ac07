import Foundation
import RLHFCore
import Templates
import TestSupport
import Testing

/// Conversations as `apply_chat_template` renders them.
@Suite(.enabled(if: Oracles.has("chat_templates.json"), "No oracle chat_templates.json"))
struct ChatTemplateOracleTests {
  private let oracle: TemplateValue
  private let conversations: [[TemplateValue]]

  init() throws {
    let file = Oracles.folder.appendingPathComponent("chat_templates.json")
    oracle = try TemplateValue(json: Data(contentsOf: file), source: file.path)
    conversations = (oracle["conversations"]?.elements ?? []).map { $0.elements ?? [] }
  }

  private func template(_ name: String) throws -> ChatTemplate {
    try ChatTemplate(
      #require(oracle["templates"]?[name]?.string), name: name,
      specialTokens: ["bos_token", "eos_token", "pad_token"].compactMap { name in
        oracle[name].map { .init(name, $0) }
      })
  }

  private func options(of entry: TemplateValue) -> ChatTemplate.Options {
    var options = ChatTemplate.Options()
    options.addsGenerationPrompt = entry["add_generation_prompt"] == true
    options.continuesFinalMessage = entry["continue_final_message"] == true
    if case .dictionary(let members) = entry["variables"] {
      for member in members {
        switch member.name {
        case "tools": options.tools = member.value.elements
        case "documents": options.documents = member.value.elements
        default: options.variables.append(member)
        }
      }
    }
    return options
  }

  @Test func `text equals the reference`() throws {
    let entries = oracle["rendered"]?.elements ?? []
    #expect(!entries.isEmpty)
    for entry in entries {
      guard case .integer(let index) = entry["conversation"] else {
        Issue.record("An entry has no conversation.")
        continue
      }
      let name = try #require(entry["template"]?.string)
      let rendered = Result {
        try template(name).render(conversations[index], options(of: entry))
      }
      if entry["error"] != nil {
        #expect(throws: RLHFError.self, "\(name) \(index)") { try rendered.get() }
      } else if let text = entry["text"]?.string {
        let found = try rendered.get().text
        #expect(
          Array(found.utf8) == Array(text.utf8), "\(name) \(index): \(found) instead of \(text)")
      }
    }
  }

  @Test func `a template that does not parse names the line`() throws {
    for entry in oracle["bad_templates"]?.elements ?? [] {
      let source = try #require(entry["template"]?.string)
      let error = #expect(throws: TemplateError.self) { try Template(source) }
      #expect(error?.kind == .syntax)
      #expect(error.map { .integer($0.line) } == entry["line"])
      #expect((error?.column ?? 0) > 0)
    }
  }
}
