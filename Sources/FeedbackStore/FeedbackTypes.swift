import RLHFCore

/// Which side of the fence a prompt and everything about it is on.
public enum Split: String, Sendable, Hashable, Codable, CaseIterable {
  /// Trained on.
  case train
  /// Kept for measuring.
  case heldOut = "heldout"
}

/// How new prompts are divided.
///
/// A prompt that the store knows stays where it is, with all that is said about it.
public enum SplitRule: Sendable, Hashable {
  /// Every new prompt goes to this split.
  case fixed(Split)
  /// A new prompt is held out when the hash of its content falls into the first `heldOut` of all hashes: the same
  /// prompt goes to the same split in every store.
  case derived(heldOut: Double)

  /// One prompt in ten is held out.
  public static let standard = SplitRule.derived(heldOut: 0.1)

  func split(of hash: ContentHash) -> Split {
    switch self {
    case .fixed(let split): split
    case .derived(let share): hash.fraction < share ? .heldOut : .train
    }
  }
}

/// What kind of rater stands behind a judgment.
public enum RaterKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// A person whom the store knows by name.
  ///
  /// Judges a comparison once per criterion, and may change the judgment.
  case person
  /// A program with rules, for tests and demonstrations.
  case scripted
  /// A model.
  case model
  /// Whoever judged the data of an imported file.
  ///
  /// May stand for many, so that its judgments never replace each
  /// other.
  case imported
}

/// What adding to the store did.
public struct Tally: Sendable, Hashable, Codable {
  /// Prompts that are new.
  public var prompts = 0
  /// Artifacts that are new.
  public var artifacts = 0
  /// Demonstrations that are new.
  public var demonstrations = 0
  /// Comparisons that are new.
  public var comparisons = 0
  /// Judgments that are new, amendments among them.
  public var judgments = 0
  /// Rankings that are new, amendments among them.
  public var rankings = 0
  /// Ratings that are new, amendments among them.
  public var ratings = 0
  /// Judgments, rankings and ratings that took the place of an earlier one.
  public var amended = 0
  /// Records that the store had already.
  public var known = 0
  /// Judgments that said again what another of the same call said; they count as votes of their own.
  public var repeated = 0
  /// Comparisons of equal sides, which are not kept.
  public var equalSides = 0
  /// Records whose prompt was asked to go to one split and stays in the other, where it already was.
  public var keptSplit = 0

  /// Creates a tally of nothing.
  public init() {}

  /// Whether the store is as it was before.
  public var isUnchanged: Bool {
    prompts + artifacts + demonstrations + comparisons + judgments + rankings + ratings == 0
  }

  /// Adds up two tallies.
  public static func + (left: Tally, right: Tally) -> Tally {
    var sum = left
    sum.prompts += right.prompts
    sum.artifacts += right.artifacts
    sum.demonstrations += right.demonstrations
    sum.comparisons += right.comparisons
    sum.judgments += right.judgments
    sum.rankings += right.rankings
    sum.ratings += right.ratings
    sum.amended += right.amended
    sum.known += right.known
    sum.repeated += right.repeated
    sum.equalSides += right.equalSides
    sum.keptSplit += right.keptSplit
    return sum
  }
}

extension Tally {
  /// Reads a tally; what it does not name, because there was no such thing yet, is 0.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func number(_ key: CodingKeys) throws -> Int {
      try values.decodeIfPresent(Int.self, forKey: key) ?? 0
    }
    self.init()
    prompts = try number(.prompts)
    artifacts = try number(.artifacts)
    demonstrations = try number(.demonstrations)
    comparisons = try number(.comparisons)
    judgments = try number(.judgments)
    rankings = try number(.rankings)
    ratings = try number(.ratings)
    amended = try number(.amended)
    known = try number(.known)
    repeated = try number(.repeated)
    equalSides = try number(.equalSides)
    keptSplit = try number(.keptSplit)
  }
}

/// How much the store holds.
public struct FeedbackCounts: Sendable, Hashable, Codable {
  /// A number for each split.
  public struct BySplit: Sendable, Hashable, Codable {
    /// How many are trained on.
    public var train = 0
    /// How many are kept for measuring.
    public var heldOut = 0
    /// How many there are.
    public var total: Int { train + heldOut }

    /// Creates the number of each split.
    public init(train: Int = 0, heldOut: Int = 0) {
      self.train = train
      self.heldOut = heldOut
    }
  }

  /// How much one rater said.
  public struct ByRater: Sendable, Hashable, Codable {
    /// The rater's stable name.
    public var rater: String
    /// What kind of rater it is.
    public var kind: RaterKind
    /// The judgments that stand.
    public var judgments: Int
  }

  /// Prompts.
  public var prompts = BySplit()
  /// Demonstrations.
  public var demonstrations = BySplit()
  /// Comparisons, judged or not.
  public var comparisons = BySplit()
  /// Judgments that stand and say something: each makes a preference pair.
  public var pairs = BySplit()
  /// Rankings that stand.
  public var rankings = BySplit()
  /// Ratings that stand.
  public var ratings = BySplit()
  /// How many pairs are ties.
  public var ties = 0
  /// Judgments that stand and say nothing.
  public var skips = 0
  /// Judgments that were amended.
  public var superseded = 0
  /// Artifacts.
  public var artifacts = 0
  /// The raters, by name.
  public var raters: [ByRater] = []
  /// The latest round that has comparisons; `nil` where there are none.
  public var latestRound: Int?

  /// Creates the counts of an empty store.
  public init() {}
}
