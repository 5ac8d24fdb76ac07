public import Foundation
public import PolicyOptimization
import PreferenceLearning
public import RLHFCore
public import RLHFPlugin

/// The best of several samples of each prompt, by a reward model.
public struct BestOfNReport: Codable, Sendable {
  /// One prompt with the sample that was kept.
  public struct Row: Codable, Sendable {
    /// The prompt.
    public var prompt: JSONValue
    /// The best artifact.
    public var artifact: JSONValue
    /// Prompt and artifact in words.
    public var words: [String]
    /// Its score.
    public var score: Double
    /// The scores of all samples, in the order they were drawn.
    public var scores: [Double]
  }

  /// The number of samples for each prompt.
  public var count: Int
  /// The prompts with what was kept.
  public var rows: [Row]
  /// What the best of fewer samples would score.
  public var expectations: [BestOfN.Expectation]
}

/// Samples several times for each prompt, and keeps what a reward model prefers.
public struct BestOfNStage<D: Domain> {
  private let project: Project<D>

  /// Creates the stage.
  public init(project: Project<D>) {
    self.project = project
  }

  /// Samples from the policy in the model directory `policy`, and scores with the reward model in `reward`.
  public func run(
    _ prompts: [D.Prompt], count: Int, policy: URL, reward: URL
  ) async throws -> BestOfNReport {
    let generator = try project.domain.loadPolicy(from: policy)
    let model = try RewardModelFiles.load(of: project.domain, from: reward)
    let sampler = BestOfN(count: count, batchSize: project.settings.ppo.batchSize)
    let choices = try await sampler.choices(
      of: generator, for: prompts, seed: project.settings.seed.derived("best-of")
    ) { try model.scores(of: $0).map(\.total) }
    return BestOfNReport(
      count: count,
      rows: try choices.map { choice in
        BestOfNReport.Row(
          prompt: try JSONValue(encoding: choice.best.prompt),
          artifact: try JSONValue(encoding: choice.best.artifact),
          words: [
            project.domain.text(of: choice.best.prompt),
            project.domain.text(of: choice.best.artifact),
          ], score: choice.bestScore,
          scores: choice.scores)
      }, expectations: sampler.expectations(choices.map(\.scores)))
  }
}
