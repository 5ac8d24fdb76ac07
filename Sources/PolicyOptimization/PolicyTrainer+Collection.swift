import RLHFCore
import RLHFPlugin
import Torch

extension PolicyTrainer {
  /// What an iteration has sampled so far.
  struct Collection {
    var samples: [Sample<P.Prompt, P.Artifact>] = []
    var scores: [Double] = []
    /// What updates learn from, groups without signal left out.
    var buffer = ExperienceBuffer(parts: [])
    /// The names of the prompts of the trajectories in the buffer.
    var keys: [String] = []
    /// The number of groups in the buffer.
    var groups = 0
    var figures = RolloutFigures()
  }

  /// Samples for `prompts` and scores, and keeps the groups to learn from.
  func collect(
    _ prompts: [P.Prompt], seed: Seed, score: Score, into collection: inout Collection
  ) async throws {
    let rollout = try policy.sample(prompts, seed: seed)
    let samples = try zip(prompts, policy.artifacts(of: rollout)).map {
      Sample(prompt: $0, artifact: $1)
    }
    let scores = try await score(samples)
    try check(scores, count: samples.count)
    moments.add(scores)
    let shaped = options.score.shaped(
      scores, isComplete: rollout.isComplete, lengths: rollout.lengths(), moments: moments)
    let experience = try withoutGradient {
      try makeExperience(rollout, scores: shaped, figures: &collection.figures)
    }
    collection.samples += samples
    collection.scores += scores
    let hasSignal = GroupAdvantage.haveSignal(shaped, groupSize: recipe.groupSize)
    let kept = hasSignal.indices.filter { hasSignal[$0] || !recipe.skipsSilentGroups }
    collection.figures.groups += hasSignal.count
    collection.figures.silentGroups += hasSignal.count { !$0 }
    collection.groups += kept.count
    if kept.count == hasSignal.count {
      collection.buffer.parts.append(experience)
      collection.keys += prompts.map(promptKey)
    } else if !kept.isEmpty {
      let size = recipe.groupSize
      let rows = kept.flatMap { Array($0 * size..<($0 + 1) * size) }
      collection.buffer.parts.append(experience.rows(rows))
      collection.keys += rows.map { promptKey(prompts[$0]) }
    }
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
    _ rollout: Rollout, scores: [Double], figures: inout RolloutFigures
  ) throws -> Experience {
    let mask = rollout.mask
    let present = mask.to(.float32)
    let now = try evaluateInParts(
      policy, rollout,
      EvaluationRequest(
        entropies: true, features: critic != nil, distributions: recipe.usesDistributions))
    let reference = try policy.near(reference) {
      try evaluateInParts(
        $0, rollout, EvaluationRequest(distributions: recipe.usesDistributions))
    }
    let divergence = try divergence(
      of: now, from: reference.logProbabilities, reference.distributions, estimator: .k1)
    guard let entropies = now.entropies, critic == nil || now.features != nil else {
      preconditionFailure(
        "PolicyTrainer: \(P.self).evaluate left out features or entropies that were asked for")
    }
    let values = critic.flatMap { critic in now.features.map { critic($0) * present } }
    // Where the divergence costs in the loss, rewards are the scores alone.
    let isInReward = recipe.placement == .reward
    let rewards = shapedRewards(
      scores: Tensor(scores.map(Float.init)),
      divergence: isInReward
        ? try self.divergence(
          of: now, from: reference.logProbabilities, reference.distributions) : divergence,
      mask: mask, coefficient: isInReward ? kl.coefficient : 0)
    figures.add(
      rollout, rewards: rewards, entropies: entropies, divergence: divergence * present)
    return Experience(
      rollout: rollout, logProbabilities: now.logProbabilities,
      reference: reference.logProbabilities,
      referenceDistributions: isInReward ? nil : reference.distributions, rewards: rewards,
      values: values,
      advantages: Tensor.zeros(mask.shape, dtype: rewards.dtype, device: rewards.device))
  }

  /// The divergence from the reference policy at each action, `[B, T]`: by the recipe's estimator or another, or computed
  /// from the distributions where the recipe says so.
  func divergence(
    of now: PolicyEvaluation, from reference: Tensor, _ distributions: NormalActions?,
    estimator: KLEstimator? = nil
  ) throws -> Tensor {
    guard recipe.usesDistributions else {
      return (estimator ?? recipe.estimator)(now.logProbabilities, reference: reference)
    }
    guard let own = now.distributions, let distributions else {
      throw RLHFError(
        .invalidConfiguration,
        "ppo.kl.usesDistributions is true, but this policy does not give the distributions of its actions. Set it to false, so that the divergence is estimated from the actions taken."
      )
    }
    return own.divergence(from: distributions)
  }

  /// Evaluates microbatch by microbatch, and puts the parts together.
  private func evaluateInParts(
    _ policy: P, _ rollout: Rollout, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation {
    let rows = ShuffledBatches.inOrder(
      Array(0..<rollout.count), size: options.microbatchSize)
    return .concatenated(
      try rows.map { rows in
        let part = rollout.rows(rows)
        return .concatenated(
          try slices(of: part).map { try policy.evaluate(part, columns: $0, request) }, dim: 1)
      }, dim: 0)
  }

  /// The columns of `rollout` that go through the model at once.
  func slices(of rollout: Rollout) -> [Range<Int>] {
    let size = options.actionsAtOnce ?? rollout.length
    return stride(from: 0, to: rollout.length, by: size).map {
      $0..<min($0 + size, rollout.length)
    }
  }

  /// Estimates the advantages of what was collected, and gives the figures of the rollouts.
  func estimateAdvantages(_ collection: inout Collection) -> [String: Double] {
    withoutGradient {
      let keys = collection.keys
      collection.buffer.estimateAdvantages(
        recipe, discount: options.discount, lambda: options.lambda
      ) { promptAdvantage($0, prompts: keys) }
      let scores = collection.scores
      var metrics = collection.figures.metrics
      metrics["objective/score"] = Statistics.mean(scores)
      metrics["objective/scoreDeviation"] =
        scores.count > 1 ? Statistics.standardDeviation(scores) : 0
      metrics["objective/klCoefficient"] = kl.coefficient
      if recipe.groupSize > 1 {
        metrics["objective/silentGroups"] = collection.figures.silentGroupFraction
      }
      if let part = collection.buffer.parts.first, let values = part.values,
        let returns = part.returns
      {
        let mask = part.rollout.mask
        metrics["ppo/valueMean"] = values.maskedMean(mask).item()
        metrics["ppo/returnMean"] = returns.maskedMean(mask).item()
        metrics["ppo/explainedVariance"] = explainedVariance(
          values: values, returns: returns, mask: mask)
      }
      return metrics
    }
  }
}
