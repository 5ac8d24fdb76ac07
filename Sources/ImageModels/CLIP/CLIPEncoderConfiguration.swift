public import NeuralNetworks
import RLHFCore

/// The shape of the transformer layers of one of CLIP's towers.
public struct CLIPEncoderConfiguration: Sendable, Hashable {
  /// The width of the hidden states.
  public var hiddenSize: Int
  /// The width inside the feed-forward layers.
  public var intermediateSize: Int
  /// The number of layers.
  public var layerCount: Int
  /// The number of attention heads.
  public var headCount: Int
  /// The function inside the feed-forward layers.
  public var activation = Activation.quickGELU
  /// What normalisation adds to the variance.
  public var normEpsilon = 1e-5

  /// Creates a shape.
  public init(hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int) {
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
  }

  func validate(_ tower: String) throws {
    let sizes = [
      ("hidden_size", hiddenSize), ("intermediate_size", intermediateSize),
      ("num_hidden_layers", layerCount), ("num_attention_heads", headCount),
    ]
    for (name, size) in sizes where size < 1 || size > 1 << 20 {
      throw RLHFError(
        .invalidConfiguration, "CLIP's \(tower) has \(name) \(size), expected 1 to \(1 << 20).")
    }
    guard hiddenSize % headCount == 0 else {
      throw RLHFError(
        .invalidConfiguration,
        "CLIP's \(tower) has hidden_size \(hiddenSize), no multiple of its \(headCount) heads.")
    }
  }

  init(_ keys: KeyedDecodingContainer<AnyKey>, defaults: CLIPEncoderConfiguration) throws {
    self = defaults
    hiddenSize = try keys.optional("hidden_size") ?? hiddenSize
    intermediateSize = try keys.optional("intermediate_size") ?? intermediateSize
    layerCount = try keys.optional("num_hidden_layers") ?? layerCount
    headCount = try keys.optional("num_attention_heads") ?? headCount
    normEpsilon = try keys.optional("layer_norm_eps") ?? normEpsilon
    if let name = try keys.optional("hidden_act", String.self) {
      activation = try Activation(configurationName: name)
    }
  }

  func encode(to keys: inout KeyedEncodingContainer<AnyKey>) throws {
    try keys.put("hidden_size", hiddenSize)
    try keys.put("intermediate_size", intermediateSize)
    try keys.put("num_hidden_layers", layerCount)
    try keys.put("num_attention_heads", headCount)
    try keys.put("layer_norm_eps", normEpsilon)
    try keys.put("hidden_act", activation.configurationName)
  }
}
