import NeuralNetworks
import RLHFCore
import RLHFPlugin
import Torch

extension PolicyTrainer {
  /// Makes the updates of an iteration.
  func update(_ buffer: ExperienceBuffer, seed: Seed) throws -> [String: Double] {
    var figures = UpdateFigures()
    guard buffer.count > 0 else { return figures.metrics }
    let order = ShuffledBatches(
      count: buffer.count, batchSize: options.minibatchSize, seed: seed.derived("minibatches"))
    let factor = options.schedule.factor(step: iteration, total: options.iterations, warmUp: 0)
    let longest = buffer.parts.map(\.rollout.length).max() ?? 0
    for step in 0..<options.epochs * order.batchesPerEpoch {
      let own = try makeGradients(
        buffer.microbatches(of: order.batch(step), size: options.microbatchSize), longest: longest)
      guard own.actions > 0 else { continue }
      guard let norm = updateParameters(own, scheduleFactor: factor) else {
        figures.skipped += 1
        skippedInARow += 1
        try stopIfHopeless()
        continue
      }
      skippedInARow = 0
      average?.update()
      figures.add(own)
      figures.gradientNorm += norm
      figures.updates += 1
      if let limit = options.updateDivergenceLimit, own.divergence / own.actions > limit {
        figures.endedEarly = true
        break
      }
    }
    policy.parameters.clearGradients()
    critic?.parameters.clearGradients()
    return figures.metrics.merging(["ppo/learningRate": options.learningRate * factor]) { $1 }
  }

  /// Adds up the gradients of one update's loss over its microbatches.
  private func makeGradients(_ parts: [Experience], longest: Int) throws -> UpdateFigures {
    policy.parameters.clearGradients()
    critic?.parameters.clearGradients()
    var figures = UpdateFigures()
    for part in parts {
      let mask = lossMask(part.rollout)
      let weights = recipe.normalisation.weights(mask: mask)
      for columns in slices(of: part.rollout) {
        try makeGradients(part, columns, mask: mask, weights: weights, into: &figures)
      }
      figures.divisor += recipe.normalisation.divisor(mask: mask, longest: longest)
    }
    return figures
  }

  /// Adds up the gradients of the loss over the actions in `columns`.
  private func makeGradients(
    _ whole: Experience, _ columns: Range<Int>, mask: Tensor, weights: Tensor,
    into figures: inout UpdateFigures
  ) throws {
    let wantsEntropies = options.entropyCoefficient > 0
    let isPenalised = recipe.placement == .loss && kl.coefficient > 0
    let now = try policy.evaluate(
      whole.rollout, columns: columns,
      EvaluationRequest(
        entropies: wantsEntropies, features: critic != nil,
        distributions: isPenalised && recipe.usesDistributions))
    func part(_ tensor: Tensor) -> Tensor {
      tensor.narrow(dim: 1, start: columns.lowerBound, length: columns.count)
    }
    let (mask, weights) = (part(mask), part(weights))
    let policyLoss = PolicyLoss(
      logProbabilities: now.logProbabilities, old: part(whole.logProbabilities),
      advantages: part(whole.advantages), mask: mask, clip: recipe.clip, ratio: recipe.ratio,
      weights: weights)
    var loss = policyLoss.sum
    let valueLoss = makeValueLoss(
      now, old: whole.values.map(part), returns: whole.returns.map(part), mask: mask,
      weights: weights)
    if let valueLoss { loss = loss + valueLoss.sum * options.valueCoefficient }
    var divergenceLoss: Tensor?
    if isPenalised {
      let divergence = try divergence(
        of: now, from: part(whole.reference), whole.referenceDistributions?.mapped(part))
      let penalty = (divergence * weights).sum() * kl.coefficient
      loss = loss + penalty
      divergenceLoss = penalty.detached()
    }
    if let entropies = now.entropies, wantsEntropies {
      loss = loss - (entropies * weights).sum() * options.entropyCoefficient
    }
    loss.backward()
    figures.add(policyLoss, valueLoss, divergenceLoss: divergenceLoss, mask: mask)
  }

  /// Where the loss counts: the actions taken, or those of trajectories that ended by themselves.
  private func lossMask(_ rollout: Rollout) -> Tensor {
    guard options.ignoresIncomplete else { return rollout.mask }
    return rollout.mask .& Tensor(rollout.isComplete).unsqueezed(1)
  }

  private func makeValueLoss(
    _ now: PolicyEvaluation, old: Tensor?, returns: Tensor?, mask: Tensor, weights: Tensor
  ) -> ValueLoss? {
    guard let critic else { return nil }
    guard let features = now.features, let old, let returns else {
      preconditionFailure(
        "PolicyTrainer: \(P.self).evaluate left out the features that were asked for")
    }
    return ValueLoss(
      values: critic(options.trainsFeaturesForCritic ? features : features.detached()), old: old,
      returns: returns, mask: mask, clipRange: options.valueClipRange, weights: weights)
  }

  /// Steps by the gradients added up, and gives the norm of the policy's.
  ///
  /// Where loss or gradients are not numbers it changes nothing and gives `nil`: one bad number would spread to all
  /// parameters.
  private func updateParameters(_ figures: UpdateFigures, scheduleFactor: Double) -> Double? {
    let networks = [policyOptimizer, criticOptimizer].compactMap { $0 }
    let isSound = withoutGradient {
      figures.isFinite
        && networks.allSatisfy { clipGradientNorm(of: $0.parameters, to: .infinity).isFinite }
    }
    guard isSound else { return nil }
    // AdamW does not feel the scale of a gradient: the value coefficient weighs only what reaches the policy.
    let norm = policyOptimizer.update(
      divisor: figures.divisor, maximumNorm: options.gradientNorm,
      learningRate: options.learningRate * scheduleFactor)
    _ = criticOptimizer?.update(
      divisor: figures.divisor, maximumNorm: options.gradientNorm,
      learningRate: options.criticLearningRate * scheduleFactor)
    return norm
  }

  private func stopIfHopeless() throws {
    guard skippedInARow >= options.skippedUpdatesLimit else { return }
    throw RLHFError(
      .training,
      "The loss or its gradient was not a finite number in \(skippedInARow) updates in a row, the last in iteration \(iteration); they were skipped, and the last checkpoint is good. Start from it with a lower ppo.learningRate or ppo.clipRange: 'rlhf ppo --from' with the name of this run."
    )
  }
}
