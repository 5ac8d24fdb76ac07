import FeedbackStore
public import Foundation
import PreferenceLearning
import RLHFCore
public import RLHFPlugin

/// What a round of training on people's votes did: `rlhf round`.
public struct FeedbackRoundReport: Sendable, Codable {
  /// The reward model's run.
  public var rewardRun: String
  /// What is known of the reward model.
  public var reward: RewardReport
  /// The run of policy optimisation; `nil` where the gate stayed shut.
  public var policyRun: String?
  /// Why the policy was not optimised.
  public var gate: String?
  /// The comparisons of the new policy's samples that now wait for people.
  public var queued = 0
}

/// One turn of the loop: the reward model is fitted anew to everything people said, the policy is optimised against it, and
/// samples of the new policy come before people.
public struct FeedbackRound<D: Domain> {
  private let project: Project<D>
  private let observer: StageObserver

  /// Creates the round.
  public init(project: Project<D>, observer: StageObserver = StageObserver()) {
    self.project = project
    self.observer = observer
  }

  /// Runs the round from the policy in the model directory `base`.
  ///
  /// - Parameters:
  ///   - base: The policy to go on with, which is also the reference.
  ///   - comparisons: The number of new comparisons for people.
  ///   - overlap: How many people judge each.
  ///   - isForced: Whether the policy is optimised even where the reward model does not pass the gate.
  /// - Returns: What the round did.
  /// - Throws: ``RLHFError`` where nobody said anything yet, or a stage fails; `cancelled` where it was stopped.
  public func run(
    from base: URL, comparisons: Int, overlap: Int = 1, isForced: Bool = false
  ) async throws -> FeedbackRoundReport {
    let folder = project.folder
    let rewardRun = try ProjectFiles.newRun(.reward, named: nil, in: folder)
    let reward = try RewardStage(project: project, observer: observer).start(
      in: rewardRun, policy: base)
    var report = FeedbackRoundReport(rewardRun: rewardRun.name, reward: reward)
    var policy = base
    var origin = ProjectFiles.origin(of: base, in: folder)
    if let reason = Self.gate(reward), !isForced {
      report.gate = reason
      observer.note("The policy is not optimised: \(reason)")
    } else {
      let policyRun = try ProjectFiles.newRun(.ppo, named: nil, in: folder)
      try await PolicyStage(project: project, observer: observer).start(
        in: policyRun, base: base, reward: rewardRun.model)
      report.policyRun = policyRun.name
      (policy, origin) = (policyRun.model, policyRun.name)
    }
    if comparisons > 0 {
      let round = (try project.store.counts().latestRound ?? 0) + 1
      _ = try ComparisonStage(project: project, observer: observer).sampleForPeople(
        policy: try project.domain.loadPolicy(from: policy), origin: origin, count: comparisons,
        round: round, seed: project.settings.seed.derived("people", round))
    }
    report.queued = try project.fillQueue(overlap: overlap).pairs
    try project.prioritise(by: RewardModelFiles.load(of: project.domain, from: rewardRun.model))
    return report
  }

  /// Why a reward model should not be optimised against; `nil` where nothing speaks against it.
  ///
  /// With fewer than 20 held-out pairs nothing is known either way.
  static func gate(_ report: RewardReport) -> String? {
    guard let heldOut = report.heldOut, heldOut.count >= 20, heldOut.interval.lower <= 0.5 else {
      return nil
    }
    return
      "the reward model is right on \(percent(heldOut.accuracy)) of \(heldOut.count) held-out pairs, which may be chance. Collect more votes, or force it."
  }
}
