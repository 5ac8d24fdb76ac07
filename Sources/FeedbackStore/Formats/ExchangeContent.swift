import Presentation
import RLHFCore

/// Between content blocks and the JSON in which most formats have prompts and replies: a string, a list of
/// `{"role", "content"}`, or a reference to a file.
enum ExchangeContent {
  /// Reads a string, a list of messages or of strings, or a message's parts.
  static func blocks(of json: JSONValue?) throws -> [ContentBlock] {
    switch json {
    case nil, .null?: return []
    case .string(let text)?: return [.text(text)]
    case .integer?, .number?, .bool?: return [.text(json?.description ?? "")]
    case .array(let elements)?: return try elements.map(block)
    case .object?: return [try block(json ?? .null)]
    }
  }

  private static func block(_ json: JSONValue) throws -> ContentBlock {
    if let text = json.stringValue { return .text(text) }
    if let role = (json["role"] ?? json["from"])?.stringValue,
      let content = json["content"] ?? json["value"] ?? json["text"]
    {
      return .turn(role: role, text: try words(content))
    }
    if json["type"] != nil, let block = try? json.decoded(as: ContentBlock.self) { return block }
    if let sha = json["sha256"]?.stringValue, let type = json["type"]?.stringValue {
      return media(MediaReference(sha256: sha, type: type))
    }
    if let text = json["text"]?.stringValue { return .text(text) }
    throw UnusableRecord("a prompt or an item is neither text nor a list of messages")
  }

  private static func words(_ content: JSONValue) throws -> String {
    switch content {
    case .string(let text): return text
    case .null: return ""
    case .integer, .number, .bool: return content.description
    case .array(let parts):
      return try parts.map { part in
        guard let text = part.stringValue ?? part["text"]?.stringValue else {
          throw UnusableRecord("a turn holds something else than text")
        }
        return text
      }.joined()
    default: throw UnusableRecord("a turn holds something else than text")
    }
  }

  /// The block that shows a file.
  static func media(_ reference: MediaReference) -> ContentBlock {
    reference.type.hasPrefix("audio/") ? .audio(reference) : .image(reference, alt: "")
  }

  /// The JSON that a domain reads: a string, messages, or a media reference.
  static func json(_ blocks: [ContentBlock]) -> JSONValue {
    let values = blocks.map { block -> JSONValue in
      switch block {
      case .text(let text), .markdown(let text): .string(text)
      case .turn(let role, let text): ["role": .string(role), "content": .string(text)]
      case .image(let media, _), .audio(let media):
        ["sha256": .string(media.sha256), "type": .string(media.type)]
      }
    }
    if isDialogue(blocks) { return .array(values) }
    if values.count == 1, let only = values.first { return only }
    let words = blocks.map(\.words)
    guard words.contains(nil) else {
      return .string(words.compactMap { $0 }.joined(separator: "\n\n"))
    }
    return .array(values)
  }

  /// Whether the blocks are the turns of a conversation.
  static func isDialogue(_ blocks: [ContentBlock]) -> Bool {
    !blocks.isEmpty
      && blocks.allSatisfy {
        if case .turn = $0 { true } else { false }
      }
  }

  /// Whether the blocks are a conversation of more than one question.
  static func isLongDialogue(_ blocks: [ContentBlock]) -> Bool {
    guard isDialogue(blocks) else { return false }
    if blocks.count == 1, case .turn("user", _)? = blocks.first { return false }
    return true
  }

  /// The words alone; what raters see or hear otherwise is named by its hash.
  static func text(_ blocks: [ContentBlock]) -> String {
    if let only = blocks.first, blocks.count == 1 { return only.words ?? name(only) }
    return blocks.map { block in
      if case .turn(let role, let text) = block { return "\(role): \(text)" }
      return block.words ?? name(block)
    }.joined(separator: "\n\n")
  }

  private static func name(_ block: ContentBlock) -> String {
    block.media.map { "sha256:\($0.sha256)" } ?? ""
  }

  /// The turns of a dialogue; other content is one turn of `role`.
  static func turns(_ blocks: [ContentBlock], role: String) -> [(role: String, text: String)] {
    if isDialogue(blocks) {
      return blocks.compactMap { block in
        if case .turn(let role, let text) = block { (role, text) } else { nil }
      }
    }
    return blocks.isEmpty ? [] : [(role, text(blocks))]
  }

  /// Takes two or more dialogues apart into the prompt that they share and the last turns in which they differ;
  /// leaves them whole where they differ earlier.
  static func split(dialogues: [[ContentBlock]]) -> (
    prompt: [ContentBlock], items: [[ContentBlock]]
  ) {
    let heads = Set(dialogues.map { Array($0.dropLast()) })
    guard heads.count == 1, let head = heads.first, !head.isEmpty else { return ([], dialogues) }
    let items = dialogues.map { $0.suffix(1).compactMap(\.words).map { ContentBlock.text($0) } }
    return (head, items)
  }
}
