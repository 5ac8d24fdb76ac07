import NeuralNetworks
import RLHFCore

/// The shape of CLIP's text tower, as Hugging Face's config.json has it; what a file leaves out is that of ViT-B/32.
public struct CLIPTextConfiguration: Sendable, Hashable {
  /// The number of tokens.
  public var vocabularySize = 49408
  /// The largest number of tokens of a text.
  public var contextLength = 77
  /// The layers that both towers have.
  public var encoder = CLIPEncoderConfiguration(
    hiddenSize: 512, intermediateSize: 2048, layerCount: 12, headCount: 8)
  /// The width of the space that images and texts share.
  public var projectionSize = 512
  /// The token whose state stands for the text: the first one; 2 means the largest token, as in old files.
  public var endToken = 49407

  /// Creates the shape of ViT-B/32.
  public init() {}

  /// Checks that the sizes fit together.
  public func validate() throws {
    try encoder.validate("text tower")
    let sizes = [
      ("vocab_size", vocabularySize), ("max_position_embeddings", contextLength),
      ("projection_dim", projectionSize),
    ]
    for (name, size) in sizes where size < 1 || size > 1 << 24 {
      throw RLHFError(
        .invalidConfiguration, "CLIP's text tower has \(name) \(size), expected 1 to \(1 << 24).")
    }
  }
}

extension CLIPTextConfiguration: Codable {
  /// Reads the object; keys that do not concern the computation are passed over.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    encoder = try CLIPEncoderConfiguration(keys, defaults: encoder)
    vocabularySize = try keys.optional("vocab_size") ?? vocabularySize
    contextLength = try keys.optional("max_position_embeddings") ?? contextLength
    projectionSize = try keys.optional("projection_dim") ?? projectionSize
    endToken = try keys.optional("eos_token_id") ?? endToken
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    try keys.put("model_type", "clip_text_model")
    try self.encoder.encode(to: &keys)
    try keys.put("vocab_size", vocabularySize)
    try keys.put("max_position_embeddings", contextLength)
    try keys.put("projection_dim", projectionSize)
    try keys.put("eos_token_id", endToken)
  }
}
