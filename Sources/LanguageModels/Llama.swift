import NeuralNetworks
import Torch

/// Llama (Touvron et al., 2023), by the names and shapes of Hugging Face's `LlamaForCausalLM`.
///
/// ``Mistral``, ``Qwen2`` and ``Qwen3`` are this decoder with a window, other biases, and norms of queries and keys.
struct Llama: TransformerDecoder {
  private let tokens: Embedding
  private let blocks: [Block]
  private let finalNorm: RMSNorm
  private let rotary: RotaryEmbedding
  private let dropout: Dropout

  init(_ configuration: LanguageModelConfiguration, in scope: ParameterScope) {
    let normal = Initializer.normal(standardDeviation: configuration.initializerRange)
    let body = scope["model"]
    tokens = Embedding(
      configuration.vocabularySize, configuration.hiddenSize, initializer: normal,
      in: body["embed_tokens"])
    blocks = (0..<configuration.layerCount).map { layer in
      Block(configuration, layer: layer, in: body["layers"][layer])
    }
    finalNorm = RMSNorm(
      configuration.hiddenSize, epsilon: configuration.normEpsilon, in: body["norm"])
    rotary = RotaryEmbedding(configuration, dtype: scope.store.dtype, device: scope.store.device)
    dropout = Dropout(configuration.embeddingDropout)
  }

  var tokenWeight: Tensor { tokens.weight }

  func embed(_ ids: Tensor, _ pass: ForwardPass) -> Tensor {
    dropout(tokens(ids), generator: pass.dropout)
  }

  func transform(_ embedded: Tensor, _ pass: ForwardPass) -> Tensor {
    let turn = rotary.turn(count: embedded.shape[1], pass)
    return finalNorm(blocks.reduce(embedded) { state, block in block(state, turn, pass) })
  }

  /// Files of the bare model lack the prefix "model."; old ones hold the frequencies as buffers.
  static func parameterName(for name: String, tiesEmbeddings: Bool) -> String? {
    if name.hasSuffix(".rotary_emb.inv_freq") { return nil }
    if name == "lm_head.weight" { return tiesEmbeddings ? nil : name }
    let isBare = ["layers.", "embed_tokens.", "norm."].contains { name.hasPrefix($0) }
    return isBare ? "model.\(name)" : name
  }

  private struct Block {
    let layer: Int
    let headSize: Int
    let scale: Double
    let attentionNorm: RMSNorm
    let query: Linear
    let key: Linear
    let value: Linear
    let queryNorm: RMSNorm?
    let keyNorm: RMSNorm?
    let window: Int?
    let attentionOutput: Linear
    let feedForwardNorm: RMSNorm
    let gate: Linear
    let expand: Linear
    let contract: Linear
    let activation: Activation
    let attentionDropout: Dropout
    let residualDropout: Dropout

    init(_ configuration: LanguageModelConfiguration, layer: Int, in scope: ParameterScope) {
      self.layer = layer
      headSize = configuration.headSize
      scale = 1 / Double(headSize).squareRoot()
      window = configuration.window(ofLayer: layer)
      let (size, inner) = (configuration.hiddenSize, configuration.intermediateSize)
      func linear(_ input: Int, _ output: Int, _ name: String, bias: Bool) -> Linear {
        Linear(
          input, output, bias: bias,
          initializer: .normal(standardDeviation: configuration.initializerRange),
          biasInitializer: .zeros, in: scope[name])
      }
      let (attention, feedForward) = (
        configuration.hasAttentionBias, configuration.hasFeedForwardBias
      )
      let queries = configuration.headCount * headSize
      let groups = configuration.keyValueHeadCount * headSize
      query = linear(size, queries, "self_attn.q_proj", bias: attention)
      key = linear(size, groups, "self_attn.k_proj", bias: attention)
      value = linear(size, groups, "self_attn.v_proj", bias: attention)
      attentionOutput = linear(
        queries, size, "self_attn.o_proj", bias: configuration.hasAttentionOutputBias)
      let epsilon = configuration.normEpsilon
      func headNorm(_ name: String) -> RMSNorm? {
        configuration.normalizesQueriesAndKeys
          ? RMSNorm(configuration.headSize, epsilon: epsilon, in: scope[name]) : nil
      }
      queryNorm = headNorm("self_attn.q_norm")
      keyNorm = headNorm("self_attn.k_norm")
      gate = linear(size, inner, "mlp.gate_proj", bias: feedForward)
      expand = linear(size, inner, "mlp.up_proj", bias: feedForward)
      contract = linear(inner, size, "mlp.down_proj", bias: feedForward)
      attentionNorm = RMSNorm(size, epsilon: epsilon, in: scope["input_layernorm"])
      feedForwardNorm = RMSNorm(size, epsilon: epsilon, in: scope["post_attention_layernorm"])
      activation = configuration.activation
      attentionDropout = Dropout(configuration.attentionDropout)
      residualDropout = Dropout(configuration.residualDropout)
    }

    func callAsFunction(
      _ input: Tensor, _ turn: RotaryEmbedding.Turn, _ pass: ForwardPass
    ) -> Tensor {
      let attended = attend(attentionNorm(input), turn, pass)
      let state = input + residualDropout(attended, generator: pass.dropout)
      let normed = feedForwardNorm(state)
      let inner = contract(activation(gate(normed)) * expand(normed))
      return state + residualDropout(inner, generator: pass.dropout)
    }

    private func attend(
      _ input: Tensor, _ turn: RotaryEmbedding.Turn, _ pass: ForwardPass
    ) -> Tensor {
      let (batch, count) = (input.shape[0], input.shape[1])
      func heads(_ projected: Tensor, _ norm: RMSNorm? = nil) -> Tensor {
        let split = projected.reshaped([batch, count, -1, headSize])
        return (norm?(split) ?? split).transposed(1, 2)
      }
      let queries = turn(heads(query(input), queryNorm))
      var (keys, values) = (turn(heads(key(input), keyNorm)), heads(value(input)))
      if let cache = pass.cache { (keys, values) = cache.append(keys, values, layer: layer) }
      let attended = attention(
        query: queries, keys: keys, values: values, scale: scale, dropout: attentionDropout,
        isWindowed: window != nil, pass)
      return attentionOutput(attended.transposed(1, 2).reshaped([batch, count, -1]))
    }
  }
}
