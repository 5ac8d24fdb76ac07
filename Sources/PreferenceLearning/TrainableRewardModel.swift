public import Foundation
public import NeuralNetworks
public import RLHFCore
public import RLHFPlugin
public import Torch

/// A reward model that can be trained: an encoder, and a linear head per criterion on its features.
///
/// An ensemble has several heads per criterion, its members; the score is their mean, and how far they are apart says how
/// uncertain it is.
///
/// It is synchronous and not `Sendable`: one session owns it.
public final class TrainableRewardModel<E: Encoder> {
  /// The encoder.
  public let encoder: E
  /// The qualities that are scored, one head each.
  public let criteria: [Criterion]
  /// The number M of heads for each criterion.
  public let members: Int
  /// The parameters of the heads.
  public let headParameters: ParameterStore
  private let heads: Linear
  /// What is taken off every score, by member and criterion: the mean over the samples of ``centre(on:)``.
  private var offsets: [Double]

  /// Creates a model whose heads are untrained.
  public init(encoder: E, criteria: [Criterion], members: Int = 1, seed: Seed) {
    precondition(
      !criteria.isEmpty && members > 0,
      "TrainableRewardModel: \(criteria.count) criteria and \(members) members; there must be at least one of each"
    )
    self.encoder = encoder
    self.criteria = criteria
    self.members = members
    headParameters = ParameterStore(seed: seed.derived("heads"))
    heads = Linear(
      encoder.featureSize, members * criteria.count, bias: false,
      initializer: .normal(
        mean: 0, standardDeviation: 1 / Double(encoder.featureSize + 1).squareRoot()),
      in: headParameters["score"])
    offsets = Array(repeating: 0, count: members * criteria.count)
    guard let start = encoder.headStart else { return }
    precondition(
      start.count == encoder.featureSize,
      "TrainableRewardModel: headStart [\(start.count)] does not fit features of width \(encoder.featureSize)"
    )
    withoutGradient {
      heads.weight.assign(
        from: Tensor(offsets.flatMap { _ in start }, shape: [offsets.count, start.count]))
    }
  }

  /// Everything that is trained.
  public var trainable: [(name: String, tensor: Tensor)] {
    encoder.parameters.trainable.map { ("encoder.\($0.name)", $0.tensor) }
      + headParameters.trainable.map { ("heads.\($0.name)", $0.tensor) }
  }

  /// The raw scores of each sample by member and criterion, `[B, M, C]`, with gradient where it is enabled.
  public func memberLogits(
    of samples: [Sample<E.Prompt, E.Artifact>], dropout: Seed? = nil
  ) throws -> Tensor {
    heads(try encoder.features(of: samples, dropout: dropout))
      .reshaped([samples.count, members, criteria.count])
  }

  /// The raw scores of each sample by criterion, `[B, C]`: the mean over members, with gradient where it is enabled.
  public func logits(
    of samples: [Sample<E.Prompt, E.Artifact>], dropout: Seed? = nil
  ) throws -> Tensor {
    try memberLogits(of: samples, dropout: dropout).mean(dim: 1)
  }

  /// The scores of samples; higher is better, and 0 is the mean of the samples the model was centred on.
  ///
  /// The deviation is that of the total between members; 0 where there is one.
  public func scores(
    of samples: [Sample<E.Prompt, E.Artifact>], batchSize: Int = 64
  ) throws -> [Scores] {
    try memberScores(of: samples, batchSize: batchSize).map { members in
      let means = criteria.indices.map { index in Statistics.mean(members.map { $0[index] }) }
      func total(_ scores: [Double]) -> Double {
        zip(criteria, scores).reduce(0) { $0 + $1.0.weight * $1.1 }
      }
      return Scores(
        byCriterion: Dictionary(uniqueKeysWithValues: zip(criteria.map(\.id), means)),
        total: total(means),
        deviation: members.count > 1 ? Statistics.standardDeviation(members.map(total)) : 0)
    }
  }

  /// The scores of each sample by member and criterion.
  private func memberScores(
    of samples: [Sample<E.Prompt, E.Artifact>], batchSize: Int
  ) throws -> [[[Double]]] {
    var result: [[[Double]]] = []
    for rows in ShuffledBatches.inOrder(samples, size: batchSize) {
      let values = try withoutGradient { try memberLogits(of: rows).to(.float32).doubles() }
      for row in rows.indices {
        result.append(
          (0..<members).map { member in
            criteria.indices.map { index in
              let place = member * criteria.count + index
              return values[row * offsets.count + place] - offsets[place]
            }
          })
      }
    }
    return result
  }

  /// Shifts the scores so that their mean over `samples` is 0; preferences do not change.
  public func centre(on samples: [Sample<E.Prompt, E.Artifact>]) throws {
    guard !samples.isEmpty else { return }
    let scores = try memberScores(of: samples, batchSize: 64)
    for member in 0..<members {
      for index in criteria.indices {
        offsets[member * criteria.count + index] += Statistics.mean(
          scores.map { $0[member][index] })
      }
    }
  }

  /// The column of the head for `criterion`; throws where the model has none.
  func head(for criterion: String) throws -> Int {
    if let index = criteria.firstIndex(where: { $0.id == criterion }) { return index }
    throw RLHFError(
      .invalidData,
      "A preference was judged by '\(criterion)'; the reward model scores \(criteria.map(\.id).joined(separator: ", "))."
    )
  }

  private static var headsFile: String { "heads.safetensors" }
  private static var descriptionFile: String { "reward.json" }

  /// Writes the heads and the description into `directory`; the encoder is the domain's to write.
  public func saveHeads(to directory: URL) throws {
    try headParameters.save(to: directory.appending(path: Self.headsFile))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let description = RewardModelDescription(
      criteria: criteria, offsets: offsets, members: members)
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
    let members = description.members ?? 1
    guard !description.criteria.isEmpty, members > 0,
      description.offsets.count == members * description.criteria.count
    else {
      throw RLHFError(
        .incompatibleModel,
        "\(url.path) has \(description.criteria.count) criteria, \(members) members and \(description.offsets.count) offsets; expected at least one criterion, and an offset for each of each member."
      )
    }
    self.init(encoder: encoder, criteria: description.criteria, members: members, seed: 0)
    try headParameters.load(SafetensorsFile(directory.appending(path: Self.headsFile)))
    offsets = description.offsets
  }
}

private struct RewardModelDescription: Codable {
  var criteria: [Criterion]
  var offsets: [Double]
  /// Missing in models from before there were ensembles.
  var members: Int?
}
