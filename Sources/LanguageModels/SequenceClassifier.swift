public import Foundation
public import NeuralNetworks
public import RLHFCore
public import Torch

/// A transformer that scores texts: Hugging Face's `…ForSequenceClassification`, which reward models are published as.
///
/// A linear map "score" without bias reads the hidden state of the last real token. Owned by one training session and not
/// `Sendable`.
public final class SequenceClassifier {
  /// The model's shape; ``LanguageModelConfiguration/labelCount`` is the number of scores.
  public let configuration: LanguageModelConfiguration
  /// The named parameters.
  public let parameters: ParameterStore

  private let decoder: any TransformerDecoder
  private let score: Linear

  /// Creates a model whose weights are drawn by `seed`.
  ///
  /// - Parameters:
  ///   - configuration: The shape; one label where it says none.
  ///   - seed: Decides the parameters' first values.
  ///   - dtype: The element type of the parameters.
  ///   - device: Where the parameters live.
  /// - Throws: An error for a shape that does not fit together.
  public convenience init(
    _ configuration: LanguageModelConfiguration, seed: Seed = 0, dtype: DType = .float32,
    device: Device = .cpu
  ) throws {
    try self.init(configuration, in: ParameterStore(dtype: dtype, device: device, seed: seed))
  }

  /// Creates a model whose parameters are made in `store`; it has one label where `configuration` says none.
  public init(_ configuration: LanguageModelConfiguration, in store: ParameterStore) throws {
    try configuration.validate()
    var classifier = configuration
    let labelCount = configuration.labelCount ?? 1
    classifier.labelCount = labelCount
    self.configuration = classifier
    parameters = store
    decoder = configuration.family.entry.decoder.init(configuration, in: store.root)
    score = Linear(
      configuration.hiddenSize, labelCount, bias: false,
      initializer: .normal(standardDeviation: configuration.initializerRange), in: store["score"])
  }

  /// The hidden states after the final normalisation, `[B, T, H]`.
  public func hiddenStates(
    _ ids: Tensor, attentionMask: Tensor? = nil, dropout: RandomGenerator? = nil
  ) -> Tensor {
    decoder.states(
      ids, attentionMask: attentionMask, cache: nil, dropout: dropout,
      window: configuration.slidingWindow)
  }

  /// The scores of each row, `[B, labels]`, read at its last real token.
  ///
  /// - Parameters:
  ///   - ids: Tokens, int64 `[B, T]`, padded on the left or the right.
  ///   - attentionMask: Which tokens are real, Boolean `[B, T]`; all when `nil`. Every row needs one.
  ///   - dropout: The source of dropout while training; `nil` evaluates.
  /// - Returns: The scores, with gradient where it is enabled.
  public func scores(
    _ ids: Tensor, attentionMask: Tensor? = nil, dropout: RandomGenerator? = nil
  ) -> Tensor {
    let states = hiddenStates(ids, attentionMask: attentionMask, dropout: dropout)
    let (rows, count, size) = (states.shape[0], states.shape[1], states.shape[2])
    guard let attentionMask else { return score(states.select(dim: 1, index: count - 1)) }
    let places = Tensor.arange(0, count, device: ids.device).unsqueezed(0)
    let last = (places * attentionMask.to(.int64)).max(dim: 1).values
    let indices = last.reshaped([rows, 1, 1]).expanded([rows, 1, size])
    return score(states.gather(dim: 1, indices: indices).squeezed(1))
  }

  /// Loads a model directory in Hugging Face's layout.
  ///
  /// - Parameters:
  ///   - directory: The model directory.
  ///   - dtype: The element type to compute in; `nil` takes the files' own. Train in float32.
  ///   - device: Where the parameters live.
  /// - Returns: The model, all of its parameters trainable.
  /// - Throws: An error that names the file and what does not fit.
  public static func load(
    from directory: URL, dtype: DType? = .float32, device: Device = .cpu
  ) throws -> SequenceClassifier {
    let configuration = try LanguageModelConfiguration.load(from: directory)
    guard configuration.labelCount != nil else {
      throw RLHFError(
        .incompatibleModel,
        "\(directory.path) holds a \(configuration.family.causalArchitecture), expected a "
          + "\(configuration.family.classifierArchitecture). Name a reward model.")
    }
    return try ModelDirectory.read(directory, configuration, dtype: dtype, device: device) {
      try SequenceClassifier(configuration, in: $0)
    }
  }

  /// Writes config.json and the weights into `directory`; see
  /// ``CausalLanguageModel/save(to:dtype:shardSize:)``.
  public func save(
    to directory: URL, dtype: DType? = nil, shardSize: Int = WeightFiles.usualShardSize
  ) throws {
    try ModelDirectory.write(
      parameters, configuration, to: directory, dtype: dtype, shardSize: shardSize)
  }
}
