import NeuralNetworks
import Torch

/// The layers of one of CLIP's towers: normalisation before attention and before the feed-forward part.
struct CLIPEncoder {
  private let layers: [Layer]

  init(_ configuration: CLIPEncoderConfiguration, in scope: ParameterScope) {
    layers = (0..<configuration.layerCount).map { Layer(configuration, in: scope["layers"][$0]) }
  }

  /// The states before the first layer and after each, `[B, T, H]`; `mask` is Boolean, broadcast to `[B, heads, T, T]`.
  func callAsFunction(_ input: Tensor, mask: Tensor? = nil) -> [Tensor] {
    var states = [input]
    for layer in layers { states.append(layer(states[states.count - 1], mask)) }
    return states
  }

  private struct Layer {
    let attention: MultiHeadAttention
    let attentionNorm: LayerNorm
    let expand: Linear
    let contract: Linear
    let norm: LayerNorm
    let activation: Activation

    init(_ configuration: CLIPEncoderConfiguration, in scope: ParameterScope) {
      let (size, inner) = (configuration.hiddenSize, configuration.intermediateSize)
      let epsilon = configuration.normEpsilon
      attention = MultiHeadAttention(size, heads: configuration.headCount, in: scope["self_attn"])
      attentionNorm = LayerNorm(size, epsilon: epsilon, in: scope["layer_norm1"])
      expand = Linear(size, inner, in: scope["mlp.fc1"])
      contract = Linear(inner, size, in: scope["mlp.fc2"])
      norm = LayerNorm(size, epsilon: epsilon, in: scope["layer_norm2"])
      activation = configuration.activation
    }

    func callAsFunction(_ input: Tensor, _ mask: Tensor?) -> Tensor {
      let normal = attentionNorm(input)
      let state = input + attention(normal, over: normal, mask: mask)
      return state + contract(activation(expand(norm(state))))
    }
  }
}
