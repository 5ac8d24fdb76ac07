import NeuralNetworks
import Torch

/// GPT-2 (Radford et al., 2019), by the names and shapes of Hugging Face's `GPT2LMHeadModel`.
struct GPT2: TransformerDecoder {
  private let tokens: Embedding
  private let positions: Embedding
  private let blocks: [Block]
  private let finalNorm: LayerNorm
  private let dropout: Dropout

  init(_ configuration: LanguageModelConfiguration, in scope: ParameterScope) {
    let normal = Initializer.normal(standardDeviation: configuration.initializerRange)
    let body = scope["transformer"]
    tokens = Embedding(
      configuration.vocabularySize, configuration.hiddenSize, initializer: normal, in: body["wte"])
    positions = Embedding(
      configuration.contextLength, configuration.hiddenSize, initializer: normal, in: body["wpe"])
    blocks = (0..<configuration.layerCount).map { layer in
      Block(configuration, layer: layer, in: body["h"][layer])
    }
    finalNorm = LayerNorm(
      configuration.hiddenSize, epsilon: configuration.normEpsilon, in: body["ln_f"])
    dropout = Dropout(configuration.embeddingDropout)
  }

  var tokenWeight: Tensor { tokens.weight }

  func embed(_ ids: Tensor, _ pass: ForwardPass) -> Tensor {
    let first = pass.firstPosition
    let indices =
      pass.positions ?? Tensor.arange(first, first + ids.shape[1], device: ids.device)
    return dropout(tokens(ids) + positions(indices), generator: pass.dropout)
  }

  func transform(_ embedded: Tensor, _ pass: ForwardPass) -> Tensor {
    finalNorm(blocks.reduce(embedded) { state, block in block(state, pass) })
  }

  /// Files of the bare model lack the prefix "transformer."; old ones hold the causal masks as buffers.
  static func parameterName(for name: String, tiesEmbeddings: Bool) -> String? {
    if name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias") { return nil }
    if name == "lm_head.weight" { return tiesEmbeddings ? nil : name }
    let isBare = ["h.", "wte.", "wpe.", "ln_f."].contains { name.hasPrefix($0) }
    return isBare ? "transformer.\(name)" : name
  }

  private struct Block {
    let layer: Int
    let headCount: Int
    let scale: Double
    let attentionNorm: LayerNorm
    let queryKeyValue: TransposedLinear
    let attentionOutput: TransposedLinear
    let feedForwardNorm: LayerNorm
    let expand: TransposedLinear
    let contract: TransposedLinear
    let activation: Activation
    let attentionDropout: Dropout
    let residualDropout: Dropout

    init(_ configuration: LanguageModelConfiguration, layer: Int, in scope: ParameterScope) {
      self.layer = layer
      headCount = configuration.headCount
      let root = Double(configuration.headSize).squareRoot()
      scale =
        (configuration.scalesAttention ? 1 / root : 1)
        / (configuration.scalesAttentionByLayer ? Double(layer + 1) : 1)
      let (size, inner) = (configuration.hiddenSize, configuration.intermediateSize)
      let normal = Initializer.normal(standardDeviation: configuration.initializerRange)
      // Layers that write to the residual stream start smaller, as section 2.3 of the paper has it.
      let residual = Initializer.normal(
        standardDeviation: configuration.initializerRange
          / Double(2 * configuration.layerCount).squareRoot())
      let epsilon = configuration.normEpsilon
      attentionNorm = LayerNorm(size, epsilon: epsilon, in: scope["ln_1"])
      queryKeyValue = TransposedLinear(
        size, 3 * size, initializer: normal, in: scope["attn.c_attn"])
      attentionOutput = TransposedLinear(
        size, size, initializer: residual, in: scope["attn.c_proj"])
      feedForwardNorm = LayerNorm(size, epsilon: epsilon, in: scope["ln_2"])
      expand = TransposedLinear(size, inner, initializer: normal, in: scope["mlp.c_fc"])
      contract = TransposedLinear(inner, size, initializer: residual, in: scope["mlp.c_proj"])
      activation = configuration.activation
      attentionDropout = Dropout(configuration.attentionDropout)
      residualDropout = Dropout(configuration.residualDropout)
    }

    func callAsFunction(_ input: Tensor, _ pass: ForwardPass) -> Tensor {
      let attended = attend(attentionNorm(input), pass)
      let state = input + residualDropout(attended, generator: pass.dropout)
      let inner = activation(expand(feedForwardNorm(state)))
      return state + residualDropout(contract(inner), generator: pass.dropout)
    }

    private func attend(_ input: Tensor, _ pass: ForwardPass) -> Tensor {
      let (batch, count, size) = (input.shape[0], input.shape[1], input.shape[2])
      let parts = queryKeyValue(input).chunk(3, dim: 2).map { part in
        part.reshaped([batch, count, headCount, size / headCount]).transposed(1, 2)
      }
      var (keys, values) = (parts[1], parts[2])
      if let cache = pass.cache { (keys, values) = cache.append(keys, values, layer: layer) }
      let attended = attention(
        query: parts[0], keys: keys, values: values, scale: scale, dropout: attentionDropout, pass)
      return attentionOutput(attended.transposed(1, 2).reshaped([batch, count, size]))
    }
  }
}
