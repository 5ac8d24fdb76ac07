import NeuralNetworks

extension Llama {
  static var family: LanguageModelFamilyEntry {
    LanguageModelFamilyEntry(
      className: "Llama", decoder: Llama.self,
      read: { keys in
        var model = try readShape(.llama, keys)
        model.hasAttentionBias = try keys.optional("attention_bias") ?? false
        model.hasFeedForwardBias = try keys.optional("mlp_bias") ?? false
        return model
      },
      write: { model, keys in
        try writeShape(model, into: &keys)
        try keys.put("attention_bias", model.hasAttentionBias)
        try keys.put("mlp_bias", model.hasFeedForwardBias)
      })
  }

  /// Reads the keys that the rotary families share.
  ///
  /// - Parameters:
  ///   - family: The family.
  ///   - keys: config.json.
  ///   - keyValueHeads: The family's own number of key-value heads where the key is absent; as many as heads when `nil`.
  ///   - headSize: The family's own size of a head where the key is absent; the hidden size by the heads when `nil`.
  /// - Returns: The shape, without windows and biases.
  /// - Throws: An error that names the key which is missing or wrong.
  static func readShape(
    _ family: LanguageModelFamily, _ keys: KeyedDecodingContainer<AnyKey>,
    keyValueHeads: Int? = nil, headSize: Int? = nil
  ) throws -> LanguageModelConfiguration {
    let isGiven = keys.contains(AnyKey("num_key_value_heads"))
    var model = LanguageModelConfiguration.llama(
      vocabularySize: try keys.required("vocab_size"),
      contextLength: try keys.required("max_position_embeddings"),
      hiddenSize: try keys.required("hidden_size"), layers: try keys.required("num_hidden_layers"),
      heads: try keys.required("num_attention_heads"),
      keyValueHeads: isGiven ? try keys.optional("num_key_value_heads") : keyValueHeads,
      intermediateSize: try keys.required("intermediate_size"),
      tiesEmbeddings: try keys.optional("tie_word_embeddings") ?? false)
    model.family = family
    if let size = try keys.optional("head_dim", Int.self) ?? headSize { model.headSize = size }
    model.activation = try Activation(
      configurationName: try keys.optional("hidden_act") ?? "silu")
    model.normEpsilon = try keys.optional("rms_norm_eps") ?? 1e-6
    model.attentionDropout = try keys.optional("attention_dropout") ?? 0
    model.rotary = try RotaryConfiguration(keys, contextLength: model.contextLength)
    return model
  }

  /// Writes the keys that the rotary families share.
  static func writeShape(
    _ model: LanguageModelConfiguration, into keys: inout KeyedEncodingContainer<AnyKey>
  ) throws {
    try keys.put("max_position_embeddings", model.contextLength)
    try keys.put("hidden_size", model.hiddenSize)
    try keys.put("num_hidden_layers", model.layerCount)
    try keys.put("num_attention_heads", model.headCount)
    try keys.put("num_key_value_heads", model.keyValueHeadCount)
    try keys.put("head_dim", model.headSize)
    try keys.put("intermediate_size", model.intermediateSize)
    try keys.put("hidden_act", model.activation.configurationName)
    try keys.put("rms_norm_eps", model.normEpsilon)
    try keys.put("attention_dropout", model.attentionDropout)
    try model.rotary.encode(into: &keys)
  }
}
