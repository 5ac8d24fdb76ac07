public import RLHFCore

extension PolicyOptions {
  /// The parts of the algorithm, with what the settings say instead of its defaults.
  public var recipe: PolicyRecipe {
    var recipe = PolicyRecipe(algorithm, clipRange: clipRange)
    if let clipRangeAbove { recipe.clip.above = clipRangeAbove }
    recipe.clip.limit = ratioLimit
    recipe.ratio = ratio ?? recipe.ratio
    recipe.normalisation = normalisation ?? recipe.normalisation
    recipe.whitens = whitensAdvantages ?? recipe.whitens
    recipe.scaling = scaling ?? recipe.scaling
    if let placement = kl.placement, placement != recipe.placement {
      recipe.placement = placement
      recipe.estimator = placement == .reward ? .k1 : .k3
    }
    recipe.estimator = kl.estimator ?? recipe.estimator
    recipe.usesDistributions = kl.usesDistributions
    recipe.advantageClip = advantageClip
    recipe.skipsSilentGroups = skipsSilentGroups ?? recipe.skipsSilentGroups
    recipe.resamplings = recipe.skipsSilentGroups ? resamplings ?? recipe.resamplings : 0
    recipe.groupSize =
      groupSize
      ?? (recipe.comparesGroups
        ? (1...8).last { $0 <= batchSize && batchSize.isMultiple(of: $0) } ?? 1 : 1)
    return recipe
  }

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(iterations, "iterations")
    check.positive(checkpointInterval, "checkpointInterval")
    check.positive(batchSize, "batchSize")
    check.positive(epochs, "epochs")
    check.positive(minibatchSize, "minibatchSize")
    check.positive(microbatchSize, "microbatchSize")
    check.require(
      minibatchSize <= batchSize, "minibatchSize", "at most batchSize (\(batchSize))",
      found: minibatchSize)
    check.positive(learningRate, "learningRate")
    check.positive(criticLearningRate, "criticLearningRate")
    check.notNegative(weightDecay, "weightDecay")
    check.positive(gradientNorm, "gradientNorm")
    check.positive(clipRange, "clipRange")
    if let valueClipRange { check.positive(valueClipRange, "valueClipRange") }
    check.notNegative(valueCoefficient, "valueCoefficient")
    check.notNegative(entropyCoefficient, "entropyCoefficient")
    check.positive(criticHiddenSize, "criticHiddenSize")
    check.fraction(discount, "discount")
    check.fraction(lambda, "lambda")
    check.notNegative(kl.coefficient, "kl.coefficient")
    check.positive(kl.target, "kl.target")
    check.positive(kl.horizon, "kl.horizon")
    if let clip = score.clip { check.positive(clip, "score.clip") }
    score.length.validate(&check)
    if let updateDivergenceLimit {
      check.positive(updateDivergenceLimit, "updateDivergenceLimit")
    }
    check.positive(skippedUpdatesLimit, "skippedUpdatesLimit")
    if let advantageClip { check.positive(advantageClip, "advantageClip") }
    check.positive(promptBuffer, "promptBuffer")
    check.require(
      promptMinimum > 0 && promptMinimum <= promptBuffer, "promptMinimum",
      "1 to promptBuffer (\(promptBuffer))", found: promptMinimum)
    if let averageDecay {
      check.require(
        averageDecay >= 0 && averageDecay < 1, "averageDecay", "a number from 0 to below 1",
        found: averageDecay)
    }
    guards.validate(&check, "guards")
    validateClipping(&check)
    validateGroups(&check)
    validateParts(&check)
  }

  private func validateClipping(_ check: inout SettingsCheck) {
    if let clipRangeAbove { check.positive(clipRangeAbove, "clipRangeAbove") }
    if let ratioLimit {
      let least = 1 + recipe.clip.above
      check.require(
        ratioLimit > least && ratioLimit.isFinite, "ratioLimit",
        "more than \(least), where clipping begins", found: ratioLimit)
    }
  }

  private func validateGroups(_ check: inout SettingsCheck) {
    let recipe = recipe
    if let groupSize { check.positive(groupSize, "groupSize") }
    guard batchSize > 0, recipe.groupSize > 0 else { return }
    check.require(
      batchSize.isMultiple(of: recipe.groupSize), "batchSize",
      "a multiple of groupSize (\(recipe.groupSize))", found: batchSize)
    if recipe.comparesGroups {
      check.require(
        recipe.groupSize > 1, "groupSize",
        "at least 2: \(algorithm.title) compares trajectories of the same prompt; set it to a divisor of batchSize (\(batchSize))",
        found: recipe.groupSize)
    }
    if let resamplings {
      check.notNegative(Double(resamplings), "resamplings")
      check.require(
        resamplings == 0 || recipe.skipsSilentGroups, "resamplings",
        "0 where skipsSilentGroups is false", found: resamplings)
    }
  }

  private func validateParts(_ check: inout SettingsCheck) {
    let recipe = recipe
    if let actionsAtOnce {
      check.positive(actionsAtOnce, "actionsAtOnce")
      check.require(
        recipe.ratio == .action, "actionsAtOnce",
        "null where ratio is \(recipe.ratio.rawValue): it is taken over all actions",
        found: actionsAtOnce)
    }
    if recipe.source == .prompts {
      check.require(
        discount == 1, "discount",
        "1: \(algorithm.title) gives every action the advantage of its trajectory", found: discount)
      check.require(
        !recipe.whitens, "whitensAdvantages",
        "false: \(algorithm.title) normalises scores by prompt", found: recipe.whitens)
    }
    if recipe.placement == .loss {
      check.require(
        recipe.estimator != .k1 || recipe.usesDistributions, "kl.estimator",
        "k2 or k3 where kl.placement is loss: the gradient of k1 vanishes in the mean",
        found: recipe.estimator.rawValue)
    }
    if recipe.comparesGroups {
      check.require(
        discount == 1, "discount",
        "1: \(algorithm.title) gives every action the advantage of its trajectory", found: discount)
      check.require(
        !(recipe.whitens && recipe.resamplings > 0), "resamplings",
        "0 where whitensAdvantages is true", found: recipe.resamplings)
    } else {
      check.require(
        recipe.ratio == .action, "ratio",
        "action: the advantages of \(algorithm.title) differ from action to action",
        found: recipe.ratio.rawValue)
      check.require(
        scaling == nil || scaling == AdvantageScaling.none, "scaling",
        "none: \(algorithm.title) compares no groups; it has whitensAdvantages",
        found: recipe.scaling.rawValue)
      check.require(
        !recipe.skipsSilentGroups, "skipsSilentGroups",
        "false: \(algorithm.title) compares no groups", found: recipe.skipsSilentGroups)
    }
  }
}
