public import Foundation
public import NeuralNetworks
public import RLHFCore
public import Torch

/// A variational autoencoder of images (Kingma and Welling, 2014; Rombach et al., 2022), by the names and shapes of
/// diffusers' `AutoencoderKL`.
///
/// Owned by one training session and not `Sendable`.
public final class AutoencoderKL {
  /// The network's shape.
  public let configuration: AutoencoderKLConfiguration
  /// The store that holds the parameters.
  public let parameters: ParameterStore

  private let prefix: String
  private let encoder: Encoder
  private let decoder: Decoder
  private let latentOutput: Conv2D?
  private let latentInput: Conv2D?

  /// Creates a network whose weights are drawn by `seed`.
  public convenience init(_ configuration: AutoencoderKLConfiguration, seed: Seed = 0) throws {
    try self.init(configuration, in: ParameterStore(seed: seed).root)
  }

  /// Creates a network whose parameters are made in `scope`.
  public init(_ configuration: AutoencoderKLConfiguration, in scope: ParameterScope) throws {
    try configuration.validate()
    self.configuration = configuration
    parameters = scope.store
    prefix = scope.path.isEmpty ? "" : "\(scope.path)."
    let latents = configuration.latentChannels
    encoder = Encoder(configuration, in: scope["encoder"])
    decoder = Decoder(configuration, in: scope["decoder"])
    latentOutput =
      configuration.hasLatentOutput
      ? Conv2D(2 * latents, 2 * latents, kernelSize: 1, in: scope["quant_conv"]) : nil
    latentInput =
      configuration.hasLatentInput
      ? Conv2D(latents, latents, kernelSize: 1, in: scope["post_quant_conv"]) : nil
  }

  /// The distribution of the latents of images `[B, C, H, W]` in -1...1: `[B, latentChannels, H', W']`, each level but
  /// the last halving H and W.
  public func encode(_ images: Tensor) -> LatentDistribution {
    precondition(
      images.rank == 4 && images.shape[1] == configuration.inputChannels,
      "AutoencoderKL wants images [B, \(configuration.inputChannels), H, W], not \(images.shape)")
    let moments = encoder(images)
    let parts = (latentOutput?(moments) ?? moments).chunk(2, dim: 1)
    return LatentDistribution(mean: parts[0], logVariance: parts[1].clamped(min: -30, max: 20))
  }

  /// The images of latents `[B, latentChannels, H', W']` as ``encode(_:)`` gives them.
  public func decode(_ latents: Tensor) -> Tensor {
    precondition(
      latents.rank == 4 && latents.shape[1] == configuration.latentChannels,
      "AutoencoderKL wants latents [B, \(configuration.latentChannels), H, W], not \(latents.shape)"
    )
    return decoder(latentInput?(latents) ?? latents)
  }

  /// Latents as a diffusion model sees them: (z - shift) · scale.
  public func scaled(_ latents: Tensor) -> Tensor {
    (latents - configuration.shift) * configuration.scale
  }

  /// What ``scaled(_:)`` was given: z / scale + shift.
  public func unscaled(_ latents: Tensor) -> Tensor {
    latents / configuration.scale + configuration.shift
  }

  /// Loads a directory as diffusers writes it: config.json and diffusion_pytorch_model.safetensors, or its shards.
  ///
  /// - Parameters:
  ///   - directory: The model directory, such as a pipeline's "vae".
  ///   - dtype: The element type to compute in.
  ///   - device: Where the parameters live.
  /// - Returns: The network, all of its parameters trainable.
  /// - Throws: An error that names the file and what does not fit.
  public static func load(
    from directory: URL, dtype: DType = .float32, device: Device = .cpu
  ) throws -> AutoencoderKL {
    let configuration = try AutoencoderKLConfiguration.load(from: directory)
    return try DiffusersDirectory.read(
      directory, approximateCount: configuration.approximateParameterCount, dtype: dtype,
      device: device
    ) { try AutoencoderKL(configuration, in: $0.root) }
  }

  /// Writes config.json and diffusion_pytorch_model.safetensors, or its shards, into `directory`, which is made if need
  /// be.
  public func save(to directory: URL, shardSize: Int = WeightFiles.usualShardSize) throws {
    try DiffusersDirectory.write(
      DiffusersDirectory.tensors(of: parameters, below: prefix), configuration, to: directory,
      shardSize: shardSize)
  }
}

/// Independent normal latents.
public struct LatentDistribution {
  /// The means, `[B, C, H, W]`.
  public let mean: Tensor
  /// The logarithms of the variances, within -30...20.
  public let logVariance: Tensor

  /// Creates a distribution.
  public init(mean: Tensor, logVariance: Tensor) {
    self.mean = mean
    self.logVariance = logVariance
  }

  /// mean + σ · noise.
  public func sample(noise: Tensor) -> Tensor { mean + (logVariance * 0.5).exp() * noise }

  /// The divergence from standard normal latents, the sum over each row, `[B]`.
  public func divergenceFromStandardNormal() -> Tensor {
    let elements = mean.square() + logVariance.exp() - 1 - logVariance
    return elements.reshaped([mean.shape[0], -1]).sum(dim: 1) * 0.5
  }
}

extension AutoencoderKLConfiguration {
  /// What all blocks have in common; diffusers takes 1e-6 whatever the configuration says.
  fileprivate var style: BlockStyle {
    BlockStyle(
      timeChannels: nil, groupCount: groupCount, epsilon: 1e-6, activation: activation, dropout: 0)
  }

  fileprivate func middle(in scope: ParameterScope) -> MiddleBlock {
    let channels = blockChannels[blockChannels.count - 1]
    return MiddleBlock(channels, style, in: scope) { place in
      guard hasMiddleAttention else { return nil }
      return .spatial(
        SpatialAttention(
          channels, headSize: channels, groups: groupCount, epsilon: 1e-6, in: place))
    }
  }
}

private struct Encoder {
  let inputConvolution: Conv2D
  let blocks: [DownBlock]
  let middle: MiddleBlock
  let norm: GroupNorm
  let outputConvolution: Conv2D

  init(_ configuration: AutoencoderKLConfiguration, in scope: ParameterScope) {
    let channels = configuration.blockChannels
    let last = channels.count - 1
    let style = configuration.style
    inputConvolution = Conv2D(
      configuration.inputChannels, channels[0], kernelSize: 3, padding: 1, in: scope["conv_in"])
    blocks = channels.indices.map { level in
      DownBlock(
        channels[max(level - 1, 0)], channels[level], layers: configuration.layersPerBlock, style,
        in: scope["down_blocks"][level], attention: { _ in nil },
        downsampler: { place in
          level == last
            ? nil
            : .convolution(DownsamplingConvolution(channels[level], padding: 0, in: place))
        })
    }
    middle = configuration.middle(in: scope["mid_block"])
    norm = GroupNorm(
      channels[last], groups: configuration.groupCount, epsilon: 1e-6, in: scope["conv_norm_out"])
    outputConvolution = Conv2D(
      channels[last], 2 * configuration.latentChannels, kernelSize: 3, padding: 1,
      in: scope["conv_out"])
  }

  func callAsFunction(_ images: Tensor) -> Tensor {
    let pass = BlockPass()
    var state = inputConvolution(images)
    for block in blocks {
      let states = block(state, pass)
      state = states[states.count - 1]
    }
    return outputConvolution(norm(middle(state, pass)).silu())
  }
}

private struct Decoder {
  let inputConvolution: Conv2D
  let middle: MiddleBlock
  let blocks: [(layers: [ResidualBlock], upsampler: Upsampler?)]
  let norm: GroupNorm
  let outputConvolution: Conv2D

  init(_ configuration: AutoencoderKLConfiguration, in scope: ParameterScope) {
    let channels = Array(configuration.blockChannels.reversed())
    let style = configuration.style
    inputConvolution = Conv2D(
      configuration.latentChannels, channels[0], kernelSize: 3, padding: 1, in: scope["conv_in"])
    middle = configuration.middle(in: scope["mid_block"])
    blocks = channels.indices.map { level in
      let place = scope["up_blocks"][level]
      let layers = (0...configuration.layersPerBlock).map { index in
        ResidualBlock(
          index == 0 ? channels[max(level - 1, 0)] : channels[level], channels[level], style,
          in: place["resnets"][index])
      }
      let upsampler: Upsampler? =
        level == channels.count - 1
        ? nil : .convolution(channels[level], in: place["upsamplers"][0])
      return (layers, upsampler)
    }
    let last = channels[channels.count - 1]
    norm = GroupNorm(
      last, groups: configuration.groupCount, epsilon: 1e-6, in: scope["conv_norm_out"])
    outputConvolution = Conv2D(
      last, configuration.outputChannels, kernelSize: 3, padding: 1, in: scope["conv_out"])
  }

  func callAsFunction(_ latents: Tensor) -> Tensor {
    let pass = BlockPass()
    var state = middle(inputConvolution(latents), pass)
    for block in blocks {
      for layer in block.layers { state = layer(state, pass) }
      if let upsampler = block.upsampler { state = upsampler(state, pass) }
    }
    return outputConvolution(norm(state).silu())
  }
}
