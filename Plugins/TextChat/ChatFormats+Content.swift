import RLHF

extension ChatLine {
  /// A side or a prompt: characters without roles, or turns.
  enum Content {
    case characters(String)
    case messages([ChatMessage])

    /// The turns; characters are one of the person's.
    var messages: [ChatMessage] {
      switch self {
      case .characters(let characters): [ChatMessage(role: .user, content: characters)]
      case .messages(let messages): messages
      }
    }
  }

  /// What the member `key` holds, without white space around.
  func content(_ key: String) throws -> Content {
    switch members[key] {
    case .string(let characters) where key != "messages":
      return .characters(Transcript.isTranscript(characters) ? characters : characters.trimmed)
    case .array(let elements):
      guard !elements.isEmpty else { throw UnusableRecord("'\(key)' is an empty list") }
      return .messages(try elements.enumerated().map { try message($1, "\(key)[\($0)]") })
    default:
      throw wrongKind(
        key,
        key == "messages"
          ? "a list of {\"role\", \"content\"}" : "a string or a list of {\"role\", \"content\"}")
    }
  }

  private func message(_ json: JSONValue, _ place: String) throws -> ChatMessage {
    guard let name = json["role"]?.stringValue, let content = json["content"] else {
      throw RLHFError(
        .invalidData, "'\(place)' is not a message; expected an object with 'role' and 'content'.")
    }
    guard let role = Self.roles[name] else {
      throw UnusableRecord("a turn has a role other than system, user and assistant")
    }
    return ChatMessage(role: role, content: try characters(of: content, place).trimmed)
  }

  /// The words of a turn: a string, or a list of parts that are all text.
  private func characters(of content: JSONValue, _ place: String) throws -> String {
    switch content {
    case .null: return ""
    case .string(let characters): return characters
    case .array(let parts):
      return try parts.map { part in
        guard let characters = part["text"]?.stringValue else {
          throw UnusableRecord("a turn holds something else than text")
        }
        return characters
      }.joined()
    default:
      throw RLHFError(
        .invalidData, "'\(place).content' is \(content.kind); expected a string.")
    }
  }

  private static let roles: [String: ChatMessage.Role] = [
    "system": .system, "developer": .system, "user": .user, "human": .user,
    "assistant": .assistant, "gpt": .assistant, "model": .assistant,
  ]
}

/// A conversation in one string, as hh-rlhf writes it: turns that begin with "\n\nHuman:" or "\n\nAssistant:".
struct Transcript {
  let turns: [ChatMessage]

  private static let marks: [(mark: String, role: ChatMessage.Role)] = [
    ("\n\nHuman:", .user), ("\n\nAssistant:", .assistant),
  ]

  static func isTranscript(_ characters: String) -> Bool {
    marks.contains { characters.utf8.starts(with: $0.mark.utf8) }
  }

  /// Reads a transcript; `nil` for a string that is none.
  init?(_ characters: String) {
    guard Self.isTranscript(characters) else { return nil }
    var turns: [ChatMessage] = []
    var rest = Substring(characters)
    while let (mark, role) = Self.marks.first(where: { rest.utf8.starts(with: $0.mark.utf8) }) {
      rest = rest[rest.utf8.index(rest.startIndex, offsetBy: mark.utf8.count)...]
      let end = Self.nextMark(in: rest) ?? rest.endIndex
      turns.append(ChatMessage(role: role, content: String(rest[..<end]).trimmed))
      rest = rest[end...]
    }
    self.turns = turns
  }

  /// The turns before the place where the assistant should reply.
  var openTurns: [ChatMessage] {
    guard let last = turns.last, last.role == .assistant, last.content.isEmpty else { return turns }
    return turns.dropLast()
  }

  private static func nextMark(in rest: Substring) -> Substring.Index? {
    let bytes = rest.utf8
    var position = bytes.startIndex
    while let candidate = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) {
      if marks.contains(where: { bytes[candidate...].starts(with: $0.mark.utf8) }) {
        return candidate
      }
      position = bytes.index(after: candidate)
    }
    return nil
  }
}
