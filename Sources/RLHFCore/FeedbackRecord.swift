/// One line of imported data, understood by a domain.
public enum FeedbackRecord<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// Something to make artifacts for.
  case prompt(Prompt)
  /// A prompt with an artifact that shows how it should be done.
  case demonstration(Demonstration<Prompt, Artifact>)
  /// A judged comparison.
  case preference(PreferencePair<Prompt, Artifact>)
}
