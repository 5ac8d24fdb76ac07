import NeuralNetworks
import RLHFCore
import Torch

/// Hugging Face's keys, in the form of release 5 (`rope_parameters`, `dtype`) and the older one (`rope_theta`,
/// `rope_scaling`, `torch_dtype`). Both are read; both are written, so that every release reads them. Keys that
/// do not concern the model's computation are passed over.
extension LanguageModelConfiguration: Codable {
  /// Reads config.json's object.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    let type = try keys.required("model_type", String.self)
    guard let family = LanguageModelFamily(rawValue: type) else {
      let supported = LanguageModelFamily.allCases.map(\.rawValue).joined(separator: ", ")
      throw RLHFError(
        .unsupported, "the model_type '\(type)' is not supported; supported are: \(supported)")
    }
    switch family {
    case .gpt2: try self.init(gpt2: keys)
    case .llama: try self.init(llama: keys)
    }
    initializerRange = try keys.optional("initializer_range") ?? 0.02
    beginningToken = try keys.optional("bos_token_id")
    endTokens = try keys.optional("eos_token_id", TokenList.self)?.tokens ?? []
    paddingToken = try keys.optional("pad_token_id")
    if let padding = paddingToken, padding < 0 { paddingToken = nil }
    if let name = try keys.optional("dtype", String.self)
      ?? keys.optional("torch_dtype", String.self)
    {
      guard let dtype = DType(rawValue: name), dtype.isFloatingPoint else {
        throw RLHFError(
          .unsupported,
          "the dtype '\(name)' is not supported, expected float32, bfloat16 or float16")
      }
      self.dtype = dtype
    }
  }

  private init(gpt2 keys: KeyedDecodingContainer<AnyKey>) throws {
    self = .gpt2(
      vocabularySize: try keys.required("vocab_size"),
      contextLength: try keys.required("n_positions"), hiddenSize: try keys.required("n_embd"),
      layers: try keys.required("n_layer"), heads: try keys.required("n_head"))
    if let size = try keys.optional("n_inner", Int.self) { intermediateSize = size }
    let function = try keys.optional("activation_function", String.self) ?? "gelu_new"
    activation = try Self.activation(named: function)
    normEpsilon = try keys.optional("layer_norm_epsilon") ?? 1e-5
    tiesEmbeddings = try keys.optional("tie_word_embeddings") ?? true
    scalesAttention = try keys.optional("scale_attn_weights") ?? true
    scalesAttentionByLayer = try keys.optional("scale_attn_by_inverse_layer_idx") ?? false
    embeddingDropout = try keys.optional("embd_pdrop") ?? 0.1
    attentionDropout = try keys.optional("attn_pdrop") ?? 0.1
    residualDropout = try keys.optional("resid_pdrop") ?? 0.1
    if try keys.optional("add_cross_attention", Bool.self) == true {
      throw RLHFError(.unsupported, "add_cross_attention is not supported, expected false")
    }
  }

  private init(llama keys: KeyedDecodingContainer<AnyKey>) throws {
    let hiddenSize: Int = try keys.required("hidden_size")
    let heads: Int = try keys.required("num_attention_heads")
    self = .llama(
      vocabularySize: try keys.required("vocab_size"),
      contextLength: try keys.required("max_position_embeddings"), hiddenSize: hiddenSize,
      layers: try keys.required("num_hidden_layers"), heads: heads,
      keyValueHeads: try keys.optional("num_key_value_heads"),
      intermediateSize: try keys.required("intermediate_size"),
      tiesEmbeddings: try keys.optional("tie_word_embeddings") ?? false)
    if let size = try keys.optional("head_dim", Int.self) { headSize = size }
    activation = try Self.activation(named: try keys.optional("hidden_act") ?? "silu")
    normEpsilon = try keys.optional("rms_norm_eps") ?? 1e-6
    hasAttentionBias = try keys.optional("attention_bias") ?? false
    hasFeedForwardBias = try keys.optional("mlp_bias") ?? false
    attentionDropout = try keys.optional("attention_dropout") ?? 0
    rotary = try RotaryConfiguration(keys)
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    func put(_ key: String, _ value: some Encodable) throws {
      try keys.encode(value, forKey: AnyKey(key))
    }
    try put("model_type", family.rawValue)
    try put("vocab_size", vocabularySize)
    try put("tie_word_embeddings", tiesEmbeddings)
    try put("initializer_range", initializerRange)
    try put("bos_token_id", beginningToken)
    try put("eos_token_id", endTokens.isEmpty ? nil : TokenList(endTokens))
    try put("pad_token_id", paddingToken)
    try put("dtype", dtype.rawValue)
    try put("torch_dtype", dtype.rawValue)
    try put("use_cache", true)
    switch family {
    case .gpt2:
      try put("architectures", ["GPT2LMHeadModel"])
      try put("n_positions", contextLength)
      try put("n_embd", hiddenSize)
      try put("n_layer", layerCount)
      try put("n_head", headCount)
      try put("n_inner", intermediateSize == 4 * hiddenSize ? nil : intermediateSize)
      try put("activation_function", Self.name(of: activation))
      try put("layer_norm_epsilon", normEpsilon)
      try put("scale_attn_weights", scalesAttention)
      try put("scale_attn_by_inverse_layer_idx", scalesAttentionByLayer)
      try put("embd_pdrop", embeddingDropout)
      try put("attn_pdrop", attentionDropout)
      try put("resid_pdrop", residualDropout)
    case .llama:
      try put("architectures", ["LlamaForCausalLM"])
      try put("max_position_embeddings", contextLength)
      try put("hidden_size", hiddenSize)
      try put("num_hidden_layers", layerCount)
      try put("num_attention_heads", headCount)
      try put("num_key_value_heads", keyValueHeadCount)
      try put("head_dim", headSize)
      try put("intermediate_size", intermediateSize)
      try put("hidden_act", Self.name(of: activation))
      try put("rms_norm_eps", normEpsilon)
      try put("attention_bias", hasAttentionBias)
      try put("mlp_bias", hasFeedForwardBias)
      try put("attention_dropout", attentionDropout)
      try rotary.encode(into: &keys)
    }
  }

  private static let activations: [(name: String, function: Activation)] = [
    ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("gelu_fast", .geluTanh),
    ("gelu", .gelu), ("relu", .relu), ("silu", .silu), ("swish", .silu),
  ]

  private static func activation(named name: String) throws -> Activation {
    guard let known = activations.first(where: { $0.name == name }) else {
      let supported = activations.map(\.name).joined(separator: ", ")
      throw RLHFError(
        .unsupported, "the activation '\(name)' is not supported; supported are: \(supported)")
    }
    return known.function
  }

  private static func name(of activation: Activation) -> String {
    activations.first { $0.function == activation }?.name ?? activation.rawValue
  }
}
