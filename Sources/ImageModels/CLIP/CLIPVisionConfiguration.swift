import NeuralNetworks
import RLHFCore

/// The shape of CLIP's image tower, as Hugging Face's config.json has it; what a file leaves out is that of ViT-B/32.
public struct CLIPVisionConfiguration: Sendable, Hashable {
  /// The edge of the square images.
  public var imageSize = 224
  /// The edge of the square patches, each of which becomes one vector.
  public var patchSize = 32
  /// The channels of an image.
  public var channelCount = 3
  /// The layers that both towers have.
  public var encoder = CLIPEncoderConfiguration(
    hiddenSize: 768, intermediateSize: 3072, layerCount: 12, headCount: 12)
  /// The width of the space that images and texts share.
  public var projectionSize = 512

  /// Creates the shape of ViT-B/32.
  public init() {}

  /// The number of patches of an image.
  public var patchCount: Int { (imageSize / patchSize) * (imageSize / patchSize) }

  /// Checks that the sizes fit together.
  public func validate() throws {
    try encoder.validate("vision tower")
    let sizes = [
      ("image_size", imageSize), ("patch_size", patchSize), ("num_channels", channelCount),
      ("projection_dim", projectionSize),
    ]
    for (name, size) in sizes where size < 1 || size > 1 << 20 {
      throw RLHFError(
        .invalidConfiguration, "CLIP's vision tower has \(name) \(size), expected 1 to \(1 << 20).")
    }
    guard patchSize <= imageSize else {
      throw RLHFError(
        .invalidConfiguration,
        "CLIP's vision tower has patches of \(patchSize) in images of \(imageSize), expected smaller ones."
      )
    }
  }
}

extension CLIPVisionConfiguration: Codable {
  /// Reads the object; keys that do not concern the computation are passed over.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    encoder = try CLIPEncoderConfiguration(keys, defaults: encoder)
    imageSize = try keys.optional("image_size") ?? imageSize
    patchSize = try keys.optional("patch_size") ?? patchSize
    channelCount = try keys.optional("num_channels") ?? channelCount
    projectionSize = try keys.optional("projection_dim") ?? projectionSize
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    try keys.put("model_type", "clip_vision_model")
    try self.encoder.encode(to: &keys)
    try keys.put("image_size", imageSize)
    try keys.put("patch_size", patchSize)
    try keys.put("num_channels", channelCount)
    try keys.put("projection_dim", projectionSize)
  }
}
