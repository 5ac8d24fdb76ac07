/// Makes artifacts for prompts: a trained policy, a remote service, a folder of finished files.
public protocol Generator<Prompt, Artifact>: Sendable {
  /// What is asked for.
  associatedtype Prompt: Sendable
  /// What is made.
  associatedtype Artifact: Sendable

  /// Makes one artifact per prompt, in order. The same seed makes the same artifacts.
  func generate(for prompts: [Prompt], seed: Seed) async throws -> [Artifact]
}

/// Judges comparisons: a person, a scripted judge, a reward model, a judge model behind an endpoint.
public protocol Rater<Prompt, Artifact>: Sendable {
  /// What was asked for.
  associatedtype Prompt: Sendable
  /// What is judged.
  associatedtype Artifact: Sendable

  /// A stable name under which the judgments are kept. A scripted rater's name says that it is one.
  var id: String { get }

  /// Judges each comparison, in order. The same seed gives the same judgments where the rater is a program.
  func judge(_ comparisons: [Comparison<Prompt, Artifact>], seed: Seed) async throws -> [Judgment]
}

/// Scores samples; higher is better.
///
/// Scores compare samples of the same prompt; their scale is the model's own.
public protocol RewardModel<Prompt, Artifact>: Sendable {
  /// What was asked for.
  associatedtype Prompt: Sendable
  /// What is scored.
  associatedtype Artifact: Sendable

  /// The qualities that are scored.
  var criteria: [Criterion] { get }

  /// Scores each sample, in order.
  func scores(of samples: [Sample<Prompt, Artifact>]) async throws -> [Scores]
}
