public import Foundation
public import RLHF

/// Encodes a conversation and a reply for a reward model that is trained from scratch, on as little as a thousand pairs.
///
/// Three parts side by side: a table of words and word pairs of the reply, which does what a bag-of-words regression
/// does; measures of the reply; and a small transformer that reads conversation and reply together. Words are hashed,
/// so that there is no vocabulary to keep and later rounds may bring new words.
public final class ChatRewardEncoder: Encoder {
  /// The named parameters.
  public let parameters: ParameterStore
  /// The settings.
  public let configuration: ChatRewardConfiguration

  private let terms: Embedding?
  private let transformer: RewardTransformer?
  private var prepared: [Sample<ChatPrompt, ChatReply>: RewardFeatures] = [:]

  /// The number of samples whose preparation is remembered.
  private static let rememberedCount = 40_000

  /// Creates an untrained encoder.
  public init(configuration: ChatRewardConfiguration = .init(), seed: Seed) throws {
    var check = SettingsCheck(section: "domain.reward")
    configuration.validate(&check)
    try check.finish(source: "reward encoder")
    self.configuration = configuration
    parameters = ParameterStore(seed: seed)
    // From 0: a word that training does not know counts nothing.
    terms =
      configuration.lexicalSize > 0
      ? Embedding(
        configuration.lexicalBuckets, configuration.lexicalSize, initializer: .zeros,
        in: parameters["terms"]) : nil
    transformer =
      configuration.layers > 0
      ? RewardTransformer(configuration, in: parameters["transformer"]) : nil
  }

  /// Creates an untrained encoder; the words of `corpus` need not be known.
  public convenience init(
    corpus: Corpus<ChatPrompt, ChatReply>, configuration: ChatRewardConfiguration = .init(),
    seed: Seed
  ) throws {
    try self.init(configuration: configuration, seed: seed)
  }

  /// The width H of the features.
  public var featureSize: Int {
    configuration.lexicalSize + (configuration.usesMeasures ? RewardFeatures.measureCount : 0)
      + (configuration.layers > 0 ? configuration.hiddenSize : 0)
  }

  /// The features of each sample, `[B, H]`.
  public func features(
    of samples: [Sample<ChatPrompt, ChatReply>], dropout: Seed?
  ) throws -> Tensor {
    guard !samples.isEmpty else { return Tensor.zeros([0, featureSize]) }
    let rows = samples.map(prepare)
    var parts: [Tensor] = []
    if let terms {
      // The sum of the terms' rows, without padding.
      let owners = rows.indices.flatMap { row in rows[row].terms.map { _ in row } }
      let weights = Tensor(rows.flatMap(\.termWeights)).unsqueezed(1)
      parts.append(
        Tensor.zeros([rows.count, configuration.lexicalSize]).indexAdd(
          dim: 0, indices: Tensor(owners),
          source: terms(Tensor(rows.flatMap(\.terms))) * weights))
    }
    if configuration.usesMeasures {
      parts.append(
        Tensor(rows.flatMap(\.measures), shape: [rows.count, RewardFeatures.measureCount]))
    }
    if let transformer { parts.append(transformer(rows, dropout: dropout)) }
    return Tensor.concatenate(parts, dim: 1)
  }

  private func prepare(_ sample: Sample<ChatPrompt, ChatReply>) -> RewardFeatures {
    if let known = prepared[sample] { return known }
    let features = RewardFeatures(
      of: sample.artifact.text, to: sample.prompt, configuration: configuration)
    if prepared.count >= Self.rememberedCount { prepared.removeAll(keepingCapacity: true) }
    prepared[sample] = features
    return features
  }
}

extension ChatRewardEncoder {
  private static let configurationFile = "encoder.json"
  private static let parametersFile = "encoder.safetensors"

  /// Writes the settings and the parameters into an existing directory.
  public func save(to directory: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(
      try encoder.encode(configuration), to: directory.appending(path: Self.configurationFile))
    try parameters.save(to: directory.appending(path: Self.parametersFile))
  }

  /// Reads an encoder that ``save(to:)`` wrote.
  public convenience init(from directory: URL) throws {
    let url = directory.appending(path: Self.configurationFile)
    let configuration: ChatRewardConfiguration
    do {
      configuration = try JSONDecoder().decode(
        ChatRewardConfiguration.self, from: Data(contentsOf: url))
    } catch {
      throw RLHFError(
        .incompatibleModel,
        "\(url.path) does not hold the settings of a chat reward encoder. Train one with 'rlhf reward'.",
        cause: error)
    }
    try self.init(configuration: configuration, seed: 0)
    try parameters.load(
      SafetensorsFile(directory.appending(path: Self.parametersFile)))
  }
}
