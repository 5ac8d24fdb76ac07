import NeuralNetworks
import Torch

/// What the blocks of one network have in common.
struct BlockStyle {
  /// The length of the vector that says how noisy the sample is; `nil` for networks without time.
  var timeChannels: Int?
  var groupCount: Int
  var epsilon: Double
  var activation: Activation
  var dropout: Double
  /// Whether time scales and shifts the second normalisation's output; else it is added before it.
  var scalesByTime = false
  /// Whether blocks that support it read the time vector without the activation before it.
  var skipsTimeActivation = false
  /// What the sum at the end of a block is divided by.
  var outputScale = 1.0
}

/// What a pass of a network hands to its blocks.
struct BlockPass {
  /// The vector of the time and class, `[B, E]`.
  var time: Tensor?
  /// The same behind the activation.
  var activatedTime: Tensor?
  /// What cross-attention reads, `[B, L, D]`.
  var context: Tensor?
  /// Which places of the context there are, Boolean `[B, 1, 1, L]`.
  var contextMask: Tensor?
  var dropout: RandomGenerator?
}

/// Two convolutions with a detour: diffusers' `ResnetBlock2D`, after He and others (2016) and Ho and others (2020).
struct ResidualBlock {
  /// How the block changes the resolution.
  enum Resampling {
    case none
    /// Doubled by repeating.
    case up
    /// Halved by the means of 2 × 2.
    case down
  }

  private let style: BlockStyle
  private let resampling: Resampling
  private let firstNorm: GroupNorm
  private let firstConvolution: Conv2D
  private let time: Linear?
  private let secondNorm: GroupNorm
  private let secondConvolution: Conv2D
  private let shortcut: Conv2D?
  private let dropout: Dropout

  init(
    _ inputs: Int, _ outputs: Int, resampling: Resampling = .none, _ style: BlockStyle,
    in scope: ParameterScope
  ) {
    self.style = style
    self.resampling = resampling
    let groups = style.groupCount
    firstNorm = GroupNorm(inputs, groups: groups, epsilon: style.epsilon, in: scope["norm1"])
    firstConvolution = Conv2D(inputs, outputs, kernelSize: 3, padding: 1, in: scope["conv1"])
    time = style.timeChannels.map {
      Linear($0, style.scalesByTime ? 2 * outputs : outputs, in: scope["time_emb_proj"])
    }
    secondNorm = GroupNorm(outputs, groups: groups, epsilon: style.epsilon, in: scope["norm2"])
    secondConvolution = Conv2D(outputs, outputs, kernelSize: 3, padding: 1, in: scope["conv2"])
    shortcut =
      inputs == outputs ? nil : Conv2D(inputs, outputs, kernelSize: 1, in: scope["conv_shortcut"])
    dropout = Dropout(style.dropout)
  }

  func callAsFunction(_ input: Tensor, _ pass: BlockPass) -> Tensor {
    let read = resampled(style.activation(firstNorm(input)))
    var state = firstConvolution(read)
    var change: Tensor?
    let vector = style.skipsTimeActivation ? pass.time : pass.activatedTime
    if let time, let vector { change = time(vector).unsqueezed(2).unsqueezed(3) }
    if let change, !style.scalesByTime { state = state + change }
    state = secondNorm(state)
    if let change, style.scalesByTime {
      let parts = change.chunk(2, dim: 1)
      state = state * (parts[0] + 1) + parts[1]
    }
    state = secondConvolution(dropout(style.activation(state), generator: pass.dropout))
    let kept = resampled(input)
    let sum = (shortcut?(kept) ?? kept) + state
    return style.outputScale == 1 ? sum : sum / style.outputScale
  }

  private func resampled(_ input: Tensor) -> Tensor {
    switch resampling {
    case .none: input
    case .up: input.interpolated(to: [2 * input.shape[2], 2 * input.shape[3]])
    case .down: input.avgPool2d(2)
    }
  }
}
