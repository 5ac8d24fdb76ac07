import NeuralNetworks
import RLHFCore

extension GPT2 {
  static var family: LanguageModelFamilyEntry {
    LanguageModelFamilyEntry(
      className: "GPT2", decoder: GPT2.self, read: read, write: write)
  }

  private static func read(
    _ keys: KeyedDecodingContainer<AnyKey>
  ) throws -> LanguageModelConfiguration {
    var model = LanguageModelConfiguration.gpt2(
      vocabularySize: try keys.required("vocab_size"),
      contextLength: try keys.required("n_positions"), hiddenSize: try keys.required("n_embd"),
      layers: try keys.required("n_layer"), heads: try keys.required("n_head"))
    if let size = try keys.optional("n_inner", Int.self) { model.intermediateSize = size }
    model.activation = try Activation(
      configurationName: try keys.optional("activation_function") ?? "gelu_new")
    model.normEpsilon = try keys.optional("layer_norm_epsilon") ?? 1e-5
    model.tiesEmbeddings = try keys.optional("tie_word_embeddings") ?? true
    model.scalesAttention = try keys.optional("scale_attn_weights") ?? true
    model.scalesAttentionByLayer = try keys.optional("scale_attn_by_inverse_layer_idx") ?? false
    model.embeddingDropout = try keys.optional("embd_pdrop") ?? 0.1
    model.attentionDropout = try keys.optional("attn_pdrop") ?? 0.1
    model.residualDropout = try keys.optional("resid_pdrop") ?? 0.1
    if try keys.optional("add_cross_attention", Bool.self) == true {
      throw RLHFError(.unsupported, "add_cross_attention is not supported, expected false")
    }
    return model
  }

  private static func write(
    _ model: LanguageModelConfiguration, into keys: inout KeyedEncodingContainer<AnyKey>
  ) throws {
    try keys.put("n_positions", model.contextLength)
    try keys.put("n_embd", model.hiddenSize)
    try keys.put("n_layer", model.layerCount)
    try keys.put("n_head", model.headCount)
    let usual = model.intermediateSize == 4 * model.hiddenSize
    try keys.put("n_inner", usual ? nil : model.intermediateSize)
    try keys.put("activation_function", model.activation.configurationName)
    try keys.put("layer_norm_epsilon", model.normEpsilon)
    try keys.put("scale_attn_weights", model.scalesAttention)
    try keys.put("scale_attn_by_inverse_layer_idx", model.scalesAttentionByLayer)
    try keys.put("embd_pdrop", model.embeddingDropout)
    try keys.put("attn_pdrop", model.attentionDropout)
    try keys.put("resid_pdrop", model.residualDropout)
  }
}
