public import Foundation
import NeuralNetworks
public import RLHFCore
public import RLHFPlugin
import Torch

/// Fits a reward model to pairs, rankings and ratings, epoch by epoch, and keeps the epoch that predicts those set aside
/// best.
public final class RewardTrainer<E: Encoder> {
  /// A pair of the encoder's domain.
  public typealias Pair = PreferencePair<E.Prompt, E.Artifact>
  /// Preferences of the encoder's domain.
  public typealias Data = Preferences<E.Prompt, E.Artifact>
  private typealias Example = RewardExamples<E.Prompt, E.Artifact>.Weighted

  /// The model that is trained.
  public let model: TrainableRewardModel<E>
  /// The settings.
  public let options: RewardOptions
  /// The number of epochs made so far.
  public private(set) var epoch = 0

  private let training: [Example]
  private let validation: [Example]
  private let seed: Seed
  private let order: ShuffledBatches
  /// The model's parameters, and those that stand between scores and ratings.
  private let trained: [(name: String, tensor: Tensor)]
  private let optimizer: AdamW
  private let scales: RatingScales
  private let loss: RewardLoss<E.Prompt, E.Artifact>
  private var bestLoss = Double.infinity
  private var epochsSinceBest = 0
  /// The updates that were skipped because their loss was not finite.
  public private(set) var skipped = SkippedUpdates()
  private let best: ParameterSnapshot

  /// Creates a trainer on pairs alone.
  public convenience init(
    model: TrainableRewardModel<E>, pairs: [Pair], options: RewardOptions, seed: Seed
  ) throws {
    try self.init(model: model, preferences: Data(pairs: pairs), options: options, seed: seed)
  }

  /// Creates a trainer; throws where there is nothing to learn from.
  public init(
    model: TrainableRewardModel<E>, preferences: Data, options: RewardOptions, seed: Seed
  ) throws {
    guard !preferences.isEmpty else {
      throw RLHFError(
        .invalidData,
        "There are no preferences to train on. Import some with 'rlhf import', or let a rater compare samples."
      )
    }
    if let bad = preferences.rankings.first(where: { $0.artifacts.count < 2 }) {
      throw RLHFError(
        .invalidData, "A ranking has \(bad.artifacts.count) artifacts; expected two or more.")
    }
    self.model = model
    self.options = options
    self.seed = seed
    let parts = Self.split(preferences, options: options, seed: seed)
    training = RewardExamples.list(
      parts.training, members: model.members, drawnBy: seed.derived("members"))
    // What chooses the epoch counts the same for every member.
    validation = RewardExamples.list(parts.validation, members: model.members)
    order = ShuffledBatches(
      count: training.count, batchSize: options.batchSize, seed: seed.derived("order"))
    scales = try RatingScales(
      of: preferences.ratings, loss: options.ratingLoss, huberDelta: options.huberDelta)
    loss = RewardLoss(options: options, scales: scales)
    trained = model.trainable + scales.parameters.trainable
    optimizer = AdamW(
      parameters: trained, options: AdamWOptions(weightDecay: options.weightDecay))
    best = ParameterSnapshot(of: trained)
  }

  /// What a trainer learns from, and what it sets aside to choose the best epoch.
  public static func split(
    _ preferences: Data, options: RewardOptions, seed: Seed
  ) -> (training: Data, validation: Data) {
    let (pairs, rankings) = (preferences.pairs.count, preferences.rankings.count)
    let count = pairs + rankings + preferences.ratings.count
    guard count > 0 else { return (preferences, Data()) }
    let shuffled = ShuffledBatches(count: count, batchSize: 1, seed: seed.derived("split"))
      .order(ofEpoch: 0)
    let setAside = Int((Double(count) * options.validationFraction).rounded())
    // Fewer than a handful say nothing about which epoch is best.
    let kept = setAside >= 8 && setAside < count ? setAside : 0
    func part(_ indices: ArraySlice<Int>) -> Data {
      var part = Data()
      for index in indices {
        if index < pairs {
          part.pairs.append(preferences.pairs[index])
        } else if index < pairs + rankings {
          part.rankings.append(preferences.rankings[index - pairs])
        } else {
          part.ratings.append(preferences.ratings[index - pairs - rankings])
        }
      }
      return part
    }
    return (part(shuffled.dropFirst(kept)), part(shuffled.prefix(kept)))
  }

  /// Whether all epochs are made, or patience has run out.
  public var isFinished: Bool { epoch >= options.epochs || epochsSinceBest >= options.patience }

  /// The number of updates in an epoch.
  public var updatesPerEpoch: Int { order.batchesPerEpoch }

  /// Makes one pass over the preferences; `onUpdate` hears the number of updates made in it.
  public func trainEpoch(onUpdate: (Int) throws -> Void = { _ in }) throws -> [String: Double] {
    // The untrained model is a candidate too: one that begins from a fitted encoder may already be the best.
    if epoch == 0, !validation.isEmpty { bestLoss = try meanLoss(of: validation) }
    let total = options.epochs * order.batchesPerEpoch
    var sum = 0.0
    var norm = 0.0
    var made = 0.0
    var forms: [String: (sum: Double, count: Int)] = [:]
    for update in 0..<order.batchesPerEpoch {
      let step = epoch * order.batchesPerEpoch + update
      let batch = order.batch(step).map { training[$0] }
      optimizer.clearGradients()
      let found = try loss(of: batch, dropout: seed.derived("dropout", step))
      let mean = found.sum / Double(batch.count)
      mean.backward()
      let value = mean.item()
      var ownNorm = Double.nan
      if value.isFinite {
        ownNorm = optimizer.update(
          divisor: 1, maximumNorm: options.gradientNorm,
          learningRate: options.learningRate
            * options.schedule.factor(step: step, total: total, warmUp: options.warmUp))
      }
      try skipped.count(
        isSkipped: !ownNorm.isFinite, limit: options.skippedLimit, section: "reward")
      if ownNorm.isFinite {
        forms.merge(found.byForm) { ($0.sum + $1.sum, $0.count + $1.count) }
        norm += ownNorm
        sum += value
        made += 1
      }
      try onUpdate(update + 1)
    }
    epoch += 1
    var metrics = [
      "reward/loss": sum / made, "reward/gradientNorm": norm / made,
      "reward/epoch": Double(epoch), "reward/skipped": Double(skipped.total),
    ].filter { $0.value.isFinite }
    if forms.count > 1 {
      for (form, value) in forms { metrics["reward/\(form)Loss"] = value.sum / Double(value.count) }
    }
    if validation.isEmpty {
      best.update(from: trained)
    } else {
      let validationLoss = try meanLoss(of: validation)
      metrics["reward/validationLoss"] = validationLoss
      if validationLoss < bestLoss {
        bestLoss = validationLoss
        epochsSinceBest = 0
        best.update(from: trained)
      } else {
        epochsSinceBest += 1
      }
    }
    return metrics
  }

  /// Ends training: goes back to the best epoch, and centres the scores on the training artifacts.
  public func finish() throws {
    best.restore(to: trained)
    try model.centre(on: training.flatMap(\.example.samples))
  }

  /// Writes everything that is needed to go on from here, the model's parameters included, into `directory`.
  public func save(to directory: URL) throws {
    try optimizer.save(to: directory.appending(path: "optimizer.safetensors"))
    try SafetensorsWriter.write(
      trained.map { ("current.\($0.name)", $0.tensor.detached()) }
        + zip(trained, best.values).map { ("best.\($0.name)", $1) },
      metadata: [:], to: directory.appending(path: "parameters.safetensors"))
    try TrainerState.write(
      RewardState(
        epoch: epoch, bestLoss: bestLoss, epochsSinceBest: epochsSinceBest, skipped: skipped),
      to: directory)
  }

  /// Goes on from what ``save(to:)`` wrote.
  public func restore(from directory: URL) throws {
    let state = try TrainerState.read(RewardState.self, from: directory)
    try optimizer.load(from: directory.appending(path: "optimizer.safetensors"))
    let file = try SafetensorsFile(directory.appending(path: "parameters.safetensors"))
    for (index, parameter) in trained.enumerated() {
      let current = try file.tensor("current.\(parameter.name)")
      let kept = try file.tensor("best.\(parameter.name)")
      guard current.shape == parameter.tensor.shape, kept.shape == parameter.tensor.shape else {
        throw RLHFError(
          .incompatibleModel,
          "\(file.url.path) has '\(parameter.name)' \(current.shape); the encoder wants \(parameter.tensor.shape). Resume with the settings of the run."
        )
      }
      withoutGradient {
        parameter.tensor.assign(from: current)
        best.values[index].assign(from: kept)
      }
    }
    (epoch, bestLoss, epochsSinceBest) = (
      state.epoch, state.bestLoss ?? .infinity, state.epochsSinceBest
    )
    skipped = state.skipped ?? SkippedUpdates()
  }

  private func loss(
    of batch: [Example], dropout: Seed?
  ) throws -> RewardLoss<E.Prompt, E.Artifact>.Value {
    let samples = batch.flatMap(\.example.samples)
    let heads = try batch.flatMap { weighted in
      let head = try model.head(for: weighted.example.criterion)
      return weighted.example.samples.flatMap { _ in Array(repeating: head, count: model.members) }
    }
    let index = Tensor(heads, shape: [samples.count, model.members, 1])
    let scores = try model.memberLogits(of: samples, dropout: dropout)
      .gather(dim: 2, indices: index).squeezed(2)
    return loss(batch, scores: scores)
  }

  private func meanLoss(of examples: [Example]) throws -> Double {
    var sum = 0.0
    for batch in ShuffledBatches.inOrder(examples, size: options.batchSize) {
      sum += try withoutGradient { try loss(of: batch, dropout: nil).sum.item() }
    }
    return sum / Double(examples.count)
  }
}

private struct RewardState: Codable {
  var epoch: Int
  /// Missing before the first validation: JSON has no infinity.
  var bestLoss: Double?
  var epochsSinceBest: Int

  var skipped: SkippedUpdates?

  init(epoch: Int, bestLoss: Double, epochsSinceBest: Int, skipped: SkippedUpdates) {
    self.skipped = skipped
    self.epoch = epoch
    self.bestLoss = bestLoss.isFinite ? bestLoss : nil
    self.epochsSinceBest = epochsSinceBest
  }
}

/// A copy of parameters' values.
private final class ParameterSnapshot {
  let values: [Tensor]

  init(of parameters: [(name: String, tensor: Tensor)]) {
    values = withoutGradient { parameters.map { $0.tensor.detached().copied() } }
  }

  func update(from parameters: [(name: String, tensor: Tensor)]) {
    withoutGradient {
      for (value, parameter) in zip(values, parameters) { value.assign(from: parameter.tensor) }
    }
  }

  func restore(to parameters: [(name: String, tensor: Tensor)]) {
    withoutGradient {
      for (value, parameter) in zip(values, parameters) { parameter.tensor.assign(from: value) }
    }
  }
}
