import NeuralNetworks
import Torch

/// A transformer over the places of an image, which also read a context: diffusers' `Transformer2DModel` in
/// `UNet2DConditionModel` (Rombach et al., 2022).
struct SpatialTransformer {
  private enum Projection {
    case convolution(Conv2D)
    case linear(Linear)
  }

  private let norm: GroupNorm
  private let input: Projection
  private let blocks: [Block]
  private let output: Projection

  /// Creates a transformer of `layers` blocks over `channels`.
  init(
    _ channels: Int, heads: Int, context: Int, layers: Int, groups: Int, isLinear: Bool,
    crossesOnly: Bool, in scope: ParameterScope
  ) {
    // Diffusers takes 1e-6 here, whatever the network's is.
    norm = GroupNorm(channels, groups: groups, epsilon: 1e-6, in: scope["norm"])
    func projection(_ name: String) -> Projection {
      isLinear
        ? .linear(Linear(channels, channels, in: scope[name]))
        : .convolution(Conv2D(channels, channels, kernelSize: 1, in: scope[name]))
    }
    input = projection("proj_in")
    blocks = (0..<layers).map {
      Block(
        channels, heads: heads, context: context, crossesOnly: crossesOnly,
        in: scope["transformer_blocks"][$0])
    }
    output = projection("proj_out")
  }

  func callAsFunction(_ image: Tensor, _ pass: BlockPass) -> Tensor {
    let shape = image.shape
    func places(_ tensor: Tensor) -> Tensor { tensor.flattened(from: 2).transposed(1, 2) }
    func restored(_ places: Tensor) -> Tensor { places.transposed(1, 2).reshaped(shape) }
    let normalised = norm(image)
    var state =
      switch input {
      case .convolution(let layer): places(layer(normalised))
      case .linear(let layer): layer(places(normalised))
      }
    for block in blocks { state = block(state, pass) }
    return switch output {
    case .convolution(let layer): layer(restored(state)) + image
    case .linear(let layer): restored(layer(state)) + image
    }
  }

  /// Self-attention, cross-attention and a gated feed-forward layer: `BasicTransformerBlock`.
  private struct Block {
    let norms: [LayerNorm]
    let selfAttention: AttentionProjections
    let crossAttention: AttentionProjections
    let crossesOnly: Bool
    let expand: Linear
    let contract: Linear

    init(
      _ size: Int, heads: Int, context: Int, crossesOnly: Bool, in scope: ParameterScope
    ) {
      func attention(over context: Int, _ name: String) -> AttentionProjections {
        AttentionProjections(
          size, context: context, heads: heads, headSize: size / heads, bias: false,
          in: scope[name])
      }
      norms = (1...3).map { LayerNorm(size, in: scope["norm\($0)"]) }
      selfAttention = attention(over: crossesOnly ? context : size, "attn1")
      crossAttention = attention(over: context, "attn2")
      self.crossesOnly = crossesOnly
      expand = Linear(size, 8 * size, in: scope["ff.net.0.proj"])
      contract = Linear(4 * size, size, in: scope["ff.net.2"])
    }

    func callAsFunction(_ input: Tensor, _ pass: BlockPass) -> Tensor {
      let first = norms[0](input)
      var state =
        input
        + selfAttention(
          first, over: crossesOnly ? pass.context ?? first : first,
          mask: crossesOnly ? pass.contextMask : nil)
      let second = norms[1](state)
      state =
        state
        + crossAttention(
          second, over: pass.context ?? second, mask: pass.contextMask)
      // The gate of Shazeer (2020), "GEGLU".
      let parts = expand(norms[2](state)).chunk(2, dim: -1)
      return state + contract(parts[0] * parts[1].gelu())
    }
  }
}
