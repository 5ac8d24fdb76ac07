import Foundation
public import ImageModels
import Media
public import RLHF

/// A diffusion model as a policy: an action is a denoising step, drawn from a normal distribution of known deviation
/// (Black and others 2023, "Training diffusion models with reinforcement learning").
///
/// A rollout holds the samples before and after every action, `states` `[B, T + 1, C, H, W]`, the finished `images`
/// `[B, C, H, W]` and, of a model with classes, `labels` `[B]`. Steps whose deviation is next to nothing come last, and
/// are no actions.
public final class DiffusionPolicy: Policy {
  /// The model and its scheduler.
  public let pipeline: DiffusionPipeline
  /// The names of the classes, in the order of the labels.
  public let classes: [String]
  /// The named parameters, those of adapters among them.
  public let parameters: ParameterStore
  /// The adapters that are trained in place of the model.
  var adapters: PolicyAdapters?
  let configuration: ImageRealismConfiguration
  let size: ImageSize
  let plan: DenoisingPlan
  private let pixels: ImagePixels

  /// Creates a policy.
  ///
  /// - Parameters:
  ///   - pipeline: The model and its scheduler.
  ///   - classes: The names of the classes, in the order of the labels; none for a model without.
  ///   - configuration: The settings.
  ///   - adapters: The adapters on the model that are trained.
  /// - Throws: ``RLHFError`` where they do not fit together.
  init(
    pipeline: DiffusionPipeline, classes: [String], configuration: ImageRealismConfiguration,
    adapters: PolicyAdapters? = nil
  ) throws {
    self.pipeline = pipeline
    self.classes = classes
    self.configuration = configuration
    self.adapters = adapters
    let model = pipeline.predictor
    parameters =
      adapters.map { ParameterStore(joining: [model.parameters, $0.set.parameters]) }
      ?? model.parameters
    size = model.sampleSize ?? ImageSize(configuration.size)
    plan = try pipeline.scheduler.plan(
      steps: configuration.steps,
      noise: StepNoise(
        eta: configuration.eta, deterministicBelow: configuration.deterministicBelow,
        floor: configuration.deviationFloor))
    pixels = ImagePixels(size: size.width)
    try validate()
  }

  private func validate() throws {
    let model = pipeline.predictor
    guard model.channelCount == 3, size.width == size.height else {
      throw RLHFError(
        .incompatibleModel,
        "The model makes samples of \(model.channelCount) channels, \(size.width) by \(size.height); expected RGB images that are square."
      )
    }
    if let count = model.classCount, classes.count != count, classes.count + 1 != count {
      throw RLHFError(
        .incompatibleModel,
        "The model knows \(count) classes, and \(classes.count) have names; name each in domain.classes, or all but the last, which stands for no class."
      )
    }
    guard configuration.guidance == 1 || nullClass != nil else {
      throw RLHFError(
        .invalidConfiguration,
        "domain.guidance is \(configuration.guidance), but the model knows no label for no class. Train one with domain.classDropout above 0, or set guidance to 1."
      )
    }
    guard !plan.stochasticSteps.isEmpty,
      plan.stochasticSteps == Array(0..<plan.stochasticSteps.count)
    else {
      throw RLHFError(
        .invalidConfiguration,
        "Of the \(plan.timesteps.count) denoising steps, those with noise are \(plan.stochasticSteps); expected the first ones. Raise domain.eta, or lower domain.deterministicBelow."
      )
    }
  }

  /// The label that stands for no class, where the model has one.
  var nullClass: Int? {
    pipeline.predictor.classCount.flatMap { $0 == classes.count + 1 ? classes.count : nil }
  }

  /// The number T of actions.
  var actionCount: Int { plan.stochasticSteps.count }

  /// Samples one trajectory per prompt; each row draws its noise from a seed of its own.
  public func sample(_ prompts: [ImagePrompt], seed: Seed) throws -> Rollout {
    let labels = try labels(of: prompts)
    return withoutGradient {
      let parts = ShuffledBatches.inOrder(
        Array(prompts.indices), size: configuration.samplingBatch
      ).map { rows in
        sample(labels.map { own in rows.map { own[$0] } }, rows: rows, seed: seed)
      }
      let names = parts.first.map { Array($0.keys) } ?? []
      let actions = names.map { name in
        (name, Tensor.concatenate(parts.compactMap { $0[name] }, dim: 0))
      }
      return Rollout(
        actions: Dictionary(uniqueKeysWithValues: actions),
        mask: Tensor(
          Array(repeating: true, count: prompts.count * actionCount),
          shape: [prompts.count, actionCount]),
        isComplete: Array(repeating: true, count: prompts.count))
    }
  }

  private func sample(_ labels: [Int]?, rows: [Int], seed: Seed) -> [String: Tensor] {
    let shape = [3, size.height, size.width]
    let noise = Tensor.stack(
      rows.map { row in
        Tensor.randn(
          [actionCount + 1] + shape, generator: RandomGenerator(seed: seed.derived("row", row)))
      }, dim: 0)
    let labels = labels.map { Tensor($0) }
    var state = noise.select(dim: 1, index: 0)
    var states = [state]
    for index in plan.timesteps.indices {
      let step = step(index, state, labels)
      guard index < actionCount else {
        state = step.mean
        continue
      }
      state = step.sample(noise: noise.select(dim: 1, index: index + 1))
      states.append(state)
    }
    var actions = ["states": Tensor.stack(states, dim: 1), "images": state]
    actions["labels"] = labels
    return actions
  }

  /// The distribution of what follows `state` `[B, C, H, W]` in step `index`.
  private func step(_ index: Int, _ state: Tensor, _ labels: Tensor?) -> GaussianStep {
    let timesteps = Tensor(
      Array(repeating: plan.timesteps[index], count: state.shape[0])
    ).to(state.device)
    let output: Tensor
    if configuration.guidance != 1, let labels, let nullClass {
      output = pipeline.predictor.guided(
        state, timesteps: timesteps, classLabels: labels,
        by: Guidance(scale: configuration.guidance, nullClass: nullClass))
    } else {
      output = pipeline.predictor(state, timesteps: timesteps, classLabels: labels)
    }
    return pipeline.scheduler.step([index], of: plan, output: output, sample: state)
  }

  /// Log-probabilities, and what else is requested, of the actions of `rollout`.
  public func evaluate(
    _ rollout: Rollout, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation {
    try evaluate(rollout, columns: 0..<rollout.length, request)
  }

  /// The same for the actions in `columns`: a pass through the model for each, in the batch's shape.
  public func evaluate(
    _ rollout: Rollout, columns: Range<Int>, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation {
    guard let states = rollout.actions["states"] else {
      preconditionFailure("DiffusionPolicy: the rollout has no 'states'")
    }
    let labels = rollout.actions["labels"]
    return .concatenated(
      columns.map { column in
        let state = states.select(dim: 1, index: column)
        let next = states.select(dim: 1, index: column + 1)
        return evaluation(of: next, after: state, step: column, labels, request)
      }, dim: 1)
  }

  private func evaluation(
    of next: Tensor, after state: Tensor, step index: Int, _ labels: Tensor?,
    _ request: EvaluationRequest
  ) -> PolicyEvaluation {
    let step = step(index, state, labels)
    let rows = state.shape[0]
    let logProbabilities = step.logProbability(
      of: next, reduction: configuration.reduction == .mean ? .mean : .sum)
    let deviation = plan.deviations[index]
    let numbers = configuration.reduction == .sum ? state.count / max(rows, 1) : 1
    let entropy = (log(deviation) + 0.5 * log(2 * Double.pi * M_E)) * Double(numbers)
    return PolicyEvaluation(
      logProbabilities: logProbabilities.unsqueezed(1),
      entropies: request.wantsEntropies
        ? Tensor.full([rows, 1], entropy, device: state.device) : nil,
      features: request.wantsFeatures
        ? features(step.predictedOriginal, step: index, labels).unsqueezed(1) : nil,
      distributions: request.wantsDistributions
        ? NormalActions(
          mean: step.mean.unsqueezed(1),
          deviation: Tensor.full([rows, 1, 1, 1, 1], deviation, device: state.device),
          reduction: configuration.reduction) : nil)
  }

  /// What a person perceives of each trajectory.
  public func artifacts(of rollout: Rollout) throws -> [ImageArtifact] {
    guard let images = rollout.actions["images"] else {
      preconditionFailure("DiffusionPolicy: the rollout has no 'images'")
    }
    let labels = rollout.actions["labels"]?.ints()
    return try RasterImage.images(from: images).enumerated().map { row, image in
      let name = labels.flatMap { classes.indices.contains($0[row]) ? classes[$0[row]] : nil }
      return try ImageArtifact(image, text: name.map { [ImageArtifact.promptKey: $0] } ?? [:])
    }
  }

  /// An image does not say by which steps it came about.
  public func rollout(
    of demonstrations: [Demonstration<ImagePrompt, ImageArtifact>]
  ) throws -> Rollout {
    throw RLHFError(
      .unsupported,
      "An image does not say by which denoising steps it came about, so its likelihood is not known. Fine-tuning has a loss of its own; use 'rlhf ppo', not 'rlhf dpo', on comparisons."
    )
  }

  /// Runs `body` with the reference in place of the adapters.
  public func withReference<Result>(_ body: () throws -> Result) rethrows -> Result? {
    try adapters?.withReference(body)
  }

  /// The denoising loss: the mean squared error of the prediction at a random timestep, summed over images.
  public func supervisedLoss(
    of demonstrations: [Demonstration<ImagePrompt, ImageArtifact>], seed: Seed, isTraining: Bool
  ) throws -> SupervisedLoss {
    var images = try pixels(demonstrations.map(\.artifact))
    if isTraining, configuration.flips {
      images = ImagePixels.flipped(images, seed: seed.derived("flips"))
    }
    var generator = seed.derived("timesteps").generator
    let trained = pipeline.scheduler.configuration.timestepCount
    let timesteps = demonstrations.map { _ in Int.random(in: 0..<trained, using: &generator) }
    var labels = try labels(of: demonstrations.map(\.prompt))
    if isTraining, let nullClass {
      labels = labels.map { own in
        own.map { generator.uniform() < configuration.classDropout ? nullClass : $0 }
      }
    }
    let noise = Tensor.randn(
      images.shape, generator: RandomGenerator(seed: seed.derived("noise")))
    let noisy = pipeline.scheduler.addNoise(to: images, noise: noise, timesteps: timesteps)
    let target = pipeline.scheduler.target(original: images, noise: noise, timesteps: timesteps)
    let output = pipeline.predictor(
      noisy, timesteps: Tensor(timesteps), classLabels: labels.map { Tensor($0) }, context: nil,
      dropout: isTraining ? RandomGenerator(seed: seed.derived("dropout")) : nil)
    let loss = (output - target).square().mean(dims: [1, 2, 3]).sum()
    return SupervisedLoss(sum: loss, count: demonstrations.count)
  }

  /// The labels of the classes that prompts name; `nil` for a model without classes.
  private func labels(of prompts: [ImagePrompt]) throws -> [Int]? {
    guard pipeline.predictor.classCount != nil else { return nil }
    let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    return try prompts.map { prompt in
      guard let text = prompt.text else {
        if let nullClass { return nullClass }
        throw RLHFError(
          .invalidData,
          "A prompt names no class; expected one of \(listed(classes)). Train with domain.classDropout above 0 for images of no class."
        )
      }
      if let label = places[text] { return label }
      throw RLHFError(
        .invalidData,
        "A prompt names a class that the model does not know; its classes are \(listed(classes)).")
    }
  }
}

/// The first of `names`, and how many more there are.
private func listed(_ names: [String]) -> String {
  let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
  return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
}
