public import NeuralNetworks
import RLHFCore
public import Torch

/// The shape of a decoder-only transformer, read from and written to Hugging Face's config.json.
public struct LanguageModelConfiguration: Sendable, Hashable {
  /// The family.
  public var family: LanguageModelFamily
  /// The number of tokens.
  public var vocabularySize: Int
  /// The largest number of positions.
  public var contextLength: Int
  /// The width of the hidden states.
  public var hiddenSize: Int
  /// The number of blocks.
  public var layerCount: Int
  /// The number of attention heads.
  public var headCount: Int
  /// The number of heads that keys and values have; it divides `headCount`.
  public var keyValueHeadCount: Int
  /// The width of one head.
  public var headSize: Int
  /// The width inside the feed-forward layers.
  public var intermediateSize: Int
  /// The function inside the feed-forward layers.
  public var activation: Activation
  /// What normalisation adds to the variance.
  public var normEpsilon: Double
  /// Whether the output layer is the transposed token embedding.
  public var tiesEmbeddings: Bool
  /// Whether the layers that make a rotary family's queries, keys and values have biases.
  public var hasAttentionBias = false
  /// Whether a Llama's feed-forward layers have biases.
  public var hasFeedForwardBias = false
  /// How many positions, its own included, a position sees in the layers with a window; all when `nil`.
  public var slidingWindow: Int?
  /// The layers that see all positions where there is a window.
  public var fullAttentionLayers: Set<Int> = []
  /// Whether GPT-2's attention scores are divided by the root of the head's size.
  public var scalesAttention = true
  /// Whether GPT-2's attention scores are divided by the number of the layer, from 1.
  public var scalesAttentionByLayer = false
  /// The rotary position embedding; GPT-2 has none.
  public var rotary = RotaryConfiguration()
  /// The probability of dropout after the embedding, while training.
  public var embeddingDropout = 0.0
  /// The probability of dropout of attention weights, while training.
  public var attentionDropout = 0.0
  /// The probability of dropout before each residual addition, while training.
  public var residualDropout = 0.0
  /// The standard deviation of the first weights.
  public var initializerRange = 0.02
  /// The token that starts a text.
  public var beginningToken: Int?
  /// The tokens that end a text.
  public var endTokens: [Int] = []
  /// The token that fills up a batch.
  public var paddingToken: Int?
  /// The number of scores of a ``SequenceClassifier``; `nil` for a language model.
  public var labelCount: Int?
  /// The element type of the weights in the model's files.
  public var dtype = DType.float32

  /// A GPT-2 with tied embeddings.
  public static func gpt2(
    vocabularySize: Int, contextLength: Int, hiddenSize: Int, layers: Int, heads: Int
  ) -> LanguageModelConfiguration {
    LanguageModelConfiguration(
      family: .gpt2, vocabularySize: vocabularySize, contextLength: contextLength,
      hiddenSize: hiddenSize, layerCount: layers, headCount: heads, keyValueHeadCount: heads,
      headSize: hiddenSize / max(heads, 1), intermediateSize: 4 * hiddenSize,
      activation: .geluTanh, normEpsilon: 1e-5, tiesEmbeddings: true)
  }

  /// A Llama.
  ///
  /// - Parameters:
  ///   - vocabularySize: The number of tokens.
  ///   - contextLength: The largest number of positions.
  ///   - hiddenSize: The width of the hidden states.
  ///   - layers: The number of blocks.
  ///   - heads: The number of attention heads.
  ///   - keyValueHeads: The number of heads that keys and values have; `heads` when `nil`.
  ///   - intermediateSize: The width inside the feed-forward layers; when `nil`, 8/3 of `hiddenSize`, rounded up to a
  ///     multiple of 16.
  ///   - tiesEmbeddings: Whether the output layer is the transposed token embedding.
  /// - Returns: The configuration; ``validate()`` says whether its sizes fit together.
  public static func llama(
    vocabularySize: Int, contextLength: Int, hiddenSize: Int, layers: Int, heads: Int,
    keyValueHeads: Int? = nil, intermediateSize: Int? = nil, tiesEmbeddings: Bool = true
  ) -> LanguageModelConfiguration {
    LanguageModelConfiguration(
      family: .llama, vocabularySize: vocabularySize, contextLength: contextLength,
      hiddenSize: hiddenSize, layerCount: layers, headCount: heads,
      keyValueHeadCount: keyValueHeads ?? heads, headSize: hiddenSize / max(heads, 1),
      intermediateSize: intermediateSize ?? (hiddenSize * 8 / 3 + 15) / 16 * 16,
      activation: .silu, normEpsilon: 1e-5, tiesEmbeddings: tiesEmbeddings)
  }

  /// Whether the layer that mixes the attention heads has biases too: not in Qwen2.
  var hasAttentionOutputBias: Bool { hasAttentionBias && family != .qwen2 }
  /// Whether queries and keys are normalised head by head: in Qwen3.
  var normalizesQueriesAndKeys: Bool { family == .qwen3 }

  /// How many positions a position sees in a layer; all when `nil`.
  func window(ofLayer layer: Int) -> Int? {
    fullAttentionLayers.contains(layer) ? nil : slidingWindow
  }

  /// The longest text that positions are made for: dynamic scaling stretches the context by its factor.
  public var longestText: Int {
    guard case .dynamic(let factor) = rotary.scaling, family != .gpt2 else { return contextLength }
    return Int(min(Double(contextLength) * factor, 1e9))
  }

  /// Checks that the sizes fit together.
  public func validate() throws {
    let sizes = [
      ("vocabularySize", vocabularySize), ("contextLength", contextLength),
      ("hiddenSize", hiddenSize), ("layers", layerCount), ("heads", headCount),
      ("key-value heads", keyValueHeadCount), ("head size", headSize),
      ("intermediateSize", intermediateSize),
    ]
    for (name, size) in sizes where size < 1 {
      throw RLHFError(
        .invalidConfiguration, "The model's \(name) is \(size), expected at least 1.")
    }
    guard headCount % keyValueHeadCount == 0 else {
      throw RLHFError(
        .invalidConfiguration,
        "The model has \(headCount) heads and \(keyValueHeadCount) key-value heads, expected a "
          + "multiple.")
    }
    switch family {
    case .gpt2:
      guard headCount * headSize == hiddenSize, keyValueHeadCount == headCount else {
        throw RLHFError(
          .invalidConfiguration,
          "The model's hiddenSize \(hiddenSize) is no multiple of its \(headCount) heads.")
      }
    case .llama, .mistral, .qwen2, .qwen3:
      guard headSize % 2 == 0 else {
        throw RLHFError(
          .invalidConfiguration,
          "The model's head size is \(headSize), expected an even number for rotary positions.")
      }
      try rotary.validate()
    }
    if let labelCount, labelCount < 1 {
      throw RLHFError(
        .invalidConfiguration, "The classifier has \(labelCount) labels, expected at least 1.")
    }
    if let slidingWindow, slidingWindow < 1 {
      throw RLHFError(
        .invalidConfiguration,
        "The model's sliding_window is \(slidingWindow), expected at least 1, or null for none.")
    }
    let named = [beginningToken, paddingToken].compactMap { $0 } + endTokens
    if let token = named.first(where: { !(0..<vocabularySize).contains($0) }) {
      throw RLHFError(
        .invalidConfiguration,
        "The model's special token \(token) lies outside its vocabulary of \(vocabularySize).")
    }
    for probability in [embeddingDropout, attentionDropout, residualDropout]
    where !(0..<1).contains(probability) {
      throw RLHFError(
        .invalidConfiguration,
        "A dropout probability is \(probability), expected at least 0 and less than 1.")
    }
  }
}
