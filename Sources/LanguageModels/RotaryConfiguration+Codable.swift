import NeuralNetworks
import RLHFCore

extension RotaryConfiguration {
  /// Reads `rope_parameters` (release 5), or `rope_theta` and `rope_scaling` (older).
  init(_ keys: KeyedDecodingContainer<AnyKey>, contextLength: Int) throws {
    self.init(base: try keys.optional("rope_theta") ?? 10_000)
    for name in ["rope_scaling", "rope_parameters"] {
      guard keys.contains(AnyKey(name)), try !keys.decodeNil(forKey: AnyKey(name)) else { continue }
      let nested = try keys.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey(name))
      if let type = ["full_attention", "sliding_attention"].first(where: {
        nested.contains(AnyKey($0))
      }) {
        throw RLHFError(
          .unsupported, "'\(name)' has a rotation of its own for '\(type)', expected one for all")
      }
      if let base = try nested.optional("rope_theta", Double.self) { self.base = base }
      let kind =
        try nested.optional("rope_type", String.self) ?? nested.optional("type") ?? "default"
      if let partial = try nested.optional("partial_rotary_factor", Double.self), partial != 1 {
        throw RLHFError(
          .unsupported, "'\(name)' has partial_rotary_factor \(partial); only 1 is supported")
      }
      switch kind {
      case "default": break
      case "linear": scaling = .linear(factor: try nested.required("factor"))
      case "dynamic": scaling = .dynamic(factor: try nested.required("factor"))
      case "llama3":
        scaling = .llama3(
          factor: try nested.required("factor"),
          lowFrequencyFactor: try nested.required("low_freq_factor"),
          highFrequencyFactor: try nested.required("high_freq_factor"),
          originalLength: try nested.optional("original_max_position_embeddings") ?? contextLength)
      default:
        throw RLHFError(
          .unsupported,
          "'\(name)' has the rope_type '\(kind)'; supported are: default, linear, dynamic, llama3")
      }
    }
  }

  /// Writes both forms.
  func encode(into keys: inout KeyedEncodingContainer<AnyKey>) throws {
    try keys.encode(base, forKey: AnyKey("rope_theta"))
    if scaling == nil {
      try keys.encodeNil(forKey: AnyKey("rope_scaling"))
    } else {
      try encodeScaling(into: &keys, under: "rope_scaling", withBase: false)
    }
    try encodeScaling(into: &keys, under: "rope_parameters", withBase: true)
  }

  private func encodeScaling(
    into keys: inout KeyedEncodingContainer<AnyKey>, under name: String, withBase: Bool
  ) throws {
    var nested = keys.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey(name))
    func put(_ key: String, _ value: some Encodable) throws {
      try nested.encode(value, forKey: AnyKey(key))
    }
    if withBase { try put("rope_theta", base) }
    switch scaling {
    case nil: try put("rope_type", "default")
    case .linear(let factor):
      try put("rope_type", "linear")
      try put("factor", factor)
    case .dynamic(let factor):
      try put("rope_type", "dynamic")
      try put("factor", factor)
    case .llama3(let factor, let low, let high, let length):
      try put("rope_type", "llama3")
      try put("factor", factor)
      try put("low_freq_factor", low)
      try put("high_freq_factor", high)
      try put("original_max_position_embeddings", length)
    }
  }
}
