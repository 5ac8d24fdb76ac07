public import Foundation
public import RLHF

/// Encodes a conversation and a reply for a reward model that is trained from scratch, on as little as a thousand pairs.
///
/// Parts side by side: a regression on the words, word pairs and measures of the reply, fitted before training begins;
/// measures of the reply; a table of its words and word pairs; a small transformer that reads conversation and reply
/// together; what a fine-tuned policy makes of the reply; and what a pretrained encoder of sentences does. Words are
/// hashed, so that there is no vocabulary to keep and later rounds may bring new words.
public final class ChatRewardEncoder: Encoder {
  /// The named parameters.
  public let parameters: ParameterStore
  /// The settings.
  public let configuration: ChatRewardConfiguration

  private let regression: RewardRegression?
  private let terms: Embedding?
  private let transformer: RewardTransformer?
  private let backbone: RewardBackbone?
  private let backboneHead: MLP?
  private let sentences: RewardSentences?
  private var prepared: [Sample<ChatPrompt, ChatReply>: RewardFeatures] = [:]

  /// The number of samples whose preparation is remembered.
  private static let rememberedCount = 40_000

  /// Creates an untrained encoder.
  ///
  /// - Parameters:
  ///   - configuration: The settings.
  ///   - policy: The fine-tuned policy that `usesPolicy` asks for; the encoder freezes it and owns it from now on.
  ///   - pretrained: The pretrained encoder, where it does not come from the directory `encoder`.
  ///   - seed: The seed of the parameters.
  /// - Throws: ``RLHFError`` for impossible settings, or where a policy is asked for and missing.
  public init(
    configuration: ChatRewardConfiguration = .init(), policy: ChatPolicy? = nil,
    pretrained: PretrainedSentences? = nil, seed: Seed
  ) throws {
    var check = SettingsCheck(section: "domain.reward")
    configuration.validate(&check)
    try check.finish(source: "reward encoder")
    self.configuration = configuration
    let pretrained = try pretrained ?? configuration.encoder.map(PretrainedSentences.load)
    parameters = ParameterStore(seed: seed)
    regression =
      configuration.penalty == nil
      ? nil : RewardRegression(configuration, in: parameters)
    // From 0: a word that training does not know counts nothing.
    terms =
      configuration.lexicalSize > 0
      ? Embedding(
        configuration.lexicalBuckets, configuration.lexicalSize, initializer: .zeros,
        in: parameters["terms"]) : nil
    transformer =
      configuration.layers > 0
      ? RewardTransformer(configuration, in: parameters["transformer"]) : nil
    let place = parameters["sentences"]
    sentences = try pretrained.map { try RewardSentences($0, configuration, in: place) }
    guard configuration.usesPolicy else {
      (backbone, backboneHead) = (nil, nil)
      return
    }
    guard let policy else {
      throw RLHFError(
        .invalidConfiguration,
        "domain.reward.usesPolicy needs a fine-tuned policy. Train one with 'rlhf sft', name one with --from, or set usesPolicy to false."
      )
    }
    let backbone = RewardBackbone(policy)
    self.backbone = backbone
    let size = configuration.policySize
    backboneHead = MLP([backbone.featureSize, 2 * size, size], in: parameters["policy"])
  }

  /// The policy whose features the encoder reads.
  var policy: ChatPolicy? { backbone?.policy }

  /// Fits the regression, where there is one, to `pairs`: the ones that the reward model will be trained on.
  public func fitRegression(to pairs: [PreferencePair<ChatPrompt, ChatReply>]) {
    guard let regression, let penalty = configuration.penalty else { return }
    regression.fit(
      pairs.map { pair in
        (
          prepare(Sample(prompt: pair.prompt, artifact: pair.chosen)),
          prepare(Sample(prompt: pair.prompt, artifact: pair.rejected))
        )
      }, labels: pairs.map(\.label), weights: pairs.map(\.weight), penalty: penalty)
  }

  /// With a regression, its score alone counts before training.
  ///
  /// The table of words is 0 at first, so that heads that are not 0 let it learn; the features of other parts are not.
  public var headStart: [Float]? {
    guard regression != nil else { return nil }
    let size = configuration.lexicalSize
    let terms = (0..<size).map { Float($0.isMultiple(of: 2) ? 1 : -1) / Float(size).squareRoot() }
    return [1] + terms + Array(repeating: 0, count: featureSize - 1 - size)
  }

  /// The width H of the features.
  public var featureSize: Int {
    (configuration.penalty == nil ? 0 : 1) + configuration.lexicalSize
      + (configuration.usesMeasures ? RewardFeatures.measureCount : 0)
      + (configuration.layers > 0 ? configuration.hiddenSize : 0)
      + (configuration.usesPolicy ? configuration.policySize : 0)
      + (sentences == nil ? 0 : configuration.encoderSize)
  }

  /// The features of each sample, `[B, H]`.
  public func features(
    of samples: [Sample<ChatPrompt, ChatReply>], dropout: Seed?
  ) throws -> Tensor {
    guard !samples.isEmpty else { return Tensor.zeros([0, featureSize]) }
    let rows = samples.map(prepare)
    var parts: [Tensor] = []
    if let regression { parts.append(regression(rows)) }
    if let terms { parts.append(RewardRegression.sum(of: terms.weight, over: rows)) }
    if configuration.usesMeasures {
      parts.append(
        Tensor(rows.flatMap(\.measures), shape: [rows.count, RewardFeatures.measureCount]))
    }
    if let transformer { parts.append(transformer(rows, dropout: dropout)) }
    if let sentences { parts.append(sentences(samples, dropout: dropout)) }
    if let backbone, let backboneHead {
      let generator = dropout.map { RandomGenerator(seed: $0.derived("policy")) }
      let read = Dropout(configuration.dropout)(
        try backbone.features(of: samples), generator: generator)
      parts.append(backboneHead(read))
    }
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
  private static let sentencesFolder = "sentences"

  /// Writes the settings and the parameters into an existing directory; the policy is not among them.
  public func save(to directory: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(
      try encoder.encode(configuration), to: directory.appending(path: Self.configurationFile))
    try parameters.save(to: directory.appending(path: Self.parametersFile))
    try sentences?.save(to: directory.appending(path: Self.sentencesFolder))
  }

  /// Reads an encoder that ``save(to:)`` wrote.
  public convenience init(from directory: URL, policy: ChatPolicy? = nil) throws {
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
    let sentences = directory.appending(path: Self.sentencesFolder)
    try self.init(
      configuration: configuration, policy: policy,
      pretrained: configuration.encoder == nil ? nil : PretrainedSentences(from: sentences), seed: 0
    )
    try parameters.load(
      SafetensorsFile(directory.appending(path: Self.parametersFile)))
  }
}
