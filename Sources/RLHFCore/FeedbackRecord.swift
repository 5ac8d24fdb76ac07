/// One line of imported data, understood by a domain.
public enum FeedbackRecord<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// Something to make artifacts for.
  case prompt(Prompt)
  /// A prompt with an artifact that shows how it should be done.
  case demonstration(Demonstration<Prompt, Artifact>)
  /// A judged comparison.
  case preference(PreferencePair<Prompt, Artifact>)
  /// Artifacts in the order in which somebody prefers them.
  case ranking(Ranking<Prompt, Artifact>)
  /// What somebody said of one artifact by itself.
  case rating(Rating<Prompt, Artifact>)
}
