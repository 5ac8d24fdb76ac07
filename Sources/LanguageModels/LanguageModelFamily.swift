import NeuralNetworks
import RLHFCore

/// The families of decoder-only transformers that can be built, by the `model_type` of Hugging Face's config.json.
public enum LanguageModelFamily: String, Sendable, CaseIterable {
  /// GPT-2 (Radford et al., 2019): learned positions, layer normalisation, GELU.
  case gpt2
  /// Llama (Touvron et al., 2023) and what shares its shape, such as SmolLM: rotary positions, RMS normalisation,
  /// grouped-query attention, SwiGLU.
  case llama
  /// Mistral (Jiang et al., 2023): a Llama whose layers see a sliding window.
  case mistral
  /// Qwen2 (Yang et al., 2024): a Llama with biases on queries, keys and values.
  case qwen2
  /// Qwen3 (Yang et al., 2025): a Llama that normalises queries and keys.
  case qwen3
}

/// What the code of one family gives: how config.json spells it, and what computes it.
struct LanguageModelFamilyEntry {
  /// What the names of Hugging Face's classes start with.
  var className: String
  /// What computes the states.
  var decoder: any TransformerDecoder.Type
  /// Reads the family's own keys of config.json.
  var read: (KeyedDecodingContainer<AnyKey>) throws -> LanguageModelConfiguration
  /// Writes the family's own keys.
  var write: (LanguageModelConfiguration, inout KeyedEncodingContainer<AnyKey>) throws -> Void
}

extension LanguageModelFamily {
  /// The table of all that is supported.
  var entry: LanguageModelFamilyEntry {
    switch self {
    case .gpt2: GPT2.family
    case .llama: Llama.family
    case .mistral: Mistral.family
    case .qwen2: Qwen2.family
    case .qwen3: Qwen3.family
    }
  }

  /// The class of Hugging Face that predicts tokens.
  public var causalArchitecture: String {
    self == .gpt2 ? "GPT2LMHeadModel" : "\(entry.className)ForCausalLM"
  }
  /// The class of Hugging Face that scores texts.
  public var classifierArchitecture: String { "\(entry.className)ForSequenceClassification" }

  /// The family of a config.json, whose `architectures` must be one of the family's classes.
  static func read(_ keys: KeyedDecodingContainer<AnyKey>) throws -> LanguageModelFamily {
    let type = try keys.required("model_type", String.self)
    guard let family = LanguageModelFamily(rawValue: type) else {
      let named = try architecture(keys).map { " (architecture '\($0)')" } ?? ""
      throw RLHFError(
        .unsupported,
        "the model_type '\(type)'\(named) is not supported; supported are: \(supported)")
    }
    let known = [
      family.causalArchitecture, family.classifierArchitecture, "\(family.entry.className)Model",
    ]
    if let name = try architecture(keys), !known.contains(name) {
      throw RLHFError(
        .unsupported,
        "the architecture '\(name)' is not supported; supported for '\(type)' are: "
          + known.joined(separator: ", "))
    }
    return family
  }

  /// The first of the `architectures`, if there are any.
  static func architecture(_ keys: KeyedDecodingContainer<AnyKey>) throws -> String? {
    try keys.optional("architectures", [String].self)?.first
  }

  private static var supported: String {
    allCases.map(\.rawValue).joined(separator: ", ")
  }
}
