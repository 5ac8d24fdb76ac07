/// Artifacts for one prompt, in the order in which somebody prefers them.
public struct Ranking<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// What was asked for.
  public var prompt: Prompt
  /// The artifacts, the best one first.
  public var artifacts: [Artifact]
  /// How many of the first places were given with care; `nil` where all of them were.
  public var topCount: Int?
  /// The ranking's weight in the loss.
  public var weight: Double
  /// The criterion that was judged, by its id.
  public var criterion: String

  /// Creates a ranking.
  public init(
    prompt: Prompt, artifacts: [Artifact], topCount: Int? = nil, weight: Double = 1,
    criterion: String = Criterion.overall.id
  ) {
    self.prompt = prompt
    self.artifacts = artifacts
    self.topCount = topCount
    self.weight = weight
    self.criterion = criterion
  }

  /// Every pair that the ranking orders; together they weigh as much as the ranking does.
  public var pairs: [PreferencePair<Prompt, Artifact>] {
    let first = artifacts.indices.prefix(topCount ?? artifacts.count)
    let places = first.flatMap { better in
      artifacts.indices.dropFirst(better + 1).map { (better, $0) }
    }
    return places.map { better, worse in
      PreferencePair(
        prompt: prompt, chosen: artifacts[better], rejected: artifacts[worse],
        weight: weight / Double(places.count), criterion: criterion)
    }
  }
}

extension Ranking: Equatable where Prompt: Equatable, Artifact: Equatable {}
