public import Foundation
import NeuralNetworks
import RLHFCore

extension UNet2DConfiguration: Codable {
  static let className = "UNet2DModel"

  /// Reads config.json's object; keys that do not concern the network's computation are passed over.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    try keys.requireClass([Self.className])
    self.init()
    sampleSize = try keys.optional("sample_size")
    inputChannels = try keys.optional("in_channels") ?? inputChannels
    outputChannels = try keys.optional("out_channels") ?? outputChannels
    centersInput = try keys.optional("center_input_sample") ?? false
    timeEmbedding = try keys.choice("time_embedding_type") ?? .positional
    timeEmbeddingSize = try keys.optional("time_embedding_dim")
    frequencyShift = try keys.optional("freq_shift") ?? 0
    cosinesFirst = try keys.optional("flip_sin_to_cos") ?? true
    timestepCount = try keys.optional("num_train_timesteps")
    downBlocks = try keys.blocks("down_block_types") ?? downBlocks
    upBlocks = try keys.blocks("up_block_types") ?? upBlocks
    let middle: String? =
      keys.contains(AnyKey("mid_block_type"))
      ? try keys.optional("mid_block_type") : "UNetMidBlock2D"
    hasMiddleBlock = try keys.isSupported(middle, "mid_block_type", ["UNetMidBlock2D"])
    hasMiddleAttention = try keys.optional("add_attention") ?? true
    blockChannels = try keys.optional("block_out_channels") ?? blockChannels
    layersPerBlock = try keys.optional("layers_per_block") ?? layersPerBlock
    middleScale = try keys.optional("mid_block_scale_factor") ?? 1
    downsamplePadding = try keys.optional("downsample_padding") ?? 1
    downsampling = try keys.choice("downsample_type") ?? .convolution
    upsampling = try keys.choice("upsample_type") ?? .convolution
    dropout = try keys.optional("dropout") ?? 0
    activation = try keys.activation("act_fn") ?? .silu
    attentionHeadSize =
      keys.contains(AnyKey("attention_head_dim")) ? try keys.optional("attention_head_dim") : 8
    groupCount = try keys.optional("norm_num_groups") ?? 32
    middleAttentionGroups = try keys.optional("attn_norm_num_groups")
    epsilon = try keys.optional("norm_eps") ?? 1e-5
    scalesByTime = try keys.timeScaling("resnet_time_scale_shift")
    classEmbedding = try keys.choice("class_embed_type")
    classCount = try keys.optional("num_class_embeds")
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    try keys.put("_class_name", Self.className)
    try keys.put("_diffusers_version", diffusersVersion)
    try keys.put("sample_size", sampleSize)
    try keys.put("in_channels", inputChannels)
    try keys.put("out_channels", outputChannels)
    try keys.put("center_input_sample", centersInput)
    try keys.put("time_embedding_type", timeEmbedding)
    try keys.put("time_embedding_dim", timeEmbeddingSize)
    try keys.putNumber("freq_shift", frequencyShift)
    try keys.put("flip_sin_to_cos", cosinesFirst)
    try keys.put("num_train_timesteps", timestepCount)
    try keys.put("down_block_types", downBlocks)
    try keys.put("mid_block_type", hasMiddleBlock ? "UNetMidBlock2D" : nil)
    try keys.put("add_attention", hasMiddleAttention)
    try keys.put("up_block_types", upBlocks)
    try keys.put("block_out_channels", blockChannels)
    try keys.put("layers_per_block", layersPerBlock)
    try keys.putNumber("mid_block_scale_factor", middleScale)
    try keys.put("downsample_padding", downsamplePadding)
    try keys.put("downsample_type", downsampling)
    try keys.put("upsample_type", upsampling)
    try keys.put("dropout", dropout)
    try keys.put("act_fn", activation.diffusersName)
    try keys.put("attention_head_dim", attentionHeadSize)
    try keys.put("norm_num_groups", groupCount)
    try keys.put("attn_norm_num_groups", middleAttentionGroups)
    try keys.put("norm_eps", epsilon)
    try keys.put("resnet_time_scale_shift", scalesByTime ? "scale_shift" : "default")
    try keys.put("class_embed_type", classEmbedding)
    try keys.put("num_class_embeds", classCount)
  }

  /// Reads config.json of a model directory.
  public static func load(from directory: URL) throws -> UNet2DConfiguration {
    try DiffusersDirectory.configuration(in: directory) { try $0.validate() }
  }
}
