public import Foundation
public import NeuralNetworks
import RLHFCore

/// The shape of an autoencoder, read from and written to diffusers' config.json of an `AutoencoderKL`.
public struct AutoencoderKLConfiguration: Sendable, Hashable {
  /// The usual height and width of images.
  public var sampleSize: ImageSize? = ImageSize(32)
  /// The number of channels of the images that are encoded.
  public var inputChannels = 3
  /// The number of channels of the images that are decoded.
  public var outputChannels = 3
  /// The number of channels of latents.
  public var latentChannels = 4
  /// The channels of each level, the finest first.
  public var blockChannels = [64]
  /// The number of residual blocks of each level of the encoder; the decoder has one more.
  public var layersPerBlock = 1
  /// The function inside the blocks.
  public var activation = Activation.silu
  /// The number of groups of the normalisations.
  public var groupCount = 32
  /// Whether the middle blocks have attention.
  public var hasMiddleAttention = true
  /// Whether a layer follows the encoder.
  public var hasLatentOutput = true
  /// Whether a layer precedes the decoder.
  public var hasLatentInput = true
  /// What latents are multiplied by for a diffusion model.
  public var scale = 0.18215
  /// What is taken from latents before.
  public var shift = 0.0

  /// Creates the defaults of diffusers; ``validate()`` says whether sizes fit together.
  public init() {}

  /// Checks that the sizes fit together.
  public func validate() throws {
    var check = SettingsCheck(section: "")
    check.require(
      !blockChannels.isEmpty, "block_out_channels", "at least one level", found: blockChannels)
    check.positive(groupCount, "norm_num_groups")
    for channels in blockChannels where groupCount > 0 {
      check.require(
        channels > 0 && channels % groupCount == 0, "block_out_channels",
        "multiples of norm_num_groups (\(groupCount))", found: blockChannels)
    }
    check.positive(inputChannels, "in_channels")
    check.positive(outputChannels, "out_channels")
    check.positive(latentChannels, "latent_channels")
    check.positive(layersPerBlock, "layers_per_block")
    check.positive(scale, "scaling_factor")
    try check.finish(source: "the autoencoder's configuration is impossible")
  }

  /// The number of parameters of the 3 × 3 convolutions, without overflow: the order of all.
  var approximateParameterCount: Double {
    blockChannels.reduce(0) { sum, channels in
      sum + 9 * Double(channels) * Double(channels) * (4 * Double(layersPerBlock) + 3)
    }
  }
}

extension AutoencoderKLConfiguration: Codable {
  private static let className = "AutoencoderKL"
  private static let downBlock = "DownEncoderBlock2D"
  private static let upBlock = "UpDecoderBlock2D"

  /// Reads config.json's object; keys that do not concern the network's computation are passed over.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    try keys.requireClass([Self.className])
    for key in ["latents_mean", "latents_std"] { try keys.refuse(key) }
    self.init()
    sampleSize = try keys.optional("sample_size")
    inputChannels = try keys.optional("in_channels") ?? inputChannels
    outputChannels = try keys.optional("out_channels") ?? outputChannels
    latentChannels = try keys.optional("latent_channels") ?? latentChannels
    blockChannels = try keys.optional("block_out_channels") ?? blockChannels
    layersPerBlock = try keys.optional("layers_per_block") ?? layersPerBlock
    activation = try keys.activation("act_fn") ?? .silu
    groupCount = try keys.optional("norm_num_groups") ?? groupCount
    hasMiddleAttention = try keys.optional("mid_block_add_attention") ?? true
    hasLatentOutput = try keys.optional("use_quant_conv") ?? true
    hasLatentInput = try keys.optional("use_post_quant_conv") ?? true
    scale = try keys.optional("scaling_factor") ?? scale
    shift = try keys.optional("shift_factor") ?? 0
    for (key, supported) in [
      ("down_block_types", Self.downBlock), ("up_block_types", Self.upBlock),
    ] {
      let types = try keys.optional(key, [String].self) ?? [supported]
      for type in types { _ = try keys.isSupported(type, key, [supported]) }
      guard types.count == blockChannels.count else {
        throw RLHFError(
          .invalidConfiguration,
          "\(key) has \(types.count) entries, expected as many as block_out_channels "
            + "(\(blockChannels.count))")
      }
    }
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    try keys.put("_class_name", Self.className)
    try keys.put("_diffusers_version", diffusersVersion)
    try keys.put("sample_size", sampleSize)
    try keys.put("in_channels", inputChannels)
    try keys.put("out_channels", outputChannels)
    try keys.put("latent_channels", latentChannels)
    try keys.put("block_out_channels", blockChannels)
    try keys.put("down_block_types", blockChannels.map { _ in Self.downBlock })
    try keys.put("up_block_types", blockChannels.map { _ in Self.upBlock })
    try keys.put("layers_per_block", layersPerBlock)
    try keys.put("act_fn", activation.diffusersName)
    try keys.put("norm_num_groups", groupCount)
    try keys.put("mid_block_add_attention", hasMiddleAttention)
    try keys.put("use_quant_conv", hasLatentOutput)
    try keys.put("use_post_quant_conv", hasLatentInput)
    try keys.put("scaling_factor", scale)
    try keys.put("shift_factor", shift == 0 ? nil : shift)
  }

  /// Reads config.json of a model directory.
  public static func load(from directory: URL) throws -> AutoencoderKLConfiguration {
    try DiffusersDirectory.configuration(in: directory) { try $0.validate() }
  }
}
