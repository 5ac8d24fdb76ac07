public import NeuralNetworks
import RLHFCore

/// The shape of a U-Net with cross-attention, read from and written to diffusers' config.json of a
/// `UNet2DConditionModel`, as Stable Diffusion 1 and 2 have it.
public struct UNet2DConditionConfiguration: Sendable, Hashable {
  /// What a level of the way down is made of.
  public enum DownBlockType: String, Sendable, Codable, CaseIterable {
    /// Residual blocks.
    case plain = "DownBlock2D"
    /// Residual blocks, each followed by a transformer that reads the context.
    case crossAttention = "CrossAttnDownBlock2D"
  }

  /// What a level of the way up is made of.
  public enum UpBlockType: String, Sendable, Codable, CaseIterable {
    /// Residual blocks.
    case plain = "UpBlock2D"
    /// Residual blocks, each followed by a transformer that reads the context.
    case crossAttention = "CrossAttnUpBlock2D"
  }

  /// The usual height and width of samples.
  public var sampleSize: ImageSize?
  /// The number of channels of a sample.
  public var inputChannels = 4
  /// The number of channels of a prediction.
  public var outputChannels = 4
  /// Whether samples are in 0...1 and stretched to -1...1 first.
  public var centersInput = false
  /// The length of the vector of time and class; four times the first level's channels when `nil`.
  public var timeEmbeddingSize: Int?
  /// What is taken from the number of frequencies in their exponents.
  public var frequencyShift = 0.0
  /// Whether cosines come before sines.
  public var cosinesFirst = true
  /// What the levels of the way down are made of, the finest first.
  public var downBlocks: [DownBlockType] = [
    .crossAttention, .crossAttention, .crossAttention, .plain,
  ]
  /// Whether there is a middle block.
  public var hasMiddleBlock = true
  /// What the levels of the way up are made of, the coarsest first.
  public var upBlocks: [UpBlockType] = [.plain, .crossAttention, .crossAttention, .crossAttention]
  /// The channels of each level, the finest first.
  public var blockChannels = [320, 640, 1280, 1280]
  /// The number of residual blocks of each level of the way down; the way up has one more.
  public var layersPerBlock = PerLevel(2)
  /// The number of blocks of each transformer, by level.
  public var transformerLayers = PerLevel(1)
  /// The number of heads of attention, by level; diffusers' files call it attention_head_dim.
  public var headCount = PerLevel(8)
  /// The length of the context's vectors, by level.
  public var contextSize = PerLevel(1280)
  /// Whether the transformers of a level read the context in place of the image itself.
  public var crossesOnly = PerLevel(false)
  /// Whether transformers begin and end with matrices in place of convolutions.
  public var usesLinearProjection = false
  /// What the sums of the middle block are divided by.
  public var middleScale = 1.0
  /// The padding of convolutions of stride 2; 0 pads at the end alone.
  public var downsamplePadding = 1
  /// The probability of dropout in residual blocks, while training.
  public var dropout = 0.0
  /// The function inside the blocks.
  public var activation = Activation.silu
  /// The number of groups of the normalisations.
  public var groupCount = 32
  /// What normalisations add to the variance.
  public var epsilon = 1e-5
  /// Whether time scales and shifts; else it is added.
  public var scalesByTime = false
  /// The number of classes, each with a vector of its own.
  public var classCount: Int?
  /// The width of the first convolution's kernels.
  public var inputKernel = 3
  /// The width of the last convolution's kernels.
  public var outputKernel = 3

  /// Creates the defaults of diffusers; ``validate()`` says whether sizes fit together.
  public init() {}

  /// The length of the vector of time and class.
  public var timeChannels: Int { timeEmbeddingSize ?? 4 * (blockChannels.first ?? 0) }

  /// Checks that the sizes fit together.
  public func validate() throws {
    var check = SettingsCheck(section: "")
    let levels = blockChannels.count
    check.require(
      levels > 0 && downBlocks.count == levels && upBlocks.count == levels, "block_out_channels",
      "as many as down_block_types (\(downBlocks.count)) and up_block_types (\(upBlocks.count))",
      found: blockChannels)
    for (name, count) in [
      ("layers_per_block", layersPerBlock.count),
      ("transformer_layers_per_block", transformerLayers.count),
      ("attention_head_dim", headCount.count), ("cross_attention_dim", contextSize.count),
      ("only_cross_attention", crossesOnly.count),
    ] {
      if let count {
        check.require(count == levels, name, "one or \(levels) values", found: "\(count) values")
      }
    }
    try check.finish(source: "the U-Net's configuration is impossible")
    for (level, channels) in blockChannels.enumerated() {
      check.require(
        channels > 0 && groupCount > 0 && channels % groupCount == 0, "block_out_channels",
        "multiples of norm_num_groups (\(groupCount))", found: blockChannels)
      check.require(
        headCount[level] > 0 && channels % headCount[level] == 0, "attention_head_dim",
        "a number of heads that divides \(channels)", found: headCount[level])
      check.positive(layersPerBlock[level], "layers_per_block")
      check.positive(transformerLayers[level], "transformer_layers_per_block")
      check.positive(contextSize[level], "cross_attention_dim")
    }
    check.positive(inputChannels, "in_channels")
    check.positive(outputChannels, "out_channels")
    check.positive(timeChannels, "time_embedding_dim")
    check.positive(middleScale, "mid_block_scale_factor")
    for (name, width) in [("conv_in_kernel", inputKernel), ("conv_out_kernel", outputKernel)] {
      check.require(width > 0 && width % 2 == 1, name, "an odd number", found: width)
    }
    if let classCount { check.positive(classCount, "num_class_embeds") }
    check.require(
      (0...1).contains(downsamplePadding), "downsample_padding", "0 or 1", found: downsamplePadding)
    check.require(
      dropout >= 0 && dropout < 1, "dropout", "a number from 0 to below 1", found: dropout)
    try check.finish(source: "the U-Net's configuration is impossible")
  }

  /// The number of parameters of the 3 × 3 convolutions, without overflow: the order of all.
  var approximateParameterCount: Double {
    blockChannels.enumerated().reduce(0) { sum, level in
      sum + 9 * Double(level.element) * Double(level.element)
        * (5 * Double(layersPerBlock[level.offset]) + 3)
    }
  }
}

/// A value for each level of a network: one for all, or a list.
public enum PerLevel<Value: Sendable & Hashable & Codable>: Sendable, Hashable {
  /// The same everywhere.
  case same(Value)
  /// One for each level, the finest first.
  case each([Value])

  /// Creates a value for all levels.
  public init(_ value: Value) { self = .same(value) }

  /// The value of a level.
  public subscript(_ level: Int) -> Value {
    switch self {
    case .same(let value): value
    case .each(let values): values[level]
    }
  }

  /// The number of values of a list.
  var count: Int? {
    switch self {
    case .same: nil
    case .each(let values): values.count
    }
  }
}

extension PerLevel: Codable {
  /// Reads a value or a list.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let values = try? container.decode([Value].self) {
      self = .each(values)
    } else {
      self = .same(try container.decode(Value.self))
    }
  }

  /// Writes a value or a list.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .same(let value): try container.encode(value)
    case .each(let values): try container.encode(values)
    }
  }
}
