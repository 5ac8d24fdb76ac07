public import Foundation
import NeuralNetworks
public import RLHFCore
public import RLHFPlugin
import Torch

/// Fits a reward model to preference pairs, epoch by epoch, and keeps the epoch that predicts set-aside pairs best.
public final class RewardTrainer<E: Encoder> {
  /// A pair of the encoder's domain.
  public typealias Pair = PreferencePair<E.Prompt, E.Artifact>

  /// The model that is trained.
  public let model: TrainableRewardModel<E>
  /// The settings.
  public let options: RewardOptions
  /// The number of epochs made so far.
  public private(set) var epoch = 0

  private let training: [Pair]
  private let validation: [Pair]
  private let seed: Seed
  private let order: ShuffledBatches
  private let optimizer: AdamW
  private let loss: BradleyTerryLoss
  private var bestLoss = Double.infinity
  private var epochsSinceBest = 0
  private let best: ParameterSnapshot

  /// Creates a trainer; throws where there is nothing to learn from.
  public init(
    model: TrainableRewardModel<E>, pairs: [Pair], options: RewardOptions, seed: Seed
  ) throws {
    guard !pairs.isEmpty else {
      throw RLHFError(
        .invalidData,
        "There are no preference pairs to train on. Import some with 'rlhf import', or let a rater compare samples."
      )
    }
    self.model = model
    self.options = options
    self.seed = seed
    (training, validation) = Self.split(pairs, options: options, seed: seed)
    order = ShuffledBatches(
      count: training.count, batchSize: options.batchSize, seed: seed.derived("order"))
    optimizer = AdamW(
      parameters: model.trainable, options: AdamWOptions(weightDecay: options.weightDecay))
    loss = BradleyTerryLoss(centring: options.centring, labelSmoothing: options.labelSmoothing)
    best = ParameterSnapshot(of: model.trainable)
  }

  /// The pairs that a trainer learns from, and those that it sets aside to choose the best epoch.
  public static func split(
    _ pairs: [Pair], options: RewardOptions, seed: Seed
  ) -> (training: [Pair], validation: [Pair]) {
    let shuffled = ShuffledBatches(count: pairs.count, batchSize: 1, seed: seed.derived("split"))
      .order(ofEpoch: 0)
    let setAside = Int((Double(pairs.count) * options.validationFraction).rounded())
    // Fewer than a handful of pairs say nothing about which epoch is best.
    let count = setAside >= 8 && setAside < pairs.count ? setAside : 0
    return (shuffled.dropFirst(count).map { pairs[$0] }, shuffled.prefix(count).map { pairs[$0] })
  }

  /// Whether all epochs are made, or patience has run out.
  public var isFinished: Bool { epoch >= options.epochs || epochsSinceBest >= options.patience }

  /// The number of updates in an epoch.
  public var updatesPerEpoch: Int { order.batchesPerEpoch }

  /// Makes one pass over the pairs; `onUpdate` hears the number of updates made in it.
  public func trainEpoch(onUpdate: (Int) throws -> Void = { _ in }) throws -> [String: Double] {
    // The untrained model is a candidate too: one that begins from a fitted encoder may already be the best.
    if epoch == 0, !validation.isEmpty { bestLoss = try meanLoss(of: validation) }
    let total = options.epochs * order.batchesPerEpoch
    var sum = 0.0
    var norm = 0.0
    for update in 0..<order.batchesPerEpoch {
      let step = epoch * order.batchesPerEpoch + update
      let batch = order.batch(step).map { training[$0] }
      optimizer.clearGradients()
      let losses = try pairLosses(batch, dropout: seed.derived("dropout", step))
      let mean = losses.mean()
      mean.backward()
      let value = mean.item()
      guard value.isFinite else {
        throw RLHFError(
          .training,
          "The reward model's loss is not finite in epoch \(epoch + 1). Lower reward.learningRate and start again."
        )
      }
      norm += optimizer.update(
        divisor: 1, maximumNorm: options.gradientNorm,
        learningRate: options.learningRate
          * options.schedule.factor(step: step, total: total, warmUp: options.warmUp))
      sum += value
      try onUpdate(update + 1)
    }
    epoch += 1
    var metrics = [
      "reward/loss": sum / Double(order.batchesPerEpoch),
      "reward/gradientNorm": norm / Double(order.batchesPerEpoch), "reward/epoch": Double(epoch),
    ]
    if validation.isEmpty {
      best.update(from: model.trainable)
    } else {
      let validationLoss = try meanLoss(of: validation)
      metrics["reward/validationLoss"] = validationLoss
      if validationLoss < bestLoss {
        bestLoss = validationLoss
        epochsSinceBest = 0
        best.update(from: model.trainable)
      } else {
        epochsSinceBest += 1
      }
    }
    return metrics
  }

  /// Ends training: goes back to the best epoch, and centres the scores on the training artifacts.
  public func finish() throws {
    best.restore(to: model.trainable)
    try model.centre(
      on: training.flatMap {
        [
          Sample(prompt: $0.prompt, artifact: $0.chosen),
          Sample(prompt: $0.prompt, artifact: $0.rejected),
        ]
      })
  }

  /// Writes everything that is needed to go on from here, the model's parameters included, into `directory`.
  public func save(to directory: URL) throws {
    try optimizer.save(to: directory.appending(path: "optimizer.safetensors"))
    try SafetensorsWriter.write(
      model.trainable.map { ("current.\($0.name)", $0.tensor.detached()) }
        + zip(model.trainable, best.values).map { ("best.\($0.name)", $1) },
      metadata: [:], to: directory.appending(path: "parameters.safetensors"))
    let state = RewardState(epoch: epoch, bestLoss: bestLoss, epochsSinceBest: epochsSinceBest)
    try AtomicFile.write(
      try JSONEncoder().encode(state), to: directory.appending(path: "trainer.json"))
  }

  /// Goes on from what ``save(to:)`` wrote.
  public func restore(from directory: URL) throws {
    let url = directory.appending(path: "trainer.json")
    let state: RewardState
    do {
      state = try JSONDecoder().decode(RewardState.self, from: Data(contentsOf: url))
    } catch {
      throw RLHFError(
        .incompatibleModel,
        "\(url.path) cannot be read as the state of a reward trainer. Start anew.", cause: error)
    }
    try optimizer.load(from: directory.appending(path: "optimizer.safetensors"))
    let file = try SafetensorsFile(directory.appending(path: "parameters.safetensors"))
    for (index, parameter) in model.trainable.enumerated() {
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
  }

  private func pairLosses(_ pairs: [Pair], dropout: Seed?) throws -> Tensor {
    let samples =
      pairs.map { Sample(prompt: $0.prompt, artifact: $0.chosen) }
      + pairs.map { Sample(prompt: $0.prompt, artifact: $0.rejected) }
    let heads = Tensor(try pairs.map { try model.head(for: $0.criterion) })
    let scores = try model.logits(of: samples, dropout: dropout)
      .gather(dim: 1, indices: Tensor.concatenate([heads, heads], dim: 0).unsqueezed(1)).squeezed(1)
    let losses = loss(
      chosen: scores.narrow(dim: 0, start: 0, length: pairs.count),
      rejected: scores.narrow(dim: 0, start: pairs.count, length: pairs.count),
      margins: options.usesMargins ? Tensor(pairs.map { Float($0.margin) }) : nil,
      labels: pairs.allSatisfy { $0.label == 1 } ? nil : Tensor(pairs.map { Float($0.label) }))
    return losses * Tensor(pairs.map { Float($0.weight) })
  }

  private func meanLoss(of pairs: [Pair]) throws -> Double {
    var sum = 0.0
    for start in stride(from: 0, to: pairs.count, by: options.batchSize) {
      let batch = Array(pairs[start..<min(start + options.batchSize, pairs.count)])
      sum += try withoutGradient { try pairLosses(batch, dropout: nil).sum().item() }
    }
    return sum / Double(pairs.count)
  }
}

private struct RewardState: Codable {
  var epoch: Int
  /// Missing before the first validation: JSON has no infinity.
  var bestLoss: Double?
  var epochsSinceBest: Int

  init(epoch: Int, bestLoss: Double, epochsSinceBest: Int) {
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
