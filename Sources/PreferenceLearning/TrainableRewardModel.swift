public import Foundation
public import NeuralNetworks
public import RLHFCore
public import RLHFPlugin
public import Torch

/// A reward model that can be trained: an encoder, and a linear head per criterion on its features.
///
/// It is synchronous and not `Sendable`: one session owns it.
public final class TrainableRewardModel<E: Encoder> {
  /// The encoder.
  public let encoder: E
  /// The qualities that are scored, one head each.
  public let criteria: [Criterion]
  /// The parameters of the heads.
  public let headParameters: ParameterStore
  private let heads: Linear
  /// What is taken off every score, by criterion: the mean over the samples of ``centre(on:)``.
  private var offsets: [Double]

  /// Creates a model whose heads are untrained.
  public init(encoder: E, criteria: [Criterion], seed: Seed) {
    precondition(!criteria.isEmpty, "TrainableRewardModel: there must be at least one criterion")
    self.encoder = encoder
    self.criteria = criteria
    headParameters = ParameterStore(seed: seed.derived("heads"))
    heads = Linear(
      encoder.featureSize, criteria.count, bias: false,
      initializer: .normal(
        mean: 0, standardDeviation: 1 / Double(encoder.featureSize + 1).squareRoot()),
      in: headParameters["score"])
    offsets = criteria.map { _ in 0 }
    guard let start = encoder.headStart else { return }
    precondition(
      start.count == encoder.featureSize,
      "TrainableRewardModel: headStart [\(start.count)] does not fit features of width \(encoder.featureSize)"
    )
    withoutGradient {
      heads.weight.assign(
        from: Tensor(criteria.flatMap { _ in start }, shape: [criteria.count, start.count]))
    }
  }

  /// Everything that is trained.
  public var trainable: [(name: String, tensor: Tensor)] {
    encoder.parameters.trainable.map { ("encoder.\($0.name)", $0.tensor) }
      + headParameters.trainable.map { ("heads.\($0.name)", $0.tensor) }
  }

  /// The raw scores of each sample by criterion, `[B, C]`, with gradient where it is enabled.
  public func logits(
    of samples: [Sample<E.Prompt, E.Artifact>], dropout: Seed? = nil
  ) throws -> Tensor {
    heads(try encoder.features(of: samples, dropout: dropout))
  }

  /// The scores of samples; higher is better, and 0 is the mean of the samples the model was centred on.
  public func scores(
    of samples: [Sample<E.Prompt, E.Artifact>], batchSize: Int = 64
  ) throws -> [Scores] {
    var result: [Scores] = []
    for start in stride(from: 0, to: samples.count, by: batchSize) {
      let rows = Array(samples[start..<min(start + batchSize, samples.count)])
      let values = try withoutGradient { try logits(of: rows).to(.float32).doubles() }
      for row in rows.indices {
        let scores = criteria.indices.map { values[row * criteria.count + $0] - offsets[$0] }
        result.append(
          Scores(
            byCriterion: Dictionary(uniqueKeysWithValues: zip(criteria.map(\.id), scores)),
            total: zip(criteria, scores).reduce(0) { $0 + $1.0.weight * $1.1 }))
      }
    }
    return result
  }

  /// Shifts the scores so that their mean over `samples` is 0; preferences do not change.
  public func centre(on samples: [Sample<E.Prompt, E.Artifact>]) throws {
    guard !samples.isEmpty else { return }
    let scores = try scores(of: samples)
    for (index, criterion) in criteria.enumerated() {
      offsets[index] += Statistics.mean(scores.map { $0.byCriterion[criterion.id] ?? 0 })
    }
  }

  /// The column of the head for `criterion`; throws where the model has none.
  func head(for criterion: String) throws -> Int {
    if let index = criteria.firstIndex(where: { $0.id == criterion }) { return index }
    throw RLHFError(
      .invalidData,
      "A pair was judged by '\(criterion)'; the reward model scores \(criteria.map(\.id).joined(separator: ", "))."
    )
  }

  private static var headsFile: String { "heads.safetensors" }
  private static var descriptionFile: String { "reward.json" }

  /// Writes the heads and the description into `directory`; the encoder is the domain's to write.
  public func saveHeads(to directory: URL) throws {
    try headParameters.save(to: directory.appending(path: Self.headsFile))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let description = RewardModelDescription(criteria: criteria, offsets: offsets)
    try AtomicFile.write(
      try encoder.encode(description), to: directory.appending(path: Self.descriptionFile))
  }

  /// Reads a model whose heads ``saveHeads(to:)`` wrote.
  public convenience init(encoder: E, headsFrom directory: URL) throws {
    let url = directory.appending(path: Self.descriptionFile)
    let description: RewardModelDescription
    do {
      description = try JSONDecoder().decode(
        RewardModelDescription.self, from: Data(contentsOf: url))
    } catch {
      throw RLHFError(
        .incompatibleModel,
        "\(url.path) is not the description of a reward model. Train one with 'rlhf reward'.",
        cause: error)
    }
    guard !description.criteria.isEmpty, description.offsets.count == description.criteria.count
    else {
      throw RLHFError(
        .incompatibleModel,
        "\(url.path) has \(description.criteria.count) criteria and \(description.offsets.count) offsets; expected as many of both, at least one."
      )
    }
    self.init(encoder: encoder, criteria: description.criteria, seed: 0)
    try headParameters.load(SafetensorsFile(directory.appending(path: Self.headsFile)))
    offsets = description.offsets
  }
}

private struct RewardModelDescription: Codable {
  var criteria: [Criterion]
  var offsets: [Double]
}
