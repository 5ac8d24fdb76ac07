/// A file that raters see or hear, known by its content.
public struct MediaReference: Sendable, Hashable, Codable {
  /// The SHA-256 of the content, 64 hexadecimal digits.
  public var sha256: String
  /// What the file is, as a MIME type such as `image/png`.
  public var type: String

  /// Creates a reference.
  public init(sha256: String, type: String) {
    self.sha256 = sha256
    self.type = type
  }
}

/// A piece of what a rater perceives of a prompt or an artifact.
///
/// In JSON, an object with a `type`: `{"type": "turn", "role": "user", "text": …}`,
/// `{"type": "image", "media": SHA-256, "mime": …, "alt": …}`.
public enum ContentBlock: Sendable, Hashable {
  /// Words as they are.
  case text(String)
  /// Words with the marks of Markdown, of which a page shows a safe part.
  case markdown(String)
  /// What one side of a conversation says; Markdown.
  case turn(role: String, text: String)
  /// A picture, with words for those who do not see it.
  case image(MediaReference, alt: String)
  /// A sound.
  case audio(MediaReference)

  /// The words of the block, those that stand for a picture not counted.
  public var words: String? {
    switch self {
    case .text(let text), .markdown(let text), .turn(_, let text): text
    case .image, .audio: nil
    }
  }

  /// The file that the block shows.
  public var media: MediaReference? {
    switch self {
    case .image(let media, _), .audio(let media): media
    case .text, .markdown, .turn: nil
    }
  }
}

extension ContentBlock: Codable {
  private enum Kind: String, Codable {
    case text, markdown, turn, image, audio
  }

  private enum CodingKeys: String, CodingKey {
    case type, text, role, media, mime, alt
  }

  /// Reads a block; throws where the type is unknown or a field is missing.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func text() throws -> String { try fields.decode(String.self, forKey: .text) }
    func media() throws -> MediaReference {
      MediaReference(
        sha256: try fields.decode(String.self, forKey: .media),
        type: try fields.decode(String.self, forKey: .mime))
    }
    switch try fields.decode(Kind.self, forKey: .type) {
    case .text: self = .text(try text())
    case .markdown: self = .markdown(try text())
    case .turn: self = .turn(role: try fields.decode(String.self, forKey: .role), text: try text())
    case .image:
      self = .image(try media(), alt: try fields.decodeIfPresent(String.self, forKey: .alt) ?? "")
    case .audio: self = .audio(try media())
    }
  }

  /// Writes the block with its type.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    func write(_ kind: Kind) throws { try fields.encode(kind, forKey: .type) }
    switch self {
    case .text(let text):
      try write(.text)
      try fields.encode(text, forKey: .text)
    case .markdown(let text):
      try write(.markdown)
      try fields.encode(text, forKey: .text)
    case .turn(let role, let text):
      try write(.turn)
      try fields.encode(role, forKey: .role)
      try fields.encode(text, forKey: .text)
    case .image(let media, let alt):
      try write(.image)
      try fields.encode(media.sha256, forKey: .media)
      try fields.encode(media.type, forKey: .mime)
      try fields.encode(alt, forKey: .alt)
    case .audio(let media):
      try write(.audio)
      try fields.encode(media.sha256, forKey: .media)
      try fields.encode(media.type, forKey: .mime)
    }
  }
}
