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
    } else if !kept.isEmpty {
      let size = recipe.groupSize
      let rows = kept.flatMap { Array($0 * size..<($0 + 1) * size) }
      collection.buffer.parts.append(experience.rows(rows))
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
      policy, rollout, EvaluationRequest(entropies: true, features: critic != nil))
    let reference = try referenceLogProbabilities(of: rollout)
    guard let entropies = now.entropies, critic == nil || now.features != nil else {
      preconditionFailure(
        "PolicyTrainer: \(P.self).evaluate left out features or entropies that were asked for")
    }
    let values = critic.flatMap { critic in now.features.map { critic($0) * present } }
    // Where the divergence costs in the loss, rewards are the scores alone.
    let rewards = shapedRewards(
      scores: Tensor(scores.map(Float.init)), logProbabilities: now.logProbabilities,
      reference: reference, mask: mask,
      coefficient: recipe.placement == .reward ? kl.coefficient : 0,
      estimator: recipe.placement == .reward ? recipe.estimator : .k1)
    figures.add(
      rollout, rewards: rewards, entropies: entropies,
      divergence: KLEstimator.k1(now.logProbabilities, reference: reference) * present)
    return Experience(
      rollout: rollout, logProbabilities: now.logProbabilities, reference: reference,
      rewards: rewards, values: values,
      advantages: Tensor.zeros(mask.shape, dtype: rewards.dtype, device: rewards.device))
  }

  /// The log-probabilities `[B, T]` of the actions under the reference policy.
  private func referenceLogProbabilities(of rollout: Rollout) throws -> Tensor {
    try policy.near(reference) {
      try evaluateInParts($0, rollout, .logProbabilities).logProbabilities
    }
  }

  /// Evaluates microbatch by microbatch, and puts the parts together.
  private func evaluateInParts(
    _ policy: P, _ rollout: Rollout, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation {
    let parts = try ShuffledBatches.inOrder(
      Array(0..<rollout.count), size: options.microbatchSize
    ).map { try policy.evaluate(rollout.rows($0), request) }
    func joined(_ tensors: [Tensor]) -> Tensor? {
      tensors.count == parts.count ? Tensor.concatenate(tensors, dim: 0) : nil
    }
    return PolicyEvaluation(
      logProbabilities: Tensor.concatenate(parts.map(\.logProbabilities), dim: 0),
      entropies: joined(parts.compactMap(\.entropies)),
      features: joined(parts.compactMap(\.features)))
  }

  /// Estimates the advantages of what was collected, and gives the figures of the rollouts.
  func estimateAdvantages(_ collection: inout Collection) -> [String: Double] {
    withoutGradient {
      collection.buffer.estimateAdvantages(
        recipe, discount: options.discount, lambda: options.lambda)
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
