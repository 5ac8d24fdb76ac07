import FeedbackStore
import PolicyOptimization
public import RLHFCore
public import RLHFPlugin

/// Samples pairs of artifacts from a policy and has a rater compare them.
public struct ComparisonStage<D: Domain> {
  private let project: Project<D>
  private let observer: StageObserver

  /// Creates the stage.
  public init(project: Project<D>, observer: StageObserver = StageObserver()) {
    self.project = project
    self.observer = observer
  }

  /// Samples two different artifacts for each of `count` training prompts, and adds the rater's judgments to the store.
  ///
  /// Where there are held-out prompts, comparisons of theirs come on top, `heldOutFraction` of `count`: they belong to
  /// the held-out split, which measures reward models and trains none.
  ///
  /// - Parameters:
  ///   - policy: Who makes the artifacts.
  ///   - count: The number of comparisons wanted; pairs of equal artifacts are passed over.
  ///   - rater: Who compares.
  ///   - origin: Where the artifacts come from, for the store.
  ///   - round: The round of training.
  ///   - seed: The seed of prompts, samples and the rater.
  /// - Returns: The comparisons made, and how many of them were new to the store.
  /// - Throws: ``RLHFError`` where there are no prompts, or the policy always gives the same.
  @discardableResult
  public func run(
    policy: D.DomainPolicy, count: Int, rater: any Rater<D.Prompt, D.Artifact>, origin: String,
    round: Int, seed: Seed
  ) async throws -> (comparisons: Int, added: Int) {
    let (training, heldOut) = try sampled(of: policy, count: count, seed: seed)
    guard !training.isEmpty else {
      throw RLHFError(
        .training,
        "The policy gives the same artifact every time, so there is nothing to compare. Raise its temperature or train it less."
      )
    }
    let comparisons = training + heldOut
    let judgments = try await rater.judge(comparisons, seed: seed.derived("rater"))
    let added = try project.add(
      comparisons: comparisons, judgments: judgments, rater: rater.id, origin: origin, round: round)
    return (comparisons.count, added)
  }

  /// Samples comparisons for people to judge: two artifacts of `policy` for each prompt, or one of it and one of `other`.
  ///
  /// Returns the number of comparisons that are new to the store; ``Project/fillQueue(criterion:overlap:demonstrations:)``
  /// brings them before people. Those on held-out prompts come on top, as in ``run(policy:count:rater:origin:round:seed:)``.
  public func sampleForPeople(
    policy: D.DomainPolicy, origin: String, against other: D.DomainPolicy? = nil,
    otherOrigin: String? = nil, count: Int, round: Int, seed: Seed
  ) throws -> Int {
    let (training, heldOut) = try sampled(of: policy, against: other, count: count, seed: seed)
    return try project.store.addComparisons(
      training + heldOut, first: origin, second: otherOrigin ?? origin, round: round,
      split: project.splitRule
    ).comparisons
  }

  /// Comparisons on training prompts, and on as many held-out ones as belong to them.
  private func sampled(
    of policy: D.DomainPolicy, against other: D.DomainPolicy? = nil, count: Int, seed: Seed
  ) throws -> (
    training: [Comparison<D.Prompt, D.Artifact>], heldOut: [Comparison<D.Prompt, D.Artifact>]
  ) {
    let prompts = try project.trainingPrompts()
    guard !prompts.isEmpty else {
      throw RLHFError(
        .invalidData, "There are no prompts to sample for. Import some with 'rlhf import'.")
    }
    let training = try pairs(
      of: policy, against: other, for: prompts, count: count, title: "Sampling pairs", seed: seed)
    let heldOut = try project.prompts(.heldOut)
    let heldOutCount = Int((Double(count) * project.settings.heldOutFraction).rounded())
    guard !training.isEmpty, !heldOut.isEmpty, heldOutCount > 0 else { return (training, []) }
    return (
      training,
      try pairs(
        of: policy, against: other, for: heldOut, count: heldOutCount,
        title: "Sampling held-out pairs", seed: seed.derived("held-out"))
    )
  }

  private func pairs(
    of policy: D.DomainPolicy, against other: D.DomainPolicy? = nil, for prompts: [D.Prompt],
    count: Int, title: String, seed: Seed
  ) throws -> [Comparison<D.Prompt, D.Artifact>] {
    let batchSize = project.settings.ppo.batchSize
    let order = ShuffledBatches(
      count: prompts.count, batchSize: batchSize, seed: seed.derived("prompts"))
    var comparisons: [Comparison<D.Prompt, D.Artifact>] = []
    // A policy that always says the same would never give enough pairs.
    let mostBatches = 4 * ((count + batchSize - 1) / batchSize)
    var batch = 0
    while comparisons.count < count, batch < mostBatches {
      let chosen = order.streamedBatch(batch).map { prompts[$0] }
      let first = try artifacts(of: policy, for: chosen, seed: seed.derived("first", batch))
      let second = try artifacts(
        of: other ?? policy, for: chosen, seed: seed.derived("second", batch))
      for (index, prompt) in chosen.enumerated() where first[index] != second[index] {
        comparisons.append(
          Comparison(prompt: prompt, first: first[index], second: second[index]))
      }
      batch += 1
      observer.progress(
        StageProgress(title, min(comparisons.count, count), of: count, unit: "pairs"))
    }
    return Array(comparisons.prefix(count))
  }

  private func artifacts(
    of policy: D.DomainPolicy, for prompts: [D.Prompt], seed: Seed
  ) throws -> [D.Artifact] {
    try policy.artifacts(of: policy.sample(prompts, seed: seed))
  }
}
