import RLHF

/// What a fine-tuned language model, kept as it is, knows of a reply: how likely it finds each token, and its states.
///
/// Its features of a sample never change, so they are computed once.
final class RewardBackbone {
  let policy: ChatPolicy
  private var known: [Sample<ChatPrompt, ChatReply>: [Float]] = [:]

  /// The number of samples whose features are remembered.
  private static let rememberedCount = 20_000
  // Brings the features to a size of about 1.
  private static let likelihoodScale = 0.2
  private static let stateScale = 0.3

  init(_ policy: ChatPolicy) {
    self.policy = policy
    policy.parameters.setTrainable(false)
  }

  /// The width F of the features.
  var featureSize: Int { 3 + 2 * policy.featureSize }

  /// The mean, the least and the sum of the log-probabilities of the reply's tokens, the mean of the states that
  /// predict them, and the last of these states, `[B, F]`.
  func features(of samples: [Sample<ChatPrompt, ChatReply>]) throws -> Tensor {
    if known.count >= Self.rememberedCount { known.removeAll(keepingCapacity: true) }
    for sample in samples where known[sample] == nil {
      // One at a time: not even the last bits depend on what else is in a batch, nor on what is remembered.
      known[sample] = try withoutGradient { try compute([sample]).floats() }
    }
    return Tensor(
      samples.flatMap { known[$0] ?? [] }, shape: [samples.count, featureSize])
  }

  private func compute(_ samples: [Sample<ChatPrompt, ChatReply>]) throws -> Tensor {
    let rollout = try policy.rollout(of: samples)
    let evaluation = policy.evaluate(rollout, EvaluationRequest(features: true), temperature: 1)
    guard let states = evaluation.features else {
      preconditionFailure("RewardBackbone: the policy gave no features")
    }
    let mask = rollout.mask.to(.float32)
    let counts = mask.sum(dim: 1, keepDim: true)
    let likelihoods = evaluation.logProbabilities
    let means = (states * mask.unsqueezed(2)).sum(dim: 1) / counts
    let last = Tensor(rollout.lengths().map { max($0 - 1, 0) }).reshaped([-1, 1, 1])
      .expanded([samples.count, 1, policy.featureSize])
    return Tensor.concatenate(
      [
        likelihoods.sum(dim: 1, keepDim: true) / counts,
        likelihoods.min(dim: 1, keepDim: true).values * Self.likelihoodScale,
        likelihoods.sum(dim: 1, keepDim: true) * (Self.likelihoodScale / 4),
        means * Self.stateScale, states.gather(dim: 1, indices: last).squeezed(1) * Self.stateScale,
      ], dim: 1)
  }
}
