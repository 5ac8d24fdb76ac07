public import Foundation
import NeuralNetworks
import RLHFCore

extension UNet2DConditionConfiguration: Codable {
  static let className = "UNet2DConditionModel"

  /// Options that change the computation, with the values that leave it as it is here.
  private static let unsupported: [(key: String, off: [JSONValue])] = [
    ("dual_cross_attention", []), ("encoder_hid_dim", []), ("encoder_hid_dim_type", []),
    ("addition_embed_type", []), ("time_cond_proj_dim", []), ("timestep_post_act", []),
    ("time_embedding_act_fn", []), ("class_embed_type", []), ("class_embeddings_concat", []),
    ("num_attention_heads", []), ("mid_block_only_cross_attention", []),
    ("cross_attention_norm", []), ("reverse_transformer_layers_per_block", []),
    ("attention_type", ["default"]), ("time_embedding_type", ["positional"]),
    ("mid_block_type", ["UNetMidBlock2DCrossAttn"]),
  ]

  /// Reads config.json's object; keys that do not concern the network's computation are passed over.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    try keys.requireClass([Self.className])
    for (key, off) in Self.unsupported { try keys.refuse(key, unless: off.contains) }
    self.init()
    sampleSize = try keys.optional("sample_size")
    inputChannels = try keys.optional("in_channels") ?? inputChannels
    outputChannels = try keys.optional("out_channels") ?? outputChannels
    centersInput = try keys.optional("center_input_sample") ?? false
    timeEmbeddingSize = try keys.optional("time_embedding_dim")
    frequencyShift = try keys.optional("freq_shift") ?? 0
    cosinesFirst = try keys.optional("flip_sin_to_cos") ?? true
    downBlocks = try keys.blocks("down_block_types") ?? downBlocks
    upBlocks = try keys.blocks("up_block_types") ?? upBlocks
    if keys.contains(AnyKey("mid_block_type")) {
      hasMiddleBlock = try keys.optional("mid_block_type", String.self) != nil
    }
    blockChannels = try keys.optional("block_out_channels") ?? blockChannels
    layersPerBlock = try keys.optional("layers_per_block") ?? layersPerBlock
    transformerLayers = try keys.optional("transformer_layers_per_block") ?? transformerLayers
    headCount = try keys.optional("attention_head_dim") ?? headCount
    contextSize = try keys.optional("cross_attention_dim") ?? contextSize
    crossesOnly = try keys.optional("only_cross_attention") ?? crossesOnly
    usesLinearProjection = try keys.optional("use_linear_projection") ?? false
    middleScale = try keys.optional("mid_block_scale_factor") ?? 1
    downsamplePadding = try keys.optional("downsample_padding") ?? 1
    dropout = try keys.optional("dropout") ?? 0
    activation = try keys.activation("act_fn") ?? .silu
    groupCount = try keys.optional("norm_num_groups") ?? 32
    epsilon = try keys.optional("norm_eps") ?? 1e-5
    scalesByTime = try keys.timeScaling("resnet_time_scale_shift")
    classCount = try keys.optional("num_class_embeds")
    inputKernel = try keys.optional("conv_in_kernel") ?? 3
    outputKernel = try keys.optional("conv_out_kernel") ?? 3
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
    try keys.put("time_embedding_dim", timeEmbeddingSize)
    try keys.putNumber("freq_shift", frequencyShift)
    try keys.put("flip_sin_to_cos", cosinesFirst)
    try keys.put("down_block_types", downBlocks)
    try keys.put("mid_block_type", hasMiddleBlock ? "UNetMidBlock2DCrossAttn" : nil)
    try keys.put("up_block_types", upBlocks)
    try keys.put("block_out_channels", blockChannels)
    try keys.put("layers_per_block", layersPerBlock)
    try keys.put("transformer_layers_per_block", transformerLayers)
    try keys.put("attention_head_dim", headCount)
    try keys.put("cross_attention_dim", contextSize)
    try keys.put("only_cross_attention", crossesOnly)
    try keys.put("use_linear_projection", usesLinearProjection)
    try keys.putNumber("mid_block_scale_factor", middleScale)
    try keys.put("downsample_padding", downsamplePadding)
    try keys.put("dropout", dropout)
    try keys.put("act_fn", activation.diffusersName)
    try keys.put("norm_num_groups", groupCount)
    try keys.put("norm_eps", epsilon)
    try keys.put("resnet_time_scale_shift", scalesByTime ? "scale_shift" : "default")
    try keys.put("num_class_embeds", classCount)
    try keys.put("conv_in_kernel", inputKernel)
    try keys.put("conv_out_kernel", outputKernel)
  }

  /// Reads config.json of a model directory.
  public static func load(from directory: URL) throws -> UNet2DConditionConfiguration {
    try DiffusersDirectory.configuration(in: directory) { try $0.validate() }
  }
}
