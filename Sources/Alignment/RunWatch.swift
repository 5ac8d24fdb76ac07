import Foundation
import PolicyOptimization
import PreferenceLearning
import RLHFCore
import RLHFPlugin

/// Watches a run of policy optimisation: scores its samples by a gold reward model that training does not see, keeps the
/// policy that this one likes best, and says when to stop.
final class RunWatch<D: Domain> {
  private let project: Project<D>
  private let run: RunFolder
  private let gold: TrainableRewardModel<D.DomainEncoder>?
  private var watch = TrainingGuard()
  private var options: GuardOptions { project.settings.ppo.guards }

  private static var stateFile: String { "guard.json" }

  /// Creates a watch of `run`; it goes on from what ``save(to:)`` wrote into `checkpoint`.
  init(
    _ project: Project<D>, of run: RunFolder, gold: URL?, resumingFrom checkpoint: URL?
  ) throws {
    self.project = project
    self.run = run
    self.gold = try gold.map { try RewardModelFiles.load(of: project.domain, from: $0) }
    guard let state = checkpoint?.appending(path: Self.stateFile),
      FileManager.default.fileExists(atPath: state.path)
    else { return }
    do {
      watch = try JSONDecoder().decode(TrainingGuard.self, from: Data(contentsOf: state))
    } catch {
      throw RLHFError(
        .incompatibleModel,
        "\(state.path) cannot be read; remove that checkpoint and resume again.",
        cause: error)
    }
  }

  /// Takes note of an iteration: adds the gold score to `metrics`, keeps `policy` where it is the best so far, and says
  /// in words why training should end, or `nil`.
  func observe(
    _ iteration: PolicyIteration<D.Prompt, D.Artifact>, step: Int, policy: D.DomainPolicy,
    metrics: inout [String: Double]
  ) throws -> String? {
    let score = try gold.map { Statistics.mean(try $0.scores(of: iteration.samples).map(\.total)) }
    metrics["gold/score"] = score
    let verdict = watch.observe(
      TrainingGuard.Observation(
        step: step, score: score, divergence: metrics["objective/kl"],
        length: metrics["objective/length"]), options)
    if verdict.isBest, options.keepsBest { try keep(policy, step: step) }
    return verdict.reason == nil ? nil : verdict.message
  }

  /// Writes what is needed to go on from here into a checkpoint's folder, and removes policies that are no longer the
  /// best.
  func save(to checkpoint: URL) throws {
    try AtomicFile.write(
      try JSONEncoder().encode(watch), to: checkpoint.appending(path: Self.stateFile))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: run.best.path)) ?? []
    for name in names where name != watch.bestStep.map(Self.folder(of:)) {
      try? FileManager.default.removeItem(at: run.best.appending(path: name))
    }
  }

  /// The iteration and the gold score of the policy that was kept as the best; `nil` where none was.
  var best: (step: Int, score: Double, folder: URL)? {
    guard options.keepsBest, let step = watch.bestStep, let score = watch.bestScore else {
      return nil
    }
    let folder = run.best.appending(path: Self.folder(of: step))
    return FileManager.default.fileExists(atPath: folder.path) ? (step, score, folder) : nil
  }

  private static func folder(of step: Int) -> String { "step-\(step)" }

  private func keep(_ policy: D.DomainPolicy, step: Int) throws {
    let folder = run.best.appending(path: Self.folder(of: step))
    // A resumed run comes to the same policy again.
    guard !FileManager.default.fileExists(atPath: folder.path) else { return }
    try FileManager.default.createDirectory(at: run.best, withIntermediateDirectories: true)
    try AtomicFile.writeFolder(at: folder) { try project.domain.savePolicy(policy, to: $0) }
  }
}
