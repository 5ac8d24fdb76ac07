import NeuralNetworks
import Torch

/// Attention of every place of an image to every other, with a detour: diffusers' `Attention` in the blocks of
/// `UNet2DModel` and `AutoencoderKL` (Ho et al., 2020).
struct SpatialAttention {
  private let norm: GroupNorm?
  private let projections: AttentionProjections
  private let outputScale: Double

  /// Creates attention over `channels`; without `groups` the input is not normalised.
  init(
    _ channels: Int, headSize: Int, groups: Int?, epsilon: Double, outputScale: Double = 1,
    in scope: ParameterScope
  ) {
    norm = groups.map {
      GroupNorm(channels, groups: $0, epsilon: epsilon, in: scope["group_norm"])
    }
    projections = AttentionProjections(
      channels, context: channels, heads: channels / headSize, headSize: headSize, bias: true,
      in: scope)
    self.outputScale = outputScale
  }

  func callAsFunction(_ input: Tensor) -> Tensor {
    let shape = input.shape
    let places = (norm?(input) ?? input).flattened(from: 2).transposed(1, 2)
    let attended = projections(places, over: places)
    let sum = attended.transposed(1, 2).reshaped(shape) + input
    return outputScale == 1 ? sum : sum / outputScale
  }
}

/// The four matrices of diffusers' `Attention`: "to_q", "to_k", "to_v" and "to_out.0".
struct AttentionProjections {
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let headCount: Int

  /// Creates attention of vectors of `size` over vectors of `context`; `bias` is that of queries, keys and values.
  init(
    _ size: Int, context: Int, heads: Int, headSize: Int, bias: Bool,
    in scope: ParameterScope
  ) {
    let inner = heads * headSize
    query = Linear(size, inner, bias: bias, in: scope["to_q"])
    key = Linear(context, inner, bias: bias, in: scope["to_k"])
    value = Linear(context, inner, bias: bias, in: scope["to_v"])
    output = Linear(inner, size, in: scope["to_out.0"])
    headCount = heads
  }

  /// Lets `input` `[B, T, size]` attend to `context` `[B, L, context]`; `mask` is broadcast to `[B, heads, T, L]`.
  func callAsFunction(
    _ input: Tensor, over context: Tensor, mask: Tensor? = nil
  ) -> Tensor {
    let attended = Tensor.scaledDotProductAttention(
      query: split(query(input)), key: split(key(context)), value: split(value(context)), mask: mask
    )
    return output(attended.transposed(1, 2).reshaped([input.shape[0], input.shape[1], -1]))
  }

  private func split(_ tensor: Tensor) -> Tensor {
    tensor.reshaped([tensor.shape[0], tensor.shape[1], headCount, -1]).transposed(1, 2)
  }
}
