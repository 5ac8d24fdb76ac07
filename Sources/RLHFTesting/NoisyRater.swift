import Foundation
public import RLHFCore

/// A rater that prefers the artifact of higher utility, with the noise of the Bradley–Terry model.
public struct NoisyRater<Prompt: Sendable, Artifact: Sendable>: Rater {
  /// The name under which the judgments are kept.
  public let id: String
  private let temperature: Double
  private let utility: @Sendable (Sample<Prompt, Artifact>) -> Double

  /// Creates a rater; at temperature 0 it never errs.
  public init(
    id: String = "scripted-noisy", temperature: Double = 1,
    utility: @escaping @Sendable (Sample<Prompt, Artifact>) -> Double
  ) {
    self.id = id
    self.temperature = temperature
    self.utility = utility
  }

  /// Judges each comparison, in order.
  public func judge(
    _ comparisons: [Comparison<Prompt, Artifact>], seed: Seed
  ) async throws -> [Judgment] {
    comparisons.enumerated().map { index, comparison in
      let difference =
        utility(Sample(prompt: comparison.prompt, artifact: comparison.first))
        - utility(Sample(prompt: comparison.prompt, artifact: comparison.second))
      guard temperature > 0 else {
        return Judgment(difference == 0 ? .tie : difference > 0 ? .first : .second)
      }
      var generator = seed.derived("noise", index).generator
      let probability = 1 / (1 + exp(-difference / temperature))
      return Judgment(generator.uniform() < probability ? .first : .second)
    }
  }
}
