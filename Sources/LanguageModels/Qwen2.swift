import NeuralNetworks
import RLHFCore

/// Qwen2 (Yang et al., 2024), by Hugging Face's `Qwen2ForCausalLM`: a ``Llama`` with biases on queries, keys and values,
/// some of whose layers may see a window.
enum Qwen2 {
  static var family: LanguageModelFamilyEntry {
    LanguageModelFamilyEntry(
      className: "Qwen2", decoder: Llama.self,
      read: { keys in
        var model = try Llama.readShape(.qwen2, keys, keyValueHeads: 32)
        model.hasAttentionBias = true
        try readWindows(keys, into: &model)
        return model
      },
      write: { model, keys in
        try Llama.writeShape(model, into: &keys)
        try writeWindows(model, into: &keys)
      })
  }

  /// Reads which layers see a window: `layer_types` where it is given, else those from `max_window_layers` on.
  static func readWindows(
    _ keys: KeyedDecodingContainer<AnyKey>, into model: inout LanguageModelConfiguration
  ) throws {
    guard try keys.optional("use_sliding_window") ?? false else { return }
    let isGiven = keys.contains(AnyKey("sliding_window"))
    model.slidingWindow = isGiven ? try keys.optional("sliding_window") : 4096
    guard model.slidingWindow != nil else { return }
    let layers = 0..<max(model.layerCount, 0)
    guard let types = try keys.optional("layer_types", [String].self) else {
      let first = try keys.optional("max_window_layers") ?? 28
      model.fullAttentionLayers = Set(layers.prefix { $0 < first })
      return
    }
    guard types.count == layers.count else {
      throw RLHFError(
        .invalidConfiguration,
        "'layer_types' has \(types.count) entries, expected one for each of the \(layers.count) layers"
      )
    }
    for (layer, type) in types.enumerated() {
      switch type {
      case "full_attention": model.fullAttentionLayers.insert(layer)
      case "sliding_attention": break
      default:
        throw RLHFError(
          .unsupported,
          "'layer_types' has '\(type)'; supported are: full_attention, sliding_attention")
      }
    }
  }

  /// Writes `layer_types`, which release 5 reads, and `max_window_layers`, which older ones read.
  static func writeWindows(
    _ model: LanguageModelConfiguration, into keys: inout KeyedEncodingContainer<AnyKey>
  ) throws {
    let windows = (0..<model.layerCount).map { model.window(ofLayer: $0) }
    try keys.put("use_sliding_window", model.slidingWindow != nil)
    try keys.put("sliding_window", model.slidingWindow)
    try keys.put("max_window_layers", windows.firstIndex { $0 != nil } ?? model.layerCount)
    try keys.put("layer_types", windows.map { $0 == nil ? "full_attention" : "sliding_attention" })
  }
}
