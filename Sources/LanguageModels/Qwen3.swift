import NeuralNetworks

/// Qwen3 (Yang et al., 2025), by Hugging Face's `Qwen3ForCausalLM`: a ``Llama`` that normalises queries and keys head by
/// head; some layers may see a window.
enum Qwen3 {
  static var family: LanguageModelFamilyEntry {
    LanguageModelFamilyEntry(
      className: "Qwen3", decoder: Llama.self,
      read: { keys in
        var model = try Llama.readShape(.qwen3, keys, keyValueHeads: 32, headSize: 128)
        model.hasAttentionBias = try keys.optional("attention_bias") ?? false
        try Qwen2.readWindows(keys, into: &model)
        return model
      },
      write: { model, keys in
        try Llama.writeShape(model, into: &keys)
        try keys.put("attention_bias", model.hasAttentionBias)
        try Qwen2.writeWindows(model, into: &keys)
      })
  }
}
