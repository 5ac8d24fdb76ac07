import RLHF

/// Reads conversation and reply together: a transformer without causal mask, averaged over the reply's words.
struct RewardTransformer {
  private struct Layer {
    let attentionNorm: LayerNorm
    let attention: MultiHeadAttention
    let feedForwardNorm: LayerNorm
    let feedForward: MLP

    init(_ size: Int, heads: Int, in scope: ParameterScope) {
      attentionNorm = LayerNorm(size, in: scope["attention_norm"])
      attention = MultiHeadAttention(size, heads: heads, in: scope["attention"])
      feedForwardNorm = LayerNorm(size, in: scope["feed_forward_norm"])
      feedForward = MLP([size, 2 * size, size], in: scope["feed_forward"])
    }
  }

  /// Keeps the features small at first, so that the lexical part leads where pairs are few.
  private static let scale = 0.3

  private let configuration: ChatRewardConfiguration
  private let words: Embedding
  private let positions: Embedding
  private let kinds: Embedding
  private let layers: [Layer]
  private let norm: LayerNorm

  init(_ configuration: ChatRewardConfiguration, in scope: ParameterScope) {
    self.configuration = configuration
    let size = configuration.hiddenSize
    words = Embedding(
      configuration.wordBuckets, size, initializer: .normal(standardDeviation: 0.1),
      in: scope["words"])
    // The conversation, the reply, and their three marks.
    positions = Embedding(
      configuration.promptWords + configuration.replyWords + 3, size,
      initializer: .normal(standardDeviation: 0.02), in: scope["positions"])
    kinds = Embedding(
      RewardFeatures.Kind.allCases.count, size, initializer: .normal(standardDeviation: 0.1),
      in: scope["kinds"])
    layers = (0..<configuration.layers).map {
      Layer(size, heads: configuration.heads, in: scope["layers"][$0])
    }
    norm = LayerNorm(size, in: scope["norm"])
  }

  /// The features of each sample, `[B, hiddenSize]`.
  func callAsFunction(_ samples: [RewardFeatures], dropout seed: Seed?) -> Tensor {
    let length = samples.map(\.words.count).max() ?? 0
    let shape = [samples.count, length]
    func padded<Value>(
      _ value: Value, _ values: (RewardFeatures) -> [Value]
    ) -> [Value] {
      samples.flatMap { sample in
        let row = values(sample)
        return row + Array(repeating: value, count: length - row.count)
      }
    }
    let first = Tensor(padded(0) { $0.words.map(\.first) }, shape: shape)
    let second = Tensor(padded(0) { $0.words.map(\.second) }, shape: shape)
    let kind = Tensor(padded(0) { $0.kinds.map(\.rawValue) }, shape: shape)
    let isReal = Tensor(padded(false) { $0.words.map { _ in true } }, shape: shape)
    let isReply = Tensor(padded(false) { $0.kinds.map { $0 != .prompt } }, shape: shape)
    let generator = seed.map { RandomGenerator(seed: $0.derived("transformer")) }
    let dropout = Dropout(configuration.dropout)

    var meaning = words(first) + words(second)
    if let generator, configuration.wordDropout > 0 {
      let isKept =
        Tensor.rand([samples.count, length, 1], generator: generator)
        .>= configuration.wordDropout
      meaning = meaning * isKept.to(.float32)
    }
    var hidden = meaning + kinds(kind) + positions(Tensor.arange(0, length)).unsqueezed(0)
    hidden = dropout(hidden, generator: generator)
    let mask = isReal.unsqueezed(1).unsqueezed(1)
    for layer in layers {
      let input = layer.attentionNorm(hidden)
      hidden =
        hidden
        + dropout(layer.attention(input, over: input, mask: mask), generator: generator)
      hidden =
        hidden
        + dropout(layer.feedForward(layer.feedForwardNorm(hidden)), generator: generator)
    }
    let weights = isReply.to(.float32)
    let mean =
      (norm(hidden) * weights.unsqueezed(2)).sum(dim: 1) / weights.sum(dim: 1, keepDim: true)
    return dropout(mean, generator: generator) * Self.scale
  }
}
