public import Foundation
import NeuralNetworks
public import RLHFCore
public import RLHFPlugin
import Torch

/// Policy optimisation against a score, with a cost on the divergence from a reference policy.
///
/// An iteration samples trajectories, scores their artifacts, spreads scores and penalties over the actions, estimates
/// advantages, and makes several passes of clipped updates. Which estimator and which loss, the algorithm says: see
/// ``PolicyRecipe``. PPO follows Ziegler et al. 2019 and "The N Implementation Details of RLHF with PPO" (Huang et al.
/// 2023).
public final class PolicyTrainer<P: Policy> {
  /// Scores samples; higher is better.
  public typealias Score = ([Sample<P.Prompt, P.Artifact>]) async throws -> [Double]

  /// The policy that is trained.
  public let policy: P
  /// The policy that the trained one should stay near; it is not changed.
  public let reference: P
  /// The value function, where the algorithm has one.
  public let critic: Critic?
  /// The settings.
  public let options: PolicyOptions
  /// The parts of the algorithm.
  public let recipe: PolicyRecipe
  /// The number of iterations made so far.
  public private(set) var iteration = 0
  /// The weight of the penalty in force.
  public private(set) var kl: KLController
  /// The number of updates skipped in a row.
  public internal(set) var skippedInARow = 0

  let seed: Seed
  let promptKey: (P.Prompt) -> String
  var promptAdvantage: PromptAdvantage
  let average: MovingAverage?
  var moments = RunningMoments()
  let policyOptimizer: AdamW
  let criticOptimizer: AdamW?

  /// Creates a trainer.
  ///
  /// `reference` is a policy of its own with the parameters to stay near, or `policy` itself where that carries its
  /// reference: ``Policy/withReference(_:)``.
  ///
  /// `promptKey` names a prompt: the scores of prompts of one name are compared with each other, where the algorithm
  /// does.
  public init(
    policy: P, reference: P, options: PolicyOptions, seed: Seed,
    promptKey: @escaping (P.Prompt) -> String = { String(describing: $0) }
  ) {
    self.promptKey = promptKey
    promptAdvantage = PromptAdvantage(
      bufferSize: options.promptBuffer, minimum: options.promptMinimum)
    average = options.averageDecay.map { MovingAverage(of: policy.parameters, decay: $0) }
    self.policy = policy
    self.reference = reference
    self.options = options
    self.seed = seed
    recipe = options.recipe
    kl = KLController(
      mode: options.kl.mode, coefficient: options.kl.coefficient, target: options.kl.target,
      horizon: options.kl.horizon)
    let adam = AdamWOptions(weightDecay: options.weightDecay)
    policyOptimizer = AdamW(parameters: policy.parameters.trainable, options: adam)
    critic =
      recipe.source == .critic
      ? Critic(
        featureSize: policy.featureSize, hiddenSize: options.criticHiddenSize,
        seed: seed.derived("critic")) : nil
    criticOptimizer = critic.map { AdamW(parameters: $0.parameters.trainable, options: adam) }
  }

  /// The indices of the prompts that the next iteration should sample for, out of `count`: `batchSize` of them, each as
  /// often in a row as a group has trajectories.
  public func promptIndices(outOf count: Int) -> [Int] {
    promptIndices(outOf: count, resampling: 0)
  }

  private func promptIndices(outOf count: Int, resampling: Int) -> [Int] {
    let seed = seed.derived("prompts")
    let groups = options.batchSize / recipe.groupSize
    return ShuffledBatches(
      count: count, batchSize: groups,
      seed: resampling == 0 ? seed : seed.derived("resampling", resampling)
    )
    .streamedBatch(iteration)
    .flatMap { Array(repeating: $0, count: recipe.groupSize) }
  }

  /// Samples for `prompts`, scores, and updates policy and critic.
  ///
  /// The prompts of a group are the same, and follow one another.
  public func iterate(
    _ prompts: [P.Prompt], score: Score
  ) async throws -> PolicyIteration<P.Prompt, P.Artifact> {
    precondition(
      prompts.count.isMultiple(of: recipe.groupSize),
      "PolicyTrainer: \(prompts.count) prompts are not groups of \(recipe.groupSize)")
    return try await iterate(
      drawing: { resampling, _ in resampling == 0 ? prompts : [] }, score: score)
  }

  /// Draws prompts from `pool`, samples for them, scores, and updates policy and critic.
  ///
  /// Groups without signal are replaced as often as the settings say.
  public func iterate(
    over pool: [P.Prompt], score: Score
  ) async throws -> PolicyIteration<P.Prompt, P.Artifact> {
    try await iterate(
      drawing: { resampling, groups in
        promptIndices(outOf: pool.count, resampling: resampling)
          .prefix(groups * recipe.groupSize).map { pool[$0] }
      }, score: score)
  }

  /// `drawing` gives the prompts of as many groups as are wanted, or none.
  private func iterate(
    drawing: (_ resampling: Int, _ groups: Int) -> [P.Prompt], score: Score
  ) async throws -> PolicyIteration<P.Prompt, P.Artifact> {
    let seed = seed.derived("iteration", iteration)
    var collection = Collection()
    for resampling in 0...recipe.resamplings {
      let missing = options.batchSize / recipe.groupSize - collection.groups
      let prompts = missing > 0 ? drawing(resampling, missing) : []
      guard !prompts.isEmpty else { break }
      let own = seed.derived("rollout")
      try await collect(
        prompts, seed: resampling == 0 ? own : own.derived("resampling", resampling), score: score,
        into: &collection)
    }
    let before = estimateAdvantages(&collection)
    let after = try update(collection.buffer, seed: seed)
    kl.update(divergence: before["objective/kl"] ?? 0, count: collection.samples.count)
    defer { iteration += 1 }
    return PolicyIteration(
      index: iteration, metrics: before.merging(after) { _, new in new },
      samples: collection.samples, scores: collection.scores)
  }

  /// Runs `body` with the moving average in the policy's place, where the settings have one.
  public func withAverage<Result>(_ body: (P) throws -> Result) rethrows -> Result {
    guard let average else { return try body(policy) }
    return try average.withAverages { try body(policy) }
  }

  /// Writes what is needed to go on from here, apart from the policies, into `directory`.
  public func save(to directory: URL) throws {
    try policyOptimizer.save(to: directory.appending(path: "optimizer.safetensors"))
    if let critic, let criticOptimizer {
      try critic.parameters.save(to: directory.appending(path: "critic.safetensors"))
      try criticOptimizer.save(to: directory.appending(path: "critic-optimizer.safetensors"))
    }
    try average?.save(to: directory)
    try TrainerState.write(
      PolicyTrainerState(
        iteration: iteration, kl: kl, moments: moments, skippedInARow: skippedInARow,
        promptAdvantage: recipe.source == .prompts ? promptAdvantage : nil), to: directory)
  }

  /// Goes on from what ``save(to:)`` wrote.
  public func restore(from directory: URL) throws {
    try policyOptimizer.load(from: directory.appending(path: "optimizer.safetensors"))
    if let critic, let criticOptimizer {
      try critic.parameters.load(SafetensorsFile(directory.appending(path: "critic.safetensors")))
      try criticOptimizer.load(from: directory.appending(path: "critic-optimizer.safetensors"))
    }
    let state = try TrainerState.read(PolicyTrainerState.self, from: directory)
    iteration = state.iteration
    kl = state.kl
    moments = state.moments
    skippedInARow = state.skippedInARow ?? 0
    promptAdvantage = state.promptAdvantage ?? promptAdvantage
    try average?.restore(from: directory)
  }
}

private struct PolicyTrainerState: Codable {
  var iteration: Int
  var kl: KLController
  var moments: RunningMoments
  var skippedInARow: Int?
  var promptAdvantage: PromptAdvantage?
}
