/// The values that a rating can have.
public struct RatingScale: Sendable, Hashable, Codable {
  /// The worst value.
  public var lowest: Double
  /// The best value.
  public var highest: Double

  /// Creates a scale; throws where it has no room.
  public init(lowest: Double, highest: Double) throws {
    guard lowest.isFinite, highest.isFinite, lowest < highest else {
      throw RLHFError(
        .invalidData,
        "A scale of ratings goes from \(lowest) to \(highest); the highest value must be above the lowest."
      )
    }
    self.init(from: lowest, to: highest)
  }

  private init(from lowest: Double, to highest: Double) {
    self.lowest = lowest
    self.highest = highest
  }

  /// 0 for what is not wanted and 1 for what is.
  public static let desirability = RatingScale(from: 0, to: 1)
  /// 1 to 5.
  public static let five = RatingScale(from: 1, to: 5)

  /// Whether `value` is on the scale.
  public func contains(_ value: Double) -> Bool { lowest <= value && value <= highest }

  /// Where `value` is between the lowest (-1) and the highest (1).
  public func position(of value: Double) -> Double {
    (2 * value - lowest - highest) / (highest - lowest)
  }

  /// The number of whole steps of the scale, both ends counted: 5 from 1 to 5.
  public var levels: Int { Int((highest - lowest).rounded()) + 1 }

  /// The step of `value`, counted from 0.
  public func level(of value: Double) -> Int {
    min(max(Int((value - lowest).rounded()), 0), levels - 1)
  }
}

/// What somebody said of one artifact by itself.
public struct Rating<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// What was asked for.
  public var prompt: Prompt
  /// What was rated.
  public var artifact: Artifact
  /// The value on the scale.
  public var value: Double
  /// The values there are.
  public var scale: RatingScale
  /// The rating's weight in the loss.
  public var weight: Double
  /// The criterion that was judged, by its id.
  public var criterion: String

  /// Creates a rating.
  public init(
    prompt: Prompt, artifact: Artifact, value: Double, scale: RatingScale, weight: Double = 1,
    criterion: String = Criterion.overall.id
  ) {
    self.prompt = prompt
    self.artifact = artifact
    self.value = value
    self.scale = scale
    self.weight = weight
    self.criterion = criterion
  }

  /// Whether the artifact is wanted: in the upper half of the scale; `nil` in the middle.
  public var isDesirable: Bool? {
    let position = scale.position(of: value)
    return position == 0 ? nil : position > 0
  }
}

extension Rating: Equatable where Prompt: Equatable, Artifact: Equatable {}

/// What people said of artifacts, in every form.
public struct Preferences<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// Comparisons of two.
  public var pairs: [PreferencePair<Prompt, Artifact>]
  /// Orders of several.
  public var rankings: [Ranking<Prompt, Artifact>]
  /// Values of single artifacts.
  public var ratings: [Rating<Prompt, Artifact>]

  /// Creates preferences.
  public init(
    pairs: [PreferencePair<Prompt, Artifact>] = [], rankings: [Ranking<Prompt, Artifact>] = [],
    ratings: [Rating<Prompt, Artifact>] = []
  ) {
    self.pairs = pairs
    self.rankings = rankings
    self.ratings = ratings
  }

  /// Whether nobody said anything.
  public var isEmpty: Bool { pairs.isEmpty && rankings.isEmpty && ratings.isEmpty }
}
