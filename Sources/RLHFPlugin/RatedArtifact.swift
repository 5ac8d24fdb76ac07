public import RLHFCore

/// An artifact with the scores that a reward model gave it.
public struct RatedArtifact<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// Where it is from: a file, or a line of one.
  public var name: String
  /// The artifact, and what it was scored for.
  public var sample: Sample<Prompt, Artifact>
  /// The scores by criterion; higher is better.
  public var score: Scores
  /// The figures of ``Domain/measurements(of:)``.
  public var measurements: [String: Double]

  /// Creates a rated artifact.
  public init(
    name: String, sample: Sample<Prompt, Artifact>, score: Scores,
    measurements: [String: Double]
  ) {
    (self.name, self.sample) = (name, sample)
    (self.score, self.measurements) = (score, measurements)
  }
}
