public import RLHFCore

/// A small project that a domain brings along, to be tried out and to learn from.
public struct SampleProject<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// What it is about, in a sentence.
  public var summary: String
  /// The settings, in the form of `rlhf.yaml`.
  public var settings: JSONValue
  /// The demonstrations.
  public var demonstrations: [Demonstration<Prompt, Artifact>]
  /// The prompts to train on.
  public var prompts: [Prompt]
  /// The prompts for evaluation only.
  public var heldOutPrompts: [Prompt]

  /// Creates a sample project.
  public init(
    summary: String, settings: JSONValue, demonstrations: [Demonstration<Prompt, Artifact>],
    prompts: [Prompt], heldOutPrompts: [Prompt]
  ) {
    self.summary = summary
    self.settings = settings
    self.demonstrations = demonstrations
    self.prompts = prompts
    self.heldOutPrompts = heldOutPrompts
  }
}
