import NeuralNetworks

/// Mistral (Jiang et al., 2023), by Hugging Face's `MistralForCausalLM`: a ``Llama`` without biases, all of whose layers
/// see a window.
enum Mistral {
  static var family: LanguageModelFamilyEntry {
    LanguageModelFamilyEntry(
      className: "Mistral", decoder: Llama.self,
      read: { keys in
        var model = try Llama.readShape(.mistral, keys, keyValueHeads: 8)
        // The first release has a window; later ones say null.
        let isGiven = keys.contains(AnyKey("sliding_window"))
        model.slidingWindow = isGiven ? try keys.optional("sliding_window") : 4096
        return model
      },
      write: { model, keys in
        try Llama.writeShape(model, into: &keys)
        try keys.put("sliding_window", model.slidingWindow)
      })
  }
}
