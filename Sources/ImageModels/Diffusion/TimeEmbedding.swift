import Foundation
import NeuralNetworks
import Torch

/// Timesteps as vectors: diffusers' `time_proj` and `time_embedding`.
struct TimeEmbedding {
  private enum Projection {
    case positional(SinusoidalEmbedding)
    /// Random frequencies, float `[channels]`, which stay.
    case fourier(Tensor)
    case learned(Embedding)
  }

  private let projection: Projection
  private let layers: TimeLayers

  init(_ configuration: UNet2DConfiguration, in scope: ParameterScope) {
    let channels = configuration.blockChannels[0]
    switch configuration.timeEmbedding {
    case .positional:
      projection = .positional(
        SinusoidalEmbedding(
          channels, cosinesFirst: configuration.cosinesFirst,
          frequencyShift: configuration.frequencyShift))
    case .fourier:
      let frequencies = scope["time_proj"].parameter(
        "weight", [channels], .normal(standardDeviation: 16))
      frequencies.requiresGradient = false
      projection = .fourier(frequencies)
    case .learned:
      projection = .learned(
        Embedding(configuration.timestepCount ?? 0, channels, in: scope["time_proj"]))
    }
    layers = TimeLayers(
      configuration.timeInputSize, configuration.timeChannels, in: scope["time_embedding"])
  }

  /// Timesteps `[B]` as vectors `[B, E]`.
  func callAsFunction(_ timesteps: Tensor, dtype: DType) -> Tensor {
    layers(projected(timesteps, dtype: dtype))
  }

  /// Timesteps `[B]` as what the layers read.
  func projected(_ timesteps: Tensor, dtype: DType) -> Tensor {
    switch projection {
    case .positional(let embedding): return embedding(timesteps).to(dtype)
    case .learned(let embedding): return embedding(timesteps)
    case .fourier(let frequencies):
      let logarithms = timesteps.to(.float32).log().unsqueezed(1)
      let angles = logarithms * frequencies.to(.float32).unsqueezed(0) * (2 * Double.pi)
      return Tensor.concatenate([angles.sin(), angles.cos()], dim: 1).to(dtype)
    }
  }
}

extension UNet2DConfiguration {
  /// The length of what the layers of the time embedding read.
  var timeInputSize: Int { (timeEmbedding == .fourier ? 2 : 1) * blockChannels[0] }
}

/// Two layers that make the time's vector: diffusers' `TimestepEmbedding`.
struct TimeLayers {
  private let first: Linear
  private let second: Linear
  private let activation: Activation

  init(
    _ inputs: Int, _ outputs: Int, activation: Activation = .silu, in scope: ParameterScope
  ) {
    first = Linear(inputs, outputs, in: scope["linear_1"])
    second = Linear(outputs, outputs, in: scope["linear_2"])
    self.activation = activation
  }

  func callAsFunction(_ input: Tensor) -> Tensor { second(activation(first(input))) }
}

/// Classes as vectors that are added to the time's: diffusers' `class_embedding`.
enum ClassEmbedding {
  case table(Embedding)
  case timestep(TimeLayers)
  case identity

  /// Creates the layer, or `nil` for a network without classes.
  init?(_ configuration: UNet2DConfiguration, in scope: ParameterScope) {
    switch (configuration.classEmbedding, configuration.classCount) {
    case (nil, let count?): self = .table(Embedding(count, configuration.timeChannels, in: scope))
    case (nil, nil): return nil
    case (.timestep, _):
      self = .timestep(
        TimeLayers(configuration.timeInputSize, configuration.timeChannels, in: scope))
    case (.identity, _): self = .identity
    }
  }

  func callAsFunction(_ labels: Tensor, time: TimeEmbedding, dtype: DType) -> Tensor {
    switch self {
    case .table(let embedding): embedding(labels)
    case .timestep(let layers): layers(time.projected(labels, dtype: dtype))
    case .identity: labels.to(dtype)
    }
  }
}
