/// What an image is asked for by: the name of a class, a caption, or nothing.
///
/// In JSON the words as a string, `null` for none, or an object with `text` and `variation`.
public struct ImagePrompt: Sendable, Hashable {
  /// The name of the class, or the caption; `nil` asks for any image.
  public var text: String?
  /// What tells prompts of the same words apart, such as those that are held out; models do not see it.
  public var variation: Int?

  /// Creates a prompt.
  public init(_ text: String? = nil, variation: Int? = nil) {
    self.text = text
    self.variation = variation
  }
}

extension ImagePrompt: Codable {
  private enum CodingKeys: String, CodingKey { case text, variation }

  /// Reads a string, `null` or an object.
  public init(from decoder: any Decoder) throws {
    if let container = try? decoder.singleValueContainer() {
      if container.decodeNil() {
        self.init()
        return
      }
      if let text = try? container.decode(String.self) {
        self.init(text)
        return
      }
    }
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try fields.decodeIfPresent(String.self, forKey: .text),
      variation: try fields.decodeIfPresent(Int.self, forKey: .variation))
  }

  /// Writes an object.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encodeIfPresent(text, forKey: .text)
    try fields.encodeIfPresent(variation, forKey: .variation)
  }
}
