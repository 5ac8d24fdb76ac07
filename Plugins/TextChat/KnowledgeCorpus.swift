public import Foundation
public import RLHFCore

/// A knowledge-base chatbot's data: what is true, how to reply, what to ask, and who rates and judges.
///
/// The demo learns from the one in `Samples/KnowledgeBase`; another folder with the same files serves as well.
public struct KnowledgeCorpus: Sendable {
  /// What is true.
  public let knowledge: KnowledgeBase
  /// Questions with replies, for supervised fine-tuning.
  public let demonstrations: [Demonstration<ChatPrompt, ChatReply>]
  /// Questions to train on.
  public let prompts: [ChatPrompt]
  /// Questions for evaluation only.
  public let heldOutPrompts: [ChatPrompt]
  /// Well-written replies that only the held-out judge reads.
  public let references: [String]

  /// Reads `knowledge.jsonl`, `demonstrations.jsonl`, `prompts.jsonl`, `heldout.jsonl` and `references.jsonl`.
  public init(folder: URL) throws {
    knowledge = KnowledgeBase(
      facts: try Self.rows(of: KnowledgeBase.Fact.self, "knowledge", in: folder))
    demonstrations = try Self.rows(of: DialogueRow.self, "demonstrations", in: folder)
      .enumerated().map { index, row in
        guard let reply = row.messages.last, reply.role == .assistant, row.messages.count > 1 else {
          throw RLHFError(
            .invalidData,
            "\(folder.path)/demonstrations.jsonl: row \(index + 1) does not end with an assistant's "
              + "turn after a user's; every demonstration must.")
        }
        return Demonstration(
          prompt: ChatPrompt(messages: row.messages.dropLast(), facts: row.facts),
          artifact: ChatReply(reply.content))
      }
    prompts = try Self.rows(of: PromptRow.self, "prompts", in: folder).map(\.value)
    heldOutPrompts = try Self.rows(of: PromptRow.self, "heldout", in: folder).map(\.value)
    references = try Self.rows(of: ReferenceRow.self, "references", in: folder).map(\.text)
  }

  /// The rater whose comparisons the reward model learns from; it knows the words of the demonstrations.
  public func rater(options: ScriptedChatRater.Options = .init()) -> ScriptedChatRater {
    let texts =
      demonstrations.map(\.artifact.text)
      + demonstrations.flatMap { $0.prompt.messages }.map(\.content)
    return ScriptedChatRater(
      options: options, vocabulary: Set(texts.flatMap { ScriptedReading($0).words }))
  }

  /// The judge that compares the trained policy with the fine-tuned one.
  ///
  /// How good replies read it learns from everything that people wrote, in the references' words or in others: a
  /// hundred references alone would make it take every unfamiliar sentence for a garbled one.
  public func heldOutJudge() -> HeldOutChatJudge {
    var seen = Set(references)
    let replies = demonstrations.map(\.artifact.text).filter { seen.insert($0).inserted }
    return HeldOutChatJudge(knowledge: knowledge, references: references + replies)
  }
}

extension KnowledgeCorpus {
  private struct DialogueRow: Decodable {
    var messages: [ChatMessage]
    var facts: [String]?
  }

  private struct PromptRow: Decodable {
    var prompt: [ChatMessage]
    var facts: [String]?
    var value: ChatPrompt { ChatPrompt(messages: prompt, facts: facts) }
  }

  private struct ReferenceRow: Decodable {
    var text: String
  }

  /// The rows of a JSONL file; empty lines are skipped.
  private static func rows<Row: Decodable>(
    of type: Row.Type, _ name: String, in folder: URL
  ) throws -> [Row] {
    let file = folder.appending(path: "\(name).jsonl")
    let text: String
    do {
      text = try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw RLHFError(
        .notFound,
        "\(file.path) cannot be read; a knowledge base consists of knowledge, demonstrations, "
          + "prompts, heldout and references .jsonl, all in UTF-8.", cause: error)
    }
    let decoder = JSONDecoder()
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    let rows = try lines.enumerated().compactMap { index, line -> Row? in
      guard line.contains(where: { !$0.isWhitespace }) else { return nil }
      do {
        return try decoder.decode(Row.self, from: Data(line.utf8))
      } catch {
        throw RLHFError(
          .invalidData,
          "\(file.path), line \(index + 1): found \(describe(error)), expected \(expected(type)).")
      }
    }
    guard !rows.isEmpty else {
      throw RLHFError(
        .invalidData, "\(file.path) has no rows; expected \(expected(type)) on each line.")
    }
    return rows
  }

  private static func expected(_ type: any Decodable.Type) -> String {
    switch type {
    case is KnowledgeBase.Fact.Type: "an object with 'entity', 'attribute' and 'value'"
    case is DialogueRow.Type: "an object with 'messages', each with 'role' and 'content'"
    case is PromptRow.Type: "an object with 'prompt', a list of messages with 'role' and 'content'"
    default: "an object with 'text'"
    }
  }

  private static func describe(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "no '\(key.stringValue)'"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "another kind of value in '\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "an unknown value in '\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
    default: "something that is not JSON"
    }
  }
}
