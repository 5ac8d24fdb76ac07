public import NeuralNetworks
public import RLHFCore

/// The settings of reward modelling: the `reward:` section of `rlhf.yaml`.
public struct RewardOptions: StageOptions, Equatable {
  /// How rankings are learned from.
  public enum RankingLoss: String, Codable, Sendable, CaseIterable {
    /// By the likelihood of the whole order (Plackett–Luce).
    case plackettLuce = "plackett_luce"
    /// By the mean over all pairs that the order decides (Bradley–Terry).
    case allPairs = "all_pairs"
  }

  /// How ratings are learned from.
  public enum RatingLoss: String, Codable, Sendable, CaseIterable {
    /// As levels in order, with learned cuts between them.
    case ordinal
    /// By the squared distance between score and rating, the scale from -1 to 1.
    case squared
    /// By the same, linear where the distance is large.
    case huber
  }

  /// The largest number of passes over the preferences.
  public var epochs = 10
  /// The number of pairs, rankings and ratings in an update.
  public var batchSize = 32
  /// The learning rate at its highest.
  public var learningRate = 1e-3
  /// How the learning rate changes over the run.
  public var schedule: LearningRateSchedule.Shape = .linear
  /// The fraction of steps over which the learning rate rises from 0.
  public var warmUp = 0.05
  /// The weight decay of AdamW.
  public var weightDecay = 0.01
  /// The largest norm of the gradient; above it the gradient is scaled down.
  public var gradientNorm = 1.0
  /// The weight of the squared sum of a pair's scores, which keeps scores near 0.
  public var centring = 0.0
  /// The probability that a label is wrong.
  public var labelSmoothing = 0.0
  /// Whether the margins of pairs are asked of the scores.
  public var usesMargins = false
  /// How much pairs count.
  public var pairWeight = 1.0
  /// How much rankings count.
  public var rankingWeight = 1.0
  /// How much ratings count.
  public var ratingWeight = 1.0
  /// How rankings are learned from.
  public var rankingLoss: RankingLoss = .plackettLuce
  /// How ratings are learned from.
  public var ratingLoss: RatingLoss = .ordinal
  /// The distance from which `huber` is linear; the scale of a rating is 2 wide.
  public var huberDelta = 1.0
  /// How much each criterion counts in the total score, by its id; those that are missing count as the domain says.
  public var criterionWeights: [String: Double] = [:]
  /// The number of heads that are trained on different draws of the preferences, and whose mean is the score.
  public var members = 1
  /// How many standard deviations between members are taken off a score that a policy is optimised against.
  public var pessimism = 0.0
  /// The fraction of the training preferences that is set aside to choose the best epoch; 0 keeps the last.
  public var validationFraction = 0.1
  /// The number of epochs without a better validation loss after which training ends.
  public var patience = 3

  /// The number of updates in a row that may be skipped because their loss is not finite; one more ends the run.
  public var skippedLimit = 10

  /// Creates the defaults.
  public init() {}

  /// The criteria with the weights of the settings; throws where a weight names none of them.
  public func weighted(_ criteria: [Criterion]) throws -> [Criterion] {
    for id in criterionWeights.keys.sorted() where !criteria.contains(where: { $0.id == id }) {
      throw RLHFError(
        .invalidConfiguration,
        "reward.criterionWeights names '\(id)'; the criteria are \(criteria.map(\.id).joined(separator: ", "))."
      )
    }
    return criteria.map { criterion in
      var criterion = criterion
      criterion.weight = criterionWeights[criterion.id] ?? criterion.weight
      return criterion
    }
  }

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(epochs, "epochs")
    check.positive(batchSize, "batchSize")
    check.positive(learningRate, "learningRate")
    check.fraction(warmUp, "warmUp")
    check.notNegative(weightDecay, "weightDecay")
    check.positive(gradientNorm, "gradientNorm")
    check.notNegative(centring, "centring")
    check.require(
      labelSmoothing >= 0 && labelSmoothing < 0.5, "labelSmoothing", "a number from 0 to below 0.5",
      found: labelSmoothing)
    check.notNegative(pairWeight, "pairWeight")
    check.notNegative(rankingWeight, "rankingWeight")
    check.notNegative(ratingWeight, "ratingWeight")
    check.positive(huberDelta, "huberDelta")
    for (id, weight) in criterionWeights.sorted(by: { $0.key < $1.key }) {
      check.require(weight.isFinite, "criterionWeights.\(id)", "a number", found: weight)
    }
    check.positive(members, "members")
    check.notNegative(pessimism, "pessimism")
    check.require(
      pessimism == 0 || members > 1, "pessimism",
      "0 with a single member; set reward.members to 2 or more", found: pessimism)
    check.require(
      validationFraction >= 0 && validationFraction < 1, "validationFraction",
      "a number from 0 to below 1", found: validationFraction)
    check.positive(patience, "patience")
    check.notNegative(Double(skippedLimit), "skippedLimit")
  }
}
