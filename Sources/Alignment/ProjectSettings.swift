public import PolicyOptimization
public import PreferenceLearning
public import RLHFCore

/// How training goes round: sample, compare, refit the reward model, optimise, again.
public struct RoundOptions: StageOptions, Equatable {
  /// Who compares the samples of a round.
  public enum RaterKind: String, Codable, Sendable, CaseIterable {
    /// Nobody: the reward model stays as it was fitted to the feedback in the store.
    case none
    /// The domain's scripted rater, a program that stands in for people.
    case scripted
  }

  /// The number of rounds; the iterations of `ppo` are shared among them.
  public var count = 1
  /// The number of comparisons that a round adds.
  public var comparisons = 256
  /// Who compares.
  public var rater: RaterKind = .none

  /// Creates the defaults.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(count, "count")
    check.positive(comparisons, "comparisons")
    check.require(
      rater != .none || count == 1, "count",
      "1 where no rater compares, or 'rounds.rater: scripted'", found: count)
  }
}

/// How a trained policy is compared with the one it started from.
public struct EvaluationOptions: StageOptions, Equatable {
  /// The largest number of held-out prompts.
  public var prompts = 200
  /// The number of samples per prompt.
  public var samplesPerPrompt = 1
  /// The number of pairs of samples shown side by side in tables and reports.
  public var shown = 5

  /// Creates the defaults.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(prompts, "prompts")
    check.positive(samplesPerPrompt, "samplesPerPrompt")
    check.notNegative(Double(shown), "shown")
  }
}

/// The settings of a project: `rlhf.yaml`.
public struct ProjectSettings: StageOptions {
  /// The id of the domain.
  public var plugin = ""
  /// The seed from which all randomness of the project derives.
  public var seed: Seed = 1
  /// The number of threads of tensor operations; `nil` leaves the choice to libtorch.
  public var threads: Int?
  /// The fraction of imported prompts, with all that belongs to them, that is kept for evaluation.
  public var heldOutFraction = 0.1
  /// The number of checkpoints of a run that are kept; older ones are removed.
  public var keptCheckpoints = 2
  /// Which half of the training preferences reward models and direct methods learn from.
  public var half: PreferenceHalf = .all
  /// How the votes of several people on a comparison become one.
  public var consolidation = ConsolidationOptions()
  /// The settings of the domain itself, in its own form.
  public var domain: JSONValue = .object([:])
  /// Supervised fine-tuning.
  public var sft = SupervisedOptions()
  /// Reward modelling.
  public var reward = RewardOptions()
  /// Policy optimisation.
  public var ppo = PolicyOptions()
  /// Learning from preferences directly.
  public var dpo = DirectPreferenceOptions()
  /// Rounds of comparison and optimisation.
  public var rounds = RoundOptions()
  /// Evaluation.
  public var evaluation = EvaluationOptions()

  /// Creates the defaults.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    if let threads { check.positive(threads, "threads") }
    check.require(
      heldOutFraction >= 0 && heldOutFraction < 1, "heldOutFraction", "a number from 0 to below 1",
      found: heldOutFraction)
    check.positive(keptCheckpoints, "keptCheckpoints")
    check.require(
      rounds.count <= ppo.iterations, "rounds.count",
      "at most ppo.iterations (\(ppo.iterations))", found: rounds.count)
    func section(_ options: some StageOptions, _ name: String) -> SettingsCheck {
      var nested = SettingsCheck(section: name)
      options.validate(&nested)
      return nested
    }
    for nested in [
      section(consolidation, "consolidation"), section(sft, "sft"), section(reward, "reward"),
      section(ppo, "ppo"),
      section(dpo, "dpo"), section(rounds, "rounds"), section(evaluation, "evaluation"),
    ] {
      check.include(nested)
    }
  }
}
