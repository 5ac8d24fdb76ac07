public import Foundation
import RLHFCore

/// How a model's conversations become text: its chat template and the special tokens that the template names.
///
/// Rendering is that of `apply_chat_template` in `transformers`, whose variables the template sees: `messages`, `tools`,
/// `documents`, `add_generation_prompt`, the special tokens, and what the caller adds.
public struct ChatTemplate: Sendable {
  /// The template.
  public let template: Template
  /// Where the template stands, for messages.
  public let name: String
  /// The special tokens by the names templates know them under, such as `bos_token`.
  public let specialTokens: [TemplateValue.Member]

  /// Reads a template; `name` says in errors where it stands.
  public init(
    _ source: String, name: String = "the chat template",
    specialTokens: [TemplateValue.Member] = []
  ) throws {
    self.name = name
    self.specialTokens = specialTokens
    do {
      template = try Template(source)
    } catch let error as TemplateError {
      throw Self.error(error, in: name)
    }
  }

  /// What may be said of a rendering beside its messages.
  public struct Options: Sendable {
    /// The descriptions of the tools that the assistant may call, as JSON schemas.
    public var tools: [TemplateValue]?
    /// The documents to draw on.
    public var documents: [TemplateValue]?
    /// Whether the text ends with what introduces a turn of the assistant.
    public var addsGenerationPrompt = false
    /// Whether the text ends inside of the last message, so that the model goes on with it.
    public var continuesFinalMessage = false
    /// More variables, which go before special tokens of the same name.
    public var variables: [TemplateValue.Member] = []

    /// Creates the defaults: the messages alone.
    public init() {}
  }

  /// The text of a conversation; `messages` are dictionaries with `role` and `content`.
  ///
  /// Throws an ``RLHFError`` with file, line and column where the template fails or refuses the conversation.
  public func render(
    _ messages: [TemplateValue], _ options: Options = Options(),
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws -> RenderedTemplate {
    var messages = messages.map(Self.withReasoning)
    guard !messages.isEmpty else {
      throw RLHFError(.invalidData, "A conversation without messages cannot be rendered.")
    }
    let continued =
      options.continuesFinalMessage ? try markEnd(of: &messages, options) : nil
    var variables = specialTokens
    variables += options.variables
    variables += [
      .init("messages", .list(messages)),
      .init("tools", options.tools.map { .list($0) } ?? .none),
      .init("documents", options.documents.map { .list($0) } ?? .none),
      .init("add_generation_prompt", .bool(options.addsGenerationPrompt)),
    ]
    do {
      let rendered = try template.render(variables, clock: clock)
      guard let continued else { return rendered }
      return RenderedTemplate(text: try cut(rendered.text, at: continued), generations: [])
    } catch let error as TemplateError {
      throw Self.error(error, in: name)
    }
  }

  private static func error(_ error: TemplateError, in name: String) -> RLHFError {
    let place = error.line > 0 ? ", line \(error.line), column \(error.column)" : ""
    switch error.kind {
    case .syntax:
      return RLHFError(
        .invalidData, "\(name)\(place) does not parse: \(error.message). Correct the template.",
        cause: nil)
    case .raised:
      return RLHFError(
        .invalidData, "\(name)\(place) refuses the conversation: \(error.message)")
    case .evaluation, .limit:
      return RLHFError(.invalidData, "\(name)\(place) cannot be rendered: \(error.message).")
    }
  }

  /// A message whose reasoning stands under all the names that templates look for.
  private static func withReasoning(_ message: TemplateValue) -> TemplateValue {
    let names = ["reasoning_content", "thinking", "reasoning"]
    let found = names.lazy.compactMap { message[$0] }.first { $0 != .none }
    guard let found, case .dictionary(var members) = message else { return message }
    if message["thinking"] == nil { members.insert(.init("thinking", found), at: 0) }
    var result = TemplateValue.dictionary(members)
    result.set("reasoning_content", found)
    return result
  }

  // MARK: - Continuing the last message

  private static let endMark = "CONTINUE_FINAL_MESSAGE_TAG "

  /// Adds a mark behind the text of the last message, and returns the text.
  private func markEnd(of messages: inout [TemplateValue], _ options: Options) throws -> String {
    guard !options.addsGenerationPrompt else {
      throw RLHFError(
        .usage,
        "A conversation is rendered with the start of a new turn or up to the end of its last message, not both."
      )
    }
    guard var last = messages.popLast(), let content = last["content"], content != .none,
      template.source.contains("content")
    else {
      throw RLHFError(
        .invalidData, "The last message has no 'content' that \(name) could go on with.")
    }
    let text: String
    switch content {
    case .string(let string):
      text = string
      last.set("content", .string(string + Self.endMark))
    case .list(var parts):
      guard let index = parts.lastIndex(where: { $0["text"] != nil }),
        let string = parts[index]["text"]?.string
      else {
        throw RLHFError(.invalidData, "The last message has no text that \(name) could go on with.")
      }
      text = string
      parts[index].set("text", .string(string + Self.endMark))
      last.set("content", .list(parts))
    default:
      throw RLHFError(.invalidData, "The last message has no text that \(name) could go on with.")
    }
    messages.append(last)
    return text
  }

  /// The text before the mark; without white space at its end where the template dropped that of the message.
  private func cut(_ text: String, at content: String) throws -> String {
    let bytes = Array(text.utf8)
    let bareMark = Array(TextSearch.trimmed(Self.endMark, nil, .both).utf8)
    let needle = Array(TextSearch.trimmed(content, nil, .both).utf8)
    var place: Int?
    while let next = TextSearch.find(bareMark, in: bytes, from: place.map { $0 + 1 } ?? 0) {
      place = next
    }
    guard let place, TextSearch.find(needle, in: bytes) != nil else {
      throw RLHFError(
        .invalidData,
        "\(name) leaves out parts of the last message, so that it cannot be continued.")
    }
    let before = String(decoding: bytes[..<place], as: UTF8.self)
    let isWhole = bytes[place...].starts(with: Self.endMark.utf8)
    return isWhole ? before : TextSearch.trimmed(before, nil, .end)
  }
}
