public import Foundation
public import NeuralNetworks
public import RLHFCore
public import Torch

/// A U-Net whose transformers read a context, such as the states of a text (Rombach et al., 2022), by the names and
/// shapes of diffusers' `UNet2DConditionModel`.
///
/// Owned by one training session and not `Sendable`.
public final class UNet2DConditionModel: NoisePredictor {
  /// The network's shape.
  public let configuration: UNet2DConditionConfiguration
  /// The store that holds the parameters.
  public let parameters: ParameterStore

  private let prefix: String
  private let time: TimeLayers
  private let classes: Embedding?
  private let body: UNetBody

  /// Creates a network whose weights are drawn by `seed`.
  public convenience init(_ configuration: UNet2DConditionConfiguration, seed: Seed = 0) throws {
    try self.init(configuration, in: ParameterStore(seed: seed).root)
  }

  /// Creates a network whose parameters are made in `scope`.
  public init(_ configuration: UNet2DConditionConfiguration, in scope: ParameterScope) throws {
    try configuration.validate()
    self.configuration = configuration
    parameters = scope.store
    prefix = scope.path.isEmpty ? "" : "\(scope.path)."
    time = TimeLayers(
      configuration.blockChannels[0], configuration.timeChannels,
      activation: configuration.activation, in: scope["time_embedding"])
    classes = configuration.classCount.map {
      Embedding($0, configuration.timeChannels, in: scope["class_embedding"])
    }
    let plan = ConditionPlan(configuration)
    body = UNetBody(
      inputs: configuration.inputChannels, outputs: configuration.outputChannels,
      first: configuration.blockChannels[0], inputKernel: configuration.inputKernel,
      outputKernel: configuration.outputKernel, outputActivation: configuration.activation,
      plan.style, in: scope,
      down: configuration.downBlocks.indices.map {
        plan.downBlock($0, in: scope["down_blocks"][$0])
      },
      middle: configuration.hasMiddleBlock ? plan.middleBlock(in: scope["mid_block"]) : nil,
      up: configuration.upBlocks.indices.map { plan.upBlock($0, in: scope["up_blocks"][$0]) })
  }

  /// The number of channels of a sample.
  public var channelCount: Int { configuration.inputChannels }
  /// The usual height and width of a sample, where the configuration says them.
  public var sampleSize: ImageSize? { configuration.sampleSize }
  /// The number of classes that labels may name; `nil` for a network that takes none.
  public var classCount: Int? { configuration.classCount }

  /// Applies the network; see ``NoisePredictor``.
  public func callAsFunction(
    _ sample: Tensor, timesteps: Tensor, classLabels: Tensor?, context: Tensor?,
    dropout: RandomGenerator?
  ) -> Tensor {
    self(
      sample, timesteps: timesteps, classLabels: classLabels, context: context, contextMask: nil,
      dropout: dropout)
  }

  /// Applies the network to a context that is padded.
  ///
  /// - Parameters:
  ///   - sample: The noisy samples, `[B, C, H, W]`.
  ///   - timesteps: How noisy each is, `[B]`.
  ///   - classLabels: The class of each, int64 `[B]`, exactly where the network has classes.
  ///   - context: What cross-attention reads, `[B, L, D]`.
  ///   - contextMask: Which places of the context are real, Boolean `[B, L]`; all when `nil`.
  ///   - dropout: The source of dropout while training; `nil` evaluates.
  /// - Returns: The predictions, `[B, outputChannels, H, W]`.
  public func callAsFunction(
    _ sample: Tensor, timesteps: Tensor, classLabels: Tensor?, context: Tensor?,
    contextMask: Tensor?, dropout: RandomGenerator?
  ) -> Tensor {
    precondition(
      sample.rank == 4 && sample.shape[1] == channelCount
        && timesteps.shape == [sample.shape[0]],
      "UNet2DConditionModel wants samples [B, \(channelCount), H, W] and timesteps [B], not "
        + "\(sample.shape) and \(timesteps.shape)")
    precondition(
      context.map { $0.rank == 3 && $0.shape[0] == sample.shape[0] } ?? false,
      "UNet2DConditionModel wants a context [\(sample.shape[0]), L, D], not "
        + "\(context.map { "\($0.shape)" } ?? "none")")
    precondition(
      (classes == nil) == (classLabels == nil),
      "UNet2DConditionModel \(classes == nil ? "takes no" : "wants") class labels")
    let embedding = SinusoidalEmbedding(
      configuration.blockChannels[0], cosinesFirst: configuration.cosinesFirst,
      frequencyShift: configuration.frequencyShift)
    var vector = time(embedding(timesteps).to(parameters.dtype))
    if let classes, let classLabels { vector = vector + classes(classLabels) }
    let pass = BlockPass(
      time: vector, activatedTime: configuration.activation(vector), context: context,
      contextMask: contextMask?.unsqueezed(1).unsqueezed(1), dropout: dropout)
    return body(configuration.centersInput ? sample * 2 - 1 : sample, pass)
  }

  /// Loads a directory as diffusers writes it: config.json and diffusion_pytorch_model.safetensors, or its shards.
  ///
  /// - Parameters:
  ///   - directory: The model directory, such as a pipeline's "unet".
  ///   - dtype: The element type to compute in.
  ///   - device: Where the parameters live.
  /// - Returns: The network, all of its parameters trainable.
  /// - Throws: An error that names the file and what does not fit.
  public static func load(
    from directory: URL, dtype: DType = .float32, device: Device = .cpu
  ) throws -> UNet2DConditionModel {
    let configuration = try UNet2DConditionConfiguration.load(from: directory)
    return try DiffusersDirectory.read(
      directory, approximateCount: configuration.approximateParameterCount, dtype: dtype,
      device: device
    ) { try UNet2DConditionModel(configuration, in: $0.root) }
  }

  /// Writes config.json and diffusion_pytorch_model.safetensors, or its shards, into `directory`, which is made if need
  /// be.
  public func save(to directory: URL, shardSize: Int = WeightFiles.usualShardSize) throws {
    try DiffusersDirectory.write(
      DiffusersDirectory.tensors(of: parameters, below: prefix), configuration, to: directory,
      shardSize: shardSize)
  }
}

/// Makes the blocks of a U-Net with cross-attention.
private struct ConditionPlan {
  let configuration: UNet2DConditionConfiguration
  let style: BlockStyle
  private let last: Int

  init(_ configuration: UNet2DConditionConfiguration) {
    self.configuration = configuration
    last = configuration.blockChannels.count - 1
    style = BlockStyle(
      timeChannels: configuration.timeChannels, groupCount: configuration.groupCount,
      epsilon: configuration.epsilon, activation: configuration.activation,
      dropout: configuration.dropout, scalesByTime: configuration.scalesByTime)
  }

  func downBlock(_ level: Int, in scope: ParameterScope) -> DownBlock {
    let channels = configuration.blockChannels
    let crosses = configuration.downBlocks[level] == .crossAttention
    return DownBlock(
      channels[max(level - 1, 0)], channels[level],
      layers: configuration.layersPerBlock[level], style, in: scope,
      attention: { crosses ? transformer(level, configuration.crossesOnly[level], in: $0) : nil },
      downsampler: { place in
        level == last
          ? nil
          : .convolution(
            DownsamplingConvolution(
              channels[level], padding: configuration.downsamplePadding, in: place))
      })
  }

  func middleBlock(in scope: ParameterScope) -> MiddleBlock {
    var style = style
    style.outputScale = configuration.middleScale
    return MiddleBlock(configuration.blockChannels[last], style, in: scope) {
      transformer(last, false, in: $0)
    }
  }

  func upBlock(_ index: Int, in scope: ParameterScope) -> UpBlock {
    let level = last - index
    let channels = configuration.blockChannels
    let crosses = configuration.upBlocks[index] == .crossAttention
    let count = configuration.layersPerBlock[level]
    return UpBlock(
      channels[min(level + 1, last)],
      skips: Array(repeating: channels[level], count: count) + [channels[max(level - 1, 0)]],
      channels[level], style, in: scope,
      attention: { crosses ? transformer(level, configuration.crossesOnly[level], in: $0) : nil },
      upsampler: { level == 0 ? nil : .convolution(channels[level], in: $0) })
  }

  private func transformer(
    _ level: Int, _ crossesOnly: Bool, in scope: ParameterScope
  ) -> BlockAttention {
    .transformer(
      SpatialTransformer(
        configuration.blockChannels[level], heads: configuration.headCount[level],
        context: configuration.contextSize[level], layers: configuration.transformerLayers[level],
        groups: configuration.groupCount, isLinear: configuration.usesLinearProjection,
        crossesOnly: crossesOnly, in: scope))
  }
}
