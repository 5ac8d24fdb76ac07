import NeuralNetworks
import Torch

/// The attention behind a residual block.
enum BlockAttention {
  case spatial(SpatialAttention)
  case transformer(SpatialTransformer)

  func callAsFunction(_ input: Tensor, _ pass: BlockPass) -> Tensor {
    switch self {
    case .spatial(let attention): attention(input)
    case .transformer(let transformer): transformer(input, pass)
    }
  }
}

/// Residual blocks, each with or without attention, then half the resolution but in the last: a "down block".
struct DownBlock {
  private let layers: [(residual: ResidualBlock, attention: BlockAttention?)]
  private let downsampler: Downsampler?

  init(
    _ inputs: Int, _ outputs: Int, layers count: Int, _ style: BlockStyle,
    in scope: ParameterScope, attention: (ParameterScope) -> BlockAttention?,
    downsampler: (ParameterScope) -> Downsampler?
  ) {
    layers = (0..<count).map { index in
      let residual = ResidualBlock(
        index == 0 ? inputs : outputs, outputs, style, in: scope["resnets"][index])
      return (residual, attention(scope["attentions"][index]))
    }
    self.downsampler = downsampler(scope["downsamplers"][0])
  }

  /// Applies the block.
  ///
  /// - Returns: All states, the last of which goes on; up blocks read them again.
  func callAsFunction(_ input: Tensor, _ pass: BlockPass) -> [Tensor] {
    var states: [Tensor] = []
    var state = input
    for layer in layers {
      state = layer.residual(state, pass)
      if let attention = layer.attention { state = attention(state, pass) }
      states.append(state)
    }
    if let downsampler { states.append(downsampler(state, pass)) }
    return states
  }
}

/// A residual block, then pairs of attention and a residual block: the middle of a U-Net.
struct MiddleBlock {
  private let first: ResidualBlock
  private let attention: BlockAttention?
  private let second: ResidualBlock

  init(
    _ channels: Int, _ style: BlockStyle, in scope: ParameterScope,
    attention: (ParameterScope) -> BlockAttention?
  ) {
    first = ResidualBlock(channels, channels, style, in: scope["resnets"][0])
    self.attention = attention(scope["attentions"][0])
    second = ResidualBlock(channels, channels, style, in: scope["resnets"][1])
  }

  func callAsFunction(_ input: Tensor, _ pass: BlockPass) -> Tensor {
    var state = first(input, pass)
    if let attention { state = attention(state, pass) }
    return second(state, pass)
  }
}

/// Residual blocks that also read what the down blocks left, then twice the resolution but in the last: an "up block".
struct UpBlock {
  private let layers: [(residual: ResidualBlock, attention: BlockAttention?)]
  private let upsampler: Upsampler?

  /// Creates a block.
  ///
  /// - Parameters:
  ///   - inputs: The channels of the state that comes in.
  ///   - skips: The channels of the states of down blocks that its layers read, in the order of reading.
  ///   - outputs: The channels of the state that goes out.
  ///   - style: What all blocks have in common.
  ///   - scope: Where the parameters are made.
  ///   - attention: Makes the attention of a layer.
  ///   - upsampler: Makes the last layer.
  init(
    _ inputs: Int, skips: [Int], _ outputs: Int, _ style: BlockStyle, in scope: ParameterScope,
    attention: (ParameterScope) -> BlockAttention?, upsampler: (ParameterScope) -> Upsampler?
  ) {
    layers = skips.enumerated().map { index, skip in
      let residual = ResidualBlock(
        (index == 0 ? inputs : outputs) + skip, outputs, style, in: scope["resnets"][index])
      return (residual, attention(scope["attentions"][index]))
    }
    self.upsampler = upsampler(scope["upsamplers"][0])
  }

  /// Applies the block; it takes its states from the end of `skips`.
  func callAsFunction(_ input: Tensor, skips: inout [Tensor], _ pass: BlockPass) -> Tensor {
    var state = input
    for layer in layers {
      state = layer.residual(Tensor.concatenate([state, skips.removeLast()], dim: 1), pass)
      if let attention = layer.attention { state = attention(state, pass) }
    }
    guard let upsampler else { return state }
    // An odd size was rounded up when it was halved.
    return upsampler(state, size: skips.last.map { Array($0.shape[2...]) }, pass)
  }
}

/// The convolutions and blocks of a U-Net, between which its states are handed across (Ronneberger et al., 2015).
struct UNetBody {
  private let inputConvolution: Conv2D
  private let downBlocks: [DownBlock]
  private let middle: MiddleBlock?
  private let upBlocks: [UpBlock]
  private let norm: GroupNorm
  private let outputConvolution: Conv2D
  private let activation: Activation

  /// Creates the first and last layers in `scope` around blocks, the first of which reads `first` channels.
  init(
    inputs: Int, outputs: Int, first: Int, inputKernel: Int = 3, outputKernel: Int = 3,
    outputActivation: Activation = .silu, _ style: BlockStyle, in scope: ParameterScope,
    down: [DownBlock], middle: MiddleBlock?, up: [UpBlock]
  ) {
    inputConvolution = Conv2D(
      inputs, first, kernelSize: inputKernel, padding: (inputKernel - 1) / 2, in: scope["conv_in"])
    downBlocks = down
    self.middle = middle
    upBlocks = up
    norm = GroupNorm(
      first, groups: style.groupCount, epsilon: style.epsilon, in: scope["conv_norm_out"])
    outputConvolution = Conv2D(
      first, outputs, kernelSize: outputKernel, padding: (outputKernel - 1) / 2,
      in: scope["conv_out"])
    activation = outputActivation
  }

  func callAsFunction(_ sample: Tensor, _ pass: BlockPass) -> Tensor {
    var state = inputConvolution(sample)
    var skips = [state]
    for block in downBlocks {
      skips += block(state, pass)
      state = skips[skips.count - 1]
    }
    if let middle { state = middle(state, pass) }
    for block in upBlocks { state = block(state, skips: &skips, pass) }
    return outputConvolution(activation(norm(state)))
  }
}
