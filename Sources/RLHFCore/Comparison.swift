/// Two artifacts for one prompt, waiting to be judged.
public struct Comparison<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// What was asked for.
  public var prompt: Prompt
  /// The artifact shown first.
  public var first: Artifact
  /// The artifact shown second.
  public var second: Artifact

  /// Creates a comparison.
  public init(prompt: Prompt, first: Artifact, second: Artifact) {
    self.prompt = prompt
    self.first = first
    self.second = second
  }
}

/// What a rater said of a comparison.
///
/// Ties are data; a skip says nothing.
public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
  /// The artifact shown first is better.
  case first
  /// The artifact shown second is better.
  case second
  /// Both are equally good.
  case tie
  /// Neither is acceptable; as a comparison, a tie.
  case bothBad
  /// The rater did not judge.
  case skip
}

/// A verdict, with how strongly it is meant and how far it is trusted.
public struct Judgment: Sendable, Hashable, Codable {
  /// What was said.
  public var verdict: Verdict
  /// How much better the better one is, where the scale has steps; `nil` where only the side was asked for.
  public var margin: Double?
  /// How far the judgment is trusted, from 0 to 1: its weight in training.
  public var confidence: Double

  /// Creates a judgment.
  public init(_ verdict: Verdict, margin: Double? = nil, confidence: Double = 1) {
    self.verdict = verdict
    self.margin = margin
    self.confidence = confidence
  }
}

/// A comparison with its outcome: what a reward model is trained on.
public struct PreferencePair<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// What was asked for.
  public var prompt: Prompt
  /// The preferred artifact.
  public var chosen: Artifact
  /// The other artifact.
  public var rejected: Artifact
  /// The probability that `chosen` is the better one: 1 for a clear preference, 0.5 for a tie.
  public var label: Double
  /// How much better `chosen` is, for losses with a margin.
  public var margin: Double
  /// The pair's weight in the loss.
  public var weight: Double
  /// The criterion that was judged, by its id.
  public var criterion: String

  /// Creates a preference pair.
  public init(
    prompt: Prompt, chosen: Artifact, rejected: Artifact, label: Double = 1, margin: Double = 0,
    weight: Double = 1, criterion: String = Criterion.overall.id
  ) {
    self.prompt = prompt
    self.chosen = chosen
    self.rejected = rejected
    self.label = label
    self.margin = margin
    self.weight = weight
    self.criterion = criterion
  }

  /// The pair that a judgment of `comparison` makes, or `nil` where it says nothing.
  public init?(
    _ comparison: Comparison<Prompt, Artifact>, _ judgment: Judgment,
    criterion: String = Criterion.overall.id
  ) {
    let isSecondBetter = judgment.verdict == .second
    let label: Double
    switch judgment.verdict {
    case .first, .second: label = 1
    case .tie, .bothBad: label = 0.5
    case .skip: return nil
    }
    self.init(
      prompt: comparison.prompt,
      chosen: isSecondBetter ? comparison.second : comparison.first,
      rejected: isSecondBetter ? comparison.first : comparison.second,
      label: label, margin: judgment.margin ?? 0, weight: judgment.confidence, criterion: criterion)
  }

  /// Whether neither side is preferred.
  public var isTie: Bool { label == 0.5 }
}

extension PreferencePair: Equatable where Prompt: Equatable, Artifact: Equatable {}
