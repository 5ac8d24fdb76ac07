public import Foundation
public import NeuralNetworks
import RLHFCore
import Torch

/// The shape of a BERT encoder, read from and written to Hugging Face's config.json.
public struct BertConfiguration: Sendable, Hashable {
  /// The number of tokens.
  public var vocabularySize: Int
  /// The largest number of positions.
  public var contextLength: Int
  /// The width of the hidden states.
  public var hiddenSize: Int
  /// The number of layers.
  public var layerCount: Int
  /// The number of attention heads.
  public var headCount: Int
  /// The width inside the feed-forward layers.
  public var intermediateSize: Int
  /// The number of segments that tokens may belong to.
  public var typeCount = 2
  /// The function inside the feed-forward layers.
  public var activation = Activation.gelu
  /// What normalisation adds to the variance.
  public var normEpsilon = 1e-12
  /// The probability of dropout after the embedding and before each residual addition, while training.
  public var dropout = 0.1
  /// The probability of dropout of attention weights, while training.
  public var attentionDropout = 0.1
  /// The standard deviation of the first weights.
  public var initializerRange = 0.02
  /// The token that fills up a batch.
  public var paddingToken: Int? = 0

  /// Creates a shape; ``validate()`` says whether its sizes fit together.
  public init(
    vocabularySize: Int, contextLength: Int, hiddenSize: Int, layers: Int, heads: Int,
    intermediateSize: Int? = nil
  ) {
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.hiddenSize = hiddenSize
    layerCount = layers
    headCount = heads
    self.intermediateSize = intermediateSize ?? hiddenSize.multipliedReportingOverflow(by: 4).0
  }

  /// Checks that the sizes fit together.
  public func validate() throws {
    let sizes = [
      ("vocab_size", vocabularySize), ("max_position_embeddings", contextLength),
      ("hidden_size", hiddenSize), ("num_hidden_layers", layerCount),
      ("num_attention_heads", headCount), ("intermediate_size", intermediateSize),
      ("type_vocab_size", typeCount),
    ]
    for (name, size) in sizes where size < 1 {
      throw RLHFError(
        .invalidConfiguration, "The encoder's \(name) is \(size), expected at least 1.")
    }
    guard hiddenSize % headCount == 0 else {
      throw RLHFError(
        .invalidConfiguration,
        "The encoder's hidden_size \(hiddenSize) is no multiple of its \(headCount) heads.")
    }
    for probability in [dropout, attentionDropout] where !(0..<1).contains(probability) {
      throw RLHFError(
        .invalidConfiguration,
        "A dropout probability is \(probability), expected at least 0 and less than 1.")
    }
  }

  /// The number of parameters but for biases and norms, without overflow.
  var approximateParameterCount: Double {
    let (hidden, inner) = (Double(hiddenSize), Double(intermediateSize))
    return hidden
      * (Double(vocabularySize) + Double(contextLength) + Double(typeCount)
        + Double(layerCount) * (4 * hidden + 2 * inner))
  }
}

extension BertConfiguration: Codable {
  /// Reads config.json's object; keys that do not concern the encoder's computation are passed over.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    let type = try keys.required("model_type", String.self)
    guard type == "bert" else {
      throw RLHFError(
        .unsupported, "the model_type '\(type)' is no supported encoder; supported are: bert")
    }
    self.init(
      vocabularySize: try keys.required("vocab_size"),
      contextLength: try keys.required("max_position_embeddings"),
      hiddenSize: try keys.required("hidden_size"), layers: try keys.required("num_hidden_layers"),
      heads: try keys.required("num_attention_heads"),
      intermediateSize: try keys.required("intermediate_size"))
    typeCount = try keys.optional("type_vocab_size") ?? 2
    activation = try Activation(
      configurationName: try keys.optional("hidden_act") ?? "gelu")
    normEpsilon = try keys.optional("layer_norm_eps") ?? 1e-12
    dropout = try keys.optional("hidden_dropout_prob") ?? 0.1
    attentionDropout = try keys.optional("attention_probs_dropout_prob") ?? 0.1
    initializerRange = try keys.optional("initializer_range") ?? 0.02
    paddingToken = try keys.optional("pad_token_id")
    let positions = try keys.optional("position_embedding_type", String.self) ?? "absolute"
    guard positions == "absolute" else {
      throw RLHFError(
        .unsupported,
        "the position_embedding_type '\(positions)' is not supported, expected absolute")
    }
    if try keys.optional("is_decoder", Bool.self) == true {
      throw RLHFError(.unsupported, "is_decoder is not supported for BERT, expected false")
    }
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    try keys.put("model_type", "bert")
    try keys.put("architectures", ["BertModel"])
    try keys.put("vocab_size", vocabularySize)
    try keys.put("max_position_embeddings", contextLength)
    try keys.put("hidden_size", hiddenSize)
    try keys.put("num_hidden_layers", layerCount)
    try keys.put("num_attention_heads", headCount)
    try keys.put("intermediate_size", intermediateSize)
    try keys.put("type_vocab_size", typeCount)
    try keys.put("hidden_act", activation.configurationName)
    try keys.put("layer_norm_eps", normEpsilon)
    try keys.put("hidden_dropout_prob", dropout)
    try keys.put("attention_probs_dropout_prob", attentionDropout)
    try keys.put("initializer_range", initializerRange)
    try keys.put("pad_token_id", paddingToken)
    try keys.put("position_embedding_type", "absolute")
  }

  /// Reads config.json of a model directory.
  public static func load(from directory: URL) throws -> BertConfiguration {
    let url = directory.appendingPathComponent("config.json")
    let configuration = try ConfigurationFile.read(BertConfiguration.self, at: url)
    do {
      try configuration.validate()
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(url.path): \(error.message)")
    }
    return configuration
  }
}
