public import NeuralNetworks
public import RLHFCore
public import Torch

/// What should be computed for the actions of a rollout.
public struct EvaluationRequest: Sendable {
  /// Whether entropies are wanted.
  public var wantsEntropies: Bool
  /// Whether features for the critic are wanted.
  public var wantsFeatures: Bool
  /// Whether the distributions that the actions were drawn from are wanted, of a policy that has them as tensors.
  public var wantsDistributions: Bool
  /// The seed of dropout while training; `nil` evaluates without dropout.
  public var dropout: Seed?

  /// Creates a request; log-probabilities are always computed.
  public init(
    entropies: Bool = false, features: Bool = false, distributions: Bool = false,
    dropout: Seed? = nil
  ) {
    wantsEntropies = entropies
    wantsFeatures = features
    wantsDistributions = distributions
    self.dropout = dropout
  }

  /// Log-probabilities alone.
  public static let logProbabilities = EvaluationRequest()
}

/// What a policy says now of actions that were taken before.
public struct PolicyEvaluation {
  /// Log-probabilities of the actions, `[B, T]`; 0 outside the mask.
  public var logProbabilities: Tensor
  /// Entropies of the distributions that the actions were drawn from, `[B, T]`; 0 outside the mask.
  public var entropies: Tensor?
  /// What the policy knew before each action, `[B, T, H]`: the critic reads it.
  public var features: Tensor?
  /// The distributions that the actions were drawn from, where they are normal and were asked for.
  public var distributions: NormalActions?

  /// Creates an evaluation.
  public init(
    logProbabilities: Tensor, entropies: Tensor? = nil, features: Tensor? = nil,
    distributions: NormalActions? = nil
  ) {
    self.logProbabilities = logProbabilities
    self.entropies = entropies
    self.features = features
    self.distributions = distributions
  }

  /// What is said of the actions in `columns` alone, `[B, columns.count]`.
  public func columns(_ columns: Range<Int>) -> PolicyEvaluation {
    func part(_ tensor: Tensor) -> Tensor {
      tensor.narrow(dim: 1, start: columns.lowerBound, length: columns.count)
    }
    return PolicyEvaluation(
      logProbabilities: part(logProbabilities), entropies: entropies.map(part),
      features: features.map(part), distributions: distributions?.mapped(part))
  }

  /// Puts evaluations of parts of a rollout together, along dimension `dim`: 0 for rows, 1 for columns.
  public static func concatenated(_ parts: [PolicyEvaluation], dim: Int) -> PolicyEvaluation {
    if parts.count == 1 { return parts[0] }
    func joined(_ tensors: [Tensor]) -> Tensor? {
      tensors.count == parts.count ? Tensor.concatenate(tensors, dim: dim) : nil
    }
    let distributions = parts.compactMap(\.distributions)
    return PolicyEvaluation(
      logProbabilities: Tensor.concatenate(parts.map(\.logProbabilities), dim: dim),
      entropies: joined(parts.compactMap(\.entropies)),
      features: joined(parts.compactMap(\.features)),
      distributions: distributions.count == parts.count
        ? .concatenated(distributions, dim: dim) : nil)
  }
}

/// A generator that can be trained: it samples trajectories, and gives their log-probabilities with gradient.
///
/// A policy is synchronous and not `Sendable`: one training session owns it. Sampling and `evaluate` describe the same
/// distribution, temperature and grammar masks included: the ratio of a fresh rollout is 1.
public protocol Policy<Prompt, Artifact>: AnyObject {
  /// What is asked for.
  associatedtype Prompt: Sendable
  /// What is made.
  associatedtype Artifact: Sendable

  /// The named parameters, trainable and frozen.
  var parameters: ParameterStore { get }

  /// The width H of the features that the critic reads.
  var featureSize: Int { get }

  /// Samples one trajectory per prompt. The same seed takes the same actions; a row does not depend on its neighbours.
  func sample(_ prompts: [Prompt], seed: Seed) throws -> Rollout

  /// Log-probabilities, and what else is requested, of the actions of `rollout`, with gradient where it is enabled.
  func evaluate(_ rollout: Rollout, _ request: EvaluationRequest) throws -> PolicyEvaluation

  /// The same for the actions in `columns` alone, `[B, columns.count]`.
  ///
  /// The default evaluates all of them and leaves out the others. A policy that computes its actions one by one gives the
  /// same numbers in the memory of fewer.
  func evaluate(
    _ rollout: Rollout, columns: Range<Int>, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation

  /// What a person perceives of each trajectory.
  func artifacts(of rollout: Rollout) throws -> [Artifact]

  /// The trajectories that lead to the demonstrated artifacts, for supervised fine-tuning.
  ///
  /// Throws ``RLHFError`` where a demonstration cannot be expressed in the policy's actions.
  func rollout(of demonstrations: [Demonstration<Prompt, Artifact>]) throws -> Rollout

  /// Runs `body` while the policy is the one that it should stay near, where it can be both: with adapters switched off,
  /// say. `nil` where it cannot, so that a second policy is needed.
  ///
  /// A domain prepares its policies for that in ``Domain/addReference(from:to:)``. What the policy gave before is not used
  /// in `body`, nor the other way round.
  func withReference<Result>(_ body: () throws -> Result) rethrows -> Result?

  /// The supervised loss over `demonstrations`: the sum over its terms, and how many there are.
  ///
  /// The default is the negative log-likelihood of the demonstrated actions; a policy with another objective
  /// (denoising, say) has its own.
  func supervisedLoss(
    of demonstrations: [Demonstration<Prompt, Artifact>], seed: Seed, isTraining: Bool
  ) throws -> SupervisedLoss
}

/// A sum of losses, with gradient, and the number of its terms.
public struct SupervisedLoss {
  /// The sum over all terms; a scalar tensor.
  public var sum: Tensor
  /// The number of terms: actions for a likelihood.
  public var count: Int

  /// Creates a loss.
  public init(sum: Tensor, count: Int) {
    self.sum = sum
    self.count = count
  }
}

extension Policy {
  /// What ``evaluate(_:_:)`` says, the other columns left out.
  public func evaluate(
    _ rollout: Rollout, columns: Range<Int>, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation {
    try evaluate(rollout, request).columns(columns)
  }

  /// A policy that cannot be its own reference.
  public func withReference<Result>(_ body: () throws -> Result) rethrows -> Result? { nil }

  /// The negative log-likelihood of the demonstrated actions.
  public func supervisedLoss(
    of demonstrations: [Demonstration<Prompt, Artifact>], seed: Seed, isTraining: Bool
  ) throws -> SupervisedLoss {
    let rollout = try rollout(of: demonstrations)
    let evaluation = try evaluate(rollout, EvaluationRequest(dropout: isTraining ? seed : nil))
    let count = rollout.lengths().reduce(0, +)
    return SupervisedLoss(sum: -evaluation.logProbabilities.sum(), count: count)
  }
}
