public import NeuralNetworks
public import RLHFCore
public import Torch

/// A U-Net for images (Ronneberger et al., 2015; Ho et al., 2020), by the names and shapes of diffusers' `UNet2DModel`.
///
/// Owned by one training session and not `Sendable`.
public final class UNet2DModel: NoisePredictor {
  /// The network's shape.
  public let configuration: UNet2DConfiguration
  /// The store that holds the parameters.
  public let parameters: ParameterStore

  let prefix: String
  private let time: TimeEmbedding
  private let classes: ClassEmbedding?
  private let body: UNetBody

  /// Creates a network whose weights are drawn by `seed`.
  public convenience init(_ configuration: UNet2DConfiguration, seed: Seed = 0) throws {
    try self.init(configuration, in: ParameterStore(seed: seed).root)
  }

  /// Creates a network whose parameters are made in `scope`.
  public init(_ configuration: UNet2DConfiguration, in scope: ParameterScope) throws {
    try configuration.validate()
    self.configuration = configuration
    parameters = scope.store
    prefix = scope.path.isEmpty ? "" : "\(scope.path)."
    time = TimeEmbedding(configuration, in: scope)
    classes = ClassEmbedding(configuration, in: scope["class_embedding"])
    let plan = UNetPlan(configuration)
    body = UNetBody(
      inputs: configuration.inputChannels, outputs: configuration.outputChannels,
      first: configuration.blockChannels[0], plan.style, in: scope,
      down: configuration.downBlocks.enumerated().map { index, type in
        plan.downBlock(type, at: index, in: scope["down_blocks"][index])
      },
      middle: configuration.hasMiddleBlock ? plan.middleBlock(in: scope["mid_block"]) : nil,
      up: configuration.upBlocks.enumerated().map { index, type in
        plan.upBlock(type, at: index, in: scope["up_blocks"][index])
      })
  }

  /// The number of channels of a sample.
  public var channelCount: Int { configuration.inputChannels }
  /// The usual height and width of a sample, where the configuration says them.
  public var sampleSize: ImageSize? { configuration.sampleSize }
  /// The number of classes that labels may name; `nil` for a network that takes none.
  public var classCount: Int? {
    configuration.classEmbedding == nil ? configuration.classCount : nil
  }

  /// Applies the network; see ``NoisePredictor``.
  ///
  /// - Parameters:
  ///   - sample: The noisy samples, `[B, C, H, W]`; each level but the last halves H and W, which must be even there.
  ///   - timesteps: How noisy each is, `[B]`.
  ///   - classLabels: The class of each, int64 `[B]`, exactly where the network has classes.
  ///   - context: Must be `nil`: the network has no cross-attention.
  ///   - dropout: The source of dropout while training; `nil` evaluates.
  /// - Returns: The predictions, `[B, outputChannels, H, W]`.
  public func callAsFunction(
    _ sample: Tensor, timesteps: Tensor, classLabels: Tensor?, context: Tensor?,
    dropout: RandomGenerator?
  ) -> Tensor {
    checkInput(sample, timesteps, classLabels, context)
    var vector = time(timesteps, dtype: parameters.dtype)
    if let classes, let classLabels {
      vector = vector + classes(classLabels, time: time, dtype: parameters.dtype)
    }
    let pass = BlockPass(
      time: vector, activatedTime: configuration.activation(vector), dropout: dropout)
    let output = body(configuration.centersInput ? sample * 2 - 1 : sample, pass)
    guard configuration.timeEmbedding == .fourier else { return output }
    return output / timesteps.to(output.dtype).reshaped([-1, 1, 1, 1])
  }

  private func checkInput(
    _ sample: Tensor, _ timesteps: Tensor, _ classLabels: Tensor?, _ context: Tensor?
  ) {
    let factor = 1 << (configuration.blockChannels.count - 1)
    precondition(
      sample.rank == 4 && sample.shape[1] == channelCount && sample.shape[2] % factor == 0
        && sample.shape[3] % factor == 0,
      "UNet2DModel wants samples [B, \(channelCount), H, W] with H and W multiples of \(factor), "
        + "not \(sample.shape)")
    precondition(
      timesteps.shape == [sample.shape[0]],
      "UNet2DModel wants timesteps [\(sample.shape[0])], not \(timesteps.shape)")
    precondition(
      (classes == nil) == (classLabels == nil)
        && classLabels.map { $0.shape.first == sample.shape[0] } ?? true,
      "UNet2DModel \(classes == nil ? "takes no class labels" : "wants class labels [\(sample.shape[0])]"), "
        + "not \(classLabels.map { "\($0.shape)" } ?? "none")")
    precondition(context == nil, "UNet2DModel has no cross-attention and takes no context")
  }
}

/// Makes the blocks of a U-Net.
private struct UNetPlan {
  let configuration: UNet2DConfiguration
  let style: BlockStyle

  init(_ configuration: UNet2DConfiguration) {
    self.configuration = configuration
    style = BlockStyle(
      timeChannels: configuration.timeChannels, groupCount: configuration.groupCount,
      epsilon: configuration.epsilon, activation: configuration.activation,
      dropout: configuration.dropout, scalesByTime: configuration.scalesByTime)
  }

  func downBlock(
    _ type: UNet2DConfiguration.DownBlockType, at index: Int, in scope: ParameterScope
  ) -> DownBlock {
    let all = configuration.blockChannels
    let channels = all[index]
    let isResidual =
      type == .residual || (type == .attention && configuration.downsampling == .residual)
    return DownBlock(
      index == 0 ? all[0] : all[index - 1], channels, layers: configuration.layersPerBlock, style,
      in: scope, attention: { type == .attention ? attention(channels, in: $0) : nil },
      downsampler: { place in
        if index == all.count - 1 { return nil }
        return isResidual
          ? .residual(ResidualBlock(channels, channels, resampling: .down, style, in: place))
          : .convolution(
            DownsamplingConvolution(
              channels, padding: configuration.downsamplePadding, in: place))
      })
  }

  func middleBlock(in scope: ParameterScope) -> MiddleBlock {
    let channels = configuration.blockChannels[configuration.blockChannels.count - 1]
    var style = style
    style.outputScale = configuration.middleScale
    let groups =
      configuration.middleAttentionGroups
      ?? (configuration.scalesByTime ? nil : configuration.groupCount)
    return MiddleBlock(channels, style, in: scope) { place in
      guard configuration.hasMiddleAttention else { return nil }
      return .spatial(
        SpatialAttention(
          channels, headSize: configuration.attentionHeadSize ?? channels, groups: groups,
          epsilon: configuration.epsilon, outputScale: configuration.middleScale, in: place))
    }
  }

  func upBlock(
    _ type: UNet2DConfiguration.UpBlockType, at index: Int, in scope: ParameterScope
  ) -> UpBlock {
    let reversed = Array(configuration.blockChannels.reversed())
    let channels = reversed[index]
    let finer = reversed[min(index + 1, reversed.count - 1)]
    let isResidual =
      type == .residual || (type == .attention && configuration.upsampling == .residual)
    let skips = Array(repeating: channels, count: configuration.layersPerBlock) + [finer]
    return UpBlock(
      index == 0 ? channels : reversed[index - 1], skips: skips, channels, style, in: scope,
      attention: { type == .attention ? attention(channels, in: $0) : nil },
      upsampler: { place in
        if index == reversed.count - 1 { return nil }
        return isResidual
          ? .residual(ResidualBlock(channels, channels, resampling: .up, style, in: place))
          : .convolution(channels, in: place)
      })
  }

  private func attention(_ channels: Int, in scope: ParameterScope) -> BlockAttention {
    .spatial(
      SpatialAttention(
        channels, headSize: configuration.attentionHeadSize ?? channels,
        groups: configuration.groupCount, epsilon: configuration.epsilon, in: scope))
  }
}
