public import Foundation
import NeuralNetworks
public import RLHFCore
public import RLHFPlugin
import Torch

/// Proximal policy optimisation against a score, with a penalty on the divergence from a reference policy.
///
/// Follows Ziegler et al. 2019 and "The N Implementation Details of RLHF with PPO" (Huang et al. 2023). An iteration
/// samples trajectories, scores their artifacts, spreads scores and penalties over the actions, estimates advantages,
/// and makes several passes of clipped updates.
public final class PPOTrainer<P: Policy> {
  /// Scores samples; higher is better.
  public typealias Score = ([Sample<P.Prompt, P.Artifact>]) async throws -> [Double]

  /// The policy that is trained.
  public let policy: P
  /// The policy that the trained one should stay near; it is not changed.
  public let reference: P
  /// The value function.
  public let critic: Critic
  /// The settings.
  public let options: PPOOptions
  /// The number of iterations made so far.
  public private(set) var iteration = 0
  /// The weight of the penalty in force.
  public private(set) var kl: KLController

  private let seed: Seed
  private var moments = RunningMoments()
  private let policyOptimizer: AdamW
  private let criticOptimizer: AdamW

  /// Creates a trainer.
  ///
  /// `reference` is a policy of its own with the parameters to stay near, or `policy` itself where that carries its
  /// reference: ``Policy/withReference(_:)``.
  public init(policy: P, reference: P, options: PPOOptions, seed: Seed) {
    self.policy = policy
    self.reference = reference
    self.options = options
    self.seed = seed
    kl = KLController(
      mode: options.kl.mode, coefficient: options.kl.coefficient, target: options.kl.target,
      horizon: options.kl.horizon)
    critic = Critic(
      featureSize: policy.featureSize, hiddenSize: options.criticHiddenSize,
      seed: seed.derived("critic"))
    let adam = AdamWOptions(weightDecay: options.weightDecay)
    policyOptimizer = AdamW(parameters: policy.parameters.trainable, options: adam)
    criticOptimizer = AdamW(parameters: critic.parameters.trainable, options: adam)
  }

  /// The indices of the prompts that the next iteration should sample for, out of `count`.
  public func promptIndices(outOf count: Int) -> [Int] {
    ShuffledBatches(count: count, batchSize: options.batchSize, seed: seed.derived("prompts"))
      .streamedBatch(iteration)
  }

  /// Samples for `prompts`, scores, and updates policy and critic.
  public func iterate(
    _ prompts: [P.Prompt], score: Score
  ) async throws -> PolicyIteration<P.Prompt, P.Artifact> {
    let seed = seed.derived("iteration", iteration)
    let rollout = try policy.sample(prompts, seed: seed.derived("rollout"))
    let samples = try zip(prompts, policy.artifacts(of: rollout)).map {
      Sample(prompt: $0, artifact: $1)
    }
    let scores = try await score(samples)
    try check(scores, count: samples.count)
    moments.add(scores)
    let (experience, before) = try makeExperience(rollout, scores: scores)
    let after = try update(experience, seed: seed)
    kl.update(divergence: before["objective/kl"] ?? 0, count: samples.count)
    defer { iteration += 1 }
    return PolicyIteration(
      index: iteration, metrics: before.merging(after) { _, new in new }, samples: samples,
      scores: scores)
  }

  private func check(_ scores: [Double], count: Int) throws {
    guard scores.count == count else {
      throw RLHFError(
        .training,
        "The score gave \(scores.count) values for \(count) samples; it must give one each.")
    }
    guard let bad = scores.firstIndex(where: { !$0.isFinite }) else { return }
    throw RLHFError(
      .training,
      "The score of sample \(bad) of iteration \(iteration) is \(scores[bad]). Check the reward model; nothing was updated."
    )
  }

  private func makeExperience(
    _ rollout: Rollout, scores: [Double]
  ) throws -> (Experience, [String: Double]) {
    try withoutGradient {
      let mask = rollout.mask
      let now = try evaluateInParts(
        policy, rollout, EvaluationRequest(entropies: true, features: true))
      let reference = try withReference(reference, of: policy) {
        try evaluateInParts($0, rollout, .logProbabilities).logProbabilities
      }
      guard let features = now.features, let entropies = now.entropies else {
        preconditionFailure(
          "PPOTrainer: \(P.self).evaluate left out features or entropies that were asked for")
      }
      let present = mask.to(.float32)
      let values = critic(features) * present
      let shaped = options.score.shaped(scores, isComplete: rollout.isComplete, moments: moments)
      let rewards = shapedRewards(
        scores: Tensor(shaped.map(Float.init)), logProbabilities: now.logProbabilities,
        reference: reference, mask: mask, coefficient: kl.coefficient,
        estimator: options.kl.estimator)
      let estimate = GeneralizedAdvantage(discount: options.discount, lambda: options.lambda)(
        rewards: rewards, values: values, mask: mask)
      let advantages =
        options.whitensAdvantages ? estimate.advantages.whitened(mask) : estimate.advantages
      let divergence = KLEstimator.k1(now.logProbabilities, reference: reference) * present
      let lengths = rollout.lengths().map(Double.init)
      let metrics = [
        "objective/score": Statistics.mean(scores),
        "objective/scoreDeviation": scores.count > 1 ? Statistics.standardDeviation(scores) : 0,
        "objective/reward": rewards.sum(dim: 1).mean().item(),
        "objective/kl": divergence.sum(dim: 1).mean().item(),
        "objective/klCoefficient": kl.coefficient,
        "objective/entropy": entropies.maskedMean(mask).item(),
        "objective/length": lengths.reduce(0, +) / Double(lengths.count),
        "objective/complete": Double(rollout.isComplete.count { $0 }) / Double(rollout.count),
        "ppo/valueMean": values.maskedMean(mask).item(),
        "ppo/returnMean": estimate.returns.maskedMean(mask).item(),
        "ppo/explainedVariance": explainedVariance(
          values: values, returns: estimate.returns, mask: mask),
      ]
      let experience = Experience(
        rollout: rollout, logProbabilities: now.logProbabilities, reference: reference,
        entropies: entropies, values: values, advantages: advantages, returns: estimate.returns)
      return (experience, metrics)
    }
  }

  /// Evaluates microbatch by microbatch, and puts the parts together.
  private func evaluateInParts(
    _ policy: P, _ rollout: Rollout, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation {
    var parts: [PolicyEvaluation] = []
    for start in stride(from: 0, to: rollout.count, by: options.microbatchSize) {
      let rows = Array(start..<min(start + options.microbatchSize, rollout.count))
      parts.append(try policy.evaluate(rollout.rows(rows), request))
    }
    func joined(_ tensors: [Tensor]) -> Tensor? {
      tensors.count == parts.count ? Tensor.concatenate(tensors, dim: 0) : nil
    }
    return PolicyEvaluation(
      logProbabilities: Tensor.concatenate(parts.map(\.logProbabilities), dim: 0),
      entropies: joined(parts.compactMap(\.entropies)),
      features: joined(parts.compactMap(\.features)))
  }

  private func update(_ experience: Experience, seed: Seed) throws -> [String: Double] {
    var figures = UpdateFigures()
    let order = ShuffledBatches(
      count: experience.rollout.count, batchSize: options.minibatchSize,
      seed: seed.derived("minibatches"))
    let factor = options.schedule.factor(step: iteration, total: options.iterations, warmUp: 0)
    for step in 0..<options.epochs * order.batchesPerEpoch {
      let divergence = try updateMinibatch(
        experience, rows: order.batch(step), scheduleFactor: factor, figures: &figures)
      if let limit = options.updateDivergenceLimit, divergence > limit {
        figures.endedEarly = true
        break
      }
    }
    var metrics = figures.metrics
    metrics["ppo/learningRate"] = options.learningRate * factor
    return metrics
  }

  /// Makes one update, and returns the divergence per action (k3) from the sampling policy just before it.
  private func updateMinibatch(
    _ experience: Experience, rows: [Int], scheduleFactor: Double, figures: inout UpdateFigures
  ) throws -> Double {
    policy.parameters.clearGradients()
    critic.parameters.clearGradients()
    let first = figures
    for start in stride(from: 0, to: rows.count, by: options.microbatchSize) {
      let part = experience.rows(
        Array(rows[start..<min(start + options.microbatchSize, rows.count)]))
      let wantsEntropies = options.entropyCoefficient > 0
      let now = try policy.evaluate(
        part.rollout, EvaluationRequest(entropies: wantsEntropies, features: true))
      guard let features = now.features else {
        preconditionFailure(
          "PPOTrainer: \(P.self).evaluate left out the features that were asked for")
      }
      let mask = part.rollout.mask
      let values = critic(options.trainsFeaturesForCritic ? features : features.detached())
      let policyLoss = PolicyLoss(
        logProbabilities: now.logProbabilities, old: part.logProbabilities,
        advantages: part.advantages, mask: mask, clipRange: options.clipRange)
      let valueLoss = ValueLoss(
        values: values, old: part.values, returns: part.returns, mask: mask,
        clipRange: options.valueClipRange)
      var loss = policyLoss.sum + valueLoss.sum * options.valueCoefficient
      if let entropies = now.entropies, wantsEntropies {
        loss = loss - (entropies * mask.to(.float32)).sum() * options.entropyCoefficient
      }
      loss.backward()
      figures.add(policyLoss, valueLoss, mask: mask)
    }
    let count = figures.actions - first.actions
    let divergence = (figures.divergence - first.divergence) / Swift.max(count, 1)
    guard (figures.policyLoss + figures.valueLoss).isFinite else {
      throw RLHFError(
        .training,
        "The loss of iteration \(iteration) is not finite. Lower ppo.learningRate or ppo.clipRange and resume from the last checkpoint."
      )
    }
    // AdamW does not feel the scale of a gradient: the value coefficient weighs only what reaches the policy.
    figures.gradientNorm += policyOptimizer.update(
      divisor: count, maximumNorm: options.gradientNorm,
      learningRate: options.learningRate * scheduleFactor)
    _ = criticOptimizer.update(
      divisor: count, maximumNorm: options.gradientNorm,
      learningRate: options.criticLearningRate * scheduleFactor)
    figures.updates += 1
    return divergence
  }

  /// Writes what is needed to go on from here, apart from the policies, into `directory`.
  public func save(to directory: URL) throws {
    try critic.parameters.save(to: directory.appending(path: "critic.safetensors"))
    try policyOptimizer.save(to: directory.appending(path: "optimizer.safetensors"))
    try criticOptimizer.save(to: directory.appending(path: "critic-optimizer.safetensors"))
    try TrainerState.write(
      PPOState(iteration: iteration, kl: kl, moments: moments), to: directory)
  }

  /// Goes on from what ``save(to:)`` wrote.
  public func restore(from directory: URL) throws {
    try critic.parameters.load(SafetensorsFile(directory.appending(path: "critic.safetensors")))
    try policyOptimizer.load(from: directory.appending(path: "optimizer.safetensors"))
    try criticOptimizer.load(from: directory.appending(path: "critic-optimizer.safetensors"))
    let state = try TrainerState.read(PPOState.self, from: directory)
    iteration = state.iteration
    kl = state.kl
    moments = state.moments
  }
}

private struct PPOState: Codable {
  var iteration: Int
  var kl: KLController
  var moments: RunningMoments
}
