public import NeuralNetworks
import RLHFCore

/// The shape of a U-Net for images, read from and written to diffusers' config.json of a `UNet2DModel`.
public struct UNet2DConfiguration: Sendable, Hashable {
  /// What a level of the way down is made of.
  public enum DownBlockType: String, Sendable, Codable, CaseIterable {
    /// Residual blocks, then a convolution of stride 2.
    case plain = "DownBlock2D"
    /// Residual blocks, each followed by attention.
    case attention = "AttnDownBlock2D"
    /// Residual blocks, also where the resolution is halved.
    case residual = "ResnetDownsampleBlock2D"
  }

  /// What a level of the way up is made of.
  public enum UpBlockType: String, Sendable, Codable, CaseIterable {
    /// Residual blocks, then repetition and a convolution.
    case plain = "UpBlock2D"
    /// Residual blocks, each followed by attention.
    case attention = "AttnUpBlock2D"
    /// Residual blocks, also where the resolution is doubled.
    case residual = "ResnetUpsampleBlock2D"
  }

  /// How the resolution changes behind blocks with attention.
  public enum ResamplingType: String, Sendable, Codable, CaseIterable {
    /// By a convolution.
    case convolution = "conv"
    /// By a residual block.
    case residual = "resnet"
  }

  /// How a timestep becomes a vector.
  public enum TimeEmbeddingType: String, Sendable, Codable, CaseIterable {
    /// Sines and cosines.
    case positional
    /// Sines and cosines of the logarithm at random frequencies, which stay; the output is divided by the timestep.
    case fourier
    /// A vector for each, which is trained.
    case learned
  }

  /// What class labels are.
  public enum ClassEmbeddingType: String, Sendable, Codable, CaseIterable {
    /// Numbers that are embedded as timesteps are.
    case timestep
    /// Vectors of the time's length.
    case identity
  }

  /// The usual height and width of samples.
  public var sampleSize: ImageSize?
  /// The number of channels of a sample.
  public var inputChannels = 3
  /// The number of channels of a prediction.
  public var outputChannels = 3
  /// Whether samples are in 0...1 and stretched to -1...1 first.
  public var centersInput = false
  /// How a timestep becomes a vector.
  public var timeEmbedding = TimeEmbeddingType.positional
  /// The length of the vector of time and class; four times the first level's channels when `nil`.
  public var timeEmbeddingSize: Int?
  /// What is taken from the number of frequencies in their exponents.
  public var frequencyShift = 0.0
  /// Whether cosines come before sines.
  public var cosinesFirst = true
  /// The number of timesteps that have a learned vector.
  public var timestepCount: Int?
  /// What the levels of the way down are made of, the finest first.
  public var downBlocks: [DownBlockType] = [.plain, .attention, .attention, .attention]
  /// Whether there is a middle block.
  public var hasMiddleBlock = true
  /// Whether the middle block has attention.
  public var hasMiddleAttention = true
  /// What the levels of the way up are made of, the coarsest first.
  public var upBlocks: [UpBlockType] = [.attention, .attention, .attention, .plain]
  /// The channels of each level, the finest first.
  public var blockChannels = [224, 448, 672, 896]
  /// The number of residual blocks of each level of the way down; the way up has one more.
  public var layersPerBlock = 2
  /// What the sums of the middle block are divided by.
  public var middleScale = 1.0
  /// The padding of convolutions of stride 2; 0 pads at the end alone.
  public var downsamplePadding = 1
  /// How blocks with attention halve the resolution.
  public var downsampling = ResamplingType.convolution
  /// How blocks with attention double the resolution.
  public var upsampling = ResamplingType.convolution
  /// The probability of dropout in residual blocks, while training.
  public var dropout = 0.0
  /// The function inside the blocks.
  public var activation = Activation.silu
  /// The channels of one head of attention; `nil` makes one head.
  public var attentionHeadSize: Int? = 8
  /// The number of groups of the normalisations.
  public var groupCount = 32
  /// The number of groups before the middle block's attention; `nil` takes `groupCount`, or no normalisation where time
  /// scales.
  public var middleAttentionGroups: Int?
  /// What normalisations add to the variance.
  public var epsilon = 1e-5
  /// Whether time scales and shifts; else it is added.
  public var scalesByTime = false
  /// What class labels are where they are not numbers of an embedding.
  public var classEmbedding: ClassEmbeddingType?
  /// The number of classes, each with a vector of its own.
  public var classCount: Int?

  /// Creates the defaults of diffusers; ``validate()`` says whether sizes fit together.
  public init() {}

  /// The length of the vector of time and class.
  public var timeChannels: Int { timeEmbeddingSize ?? 4 * (blockChannels.first ?? 0) }

  /// Checks that the sizes fit together.
  public func validate() throws {
    var check = SettingsCheck(section: "")
    validate(&check)
    try check.finish(source: "the U-Net's configuration is impossible")
  }

  private func validate(_ check: inout SettingsCheck) {
    check.require(
      !blockChannels.isEmpty && downBlocks.count == blockChannels.count
        && upBlocks.count == blockChannels.count, "block_out_channels",
      "as many as down_block_types (\(downBlocks.count)) and up_block_types (\(upBlocks.count))",
      found: blockChannels)
    check.positive(inputChannels, "in_channels")
    check.positive(outputChannels, "out_channels")
    check.positive(layersPerBlock, "layers_per_block")
    check.positive(groupCount, "norm_num_groups")
    check.positive(timeChannels, "time_embedding_dim")
    check.positive(middleScale, "mid_block_scale_factor")
    check.require(
      (0...1).contains(downsamplePadding), "downsample_padding", "0 or 1", found: downsamplePadding)
    check.require(
      dropout >= 0 && dropout < 1, "dropout", "a number from 0 to below 1", found: dropout)
    for channels in blockChannels where groupCount > 0 {
      check.require(
        channels > 0 && channels % groupCount == 0, "block_out_channels",
        "multiples of norm_num_groups (\(groupCount))", found: blockChannels)
      if let size = attentionHeadSize {
        check.require(
          size > 0 && (channels >= size || !usesAttention(at: channels)), "attention_head_dim",
          "at least 1 and at most the channels of a level with attention", found: size)
      }
    }
    if let groups = middleAttentionGroups {
      check.require(
        groups > 0 && (blockChannels.last ?? 0) % groups == 0, "attn_norm_num_groups",
        "a divisor of \(blockChannels.last ?? 0)", found: groups)
    }
    if let count = classCount { check.positive(count, "num_class_embeds") }
    if timeEmbedding == .learned { check.positive(timestepCount ?? 0, "num_train_timesteps") }
    if let size = sampleSize {
      check.require(
        size.height > 0 && size.width > 0, "sample_size", "at least 1",
        found: "\(size.height) x \(size.width)")
    }
  }

  private func usesAttention(at channels: Int) -> Bool {
    if hasMiddleAttention && blockChannels.last == channels { return true }
    let (down, up) = (zip(downBlocks, blockChannels), zip(upBlocks, blockChannels.reversed()))
    return down.contains { $0.0 == .attention && $0.1 == channels }
      || up.contains { $0.0 == .attention && $0.1 == channels }
  }

  /// The number of parameters of the 3 × 3 convolutions, without overflow: the order of all.
  var approximateParameterCount: Double {
    let channels = blockChannels.map(Double.init)
    let convolutions = channels.reduce(0) { $0 + $1 * $1 }
    return 9 * convolutions * (5 * Double(layersPerBlock) + 3)
      + Double(classCount ?? 0) * Double(timeChannels) + Double(timeChannels) * Double(timeChannels)
  }
}
