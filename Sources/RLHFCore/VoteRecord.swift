public import Foundation

/// One answer of one rater on one criterion, with what statistics need of the task: a row of the votes.
///
/// Everything about items is in their canonical order; ``shown`` tells how the rater saw them.
public struct VoteRecord: Sendable, Hashable, Codable {
  /// Something that was judged.
  public struct Item: Sendable, Hashable, Codable {
    /// The item's own name, the same in all tasks that show it.
    public var id: String
    /// What made it: a model, a checkpoint, a person; `nil` where that is unknown.
    public var source: String?
    /// How long it is, in whatever unit suits all items; `nil` where that says nothing.
    public var length: Double?

    /// Creates an item.
    public init(_ id: String, source: String? = nil, length: Double? = nil) {
      self.id = id
      self.source = source
      self.length = length
    }
  }

  /// What was said.
  public enum Answer: Sendable, Hashable {
    /// Which of two items is better.
    case verdict(Verdict)
    /// The place of each item, 1 the best; equal places are ties.
    case ranks([Int])
    /// The value of one item on the criterion's scale.
    case rating(Double)
    /// The labels of one item.
    case labels([String])
    /// Whether the rater told a real item from a generated one, and whether the item in question was real (of two,
    /// whether the real one was the first).
    case guess(isRight: Bool, isReal: Bool)
    /// Nothing: the rater passed the task by.
    case skip
  }

  /// The answer's own name, by which it is found again.
  public var id: String
  /// The task that was answered.
  public var task: String
  /// Who answered.
  public var rater: String
  /// The criterion, by its id.
  public var criterion: String
  /// What was judged.
  public var items: [Item]
  /// What was said.
  public var answer: Answer
  /// The answer that is known to be right, on a task that checks raters.
  public var gold: Answer?
  /// The task that this one shows again with its sides swapped, if it is a repeat.
  public var repeats: String?
  /// The number of the item shown at each place; empty where that is not known.
  public var shown: [Int]
  /// How long the rater took.
  public var seconds: Double?
  /// When the answer came.
  public var date: Date?
  /// How much the answer counts beside others; `nil` is as much as any.
  public var confidence: Double?

  /// Creates a record; `shown` defaults to the canonical order.
  public init(
    id: String, task: String, rater: String, criterion: String = Criterion.overall.id,
    items: [Item], answer: Answer, gold: Answer? = nil, repeats: String? = nil,
    shown: [Int]? = nil, seconds: Double? = nil, date: Date? = nil, confidence: Double? = nil
  ) {
    self.id = id
    self.task = task
    self.rater = rater
    self.criterion = criterion
    self.items = items
    self.answer = answer
    self.gold = gold
    self.repeats = repeats
    self.shown = shown ?? Array(items.indices)
    self.seconds = seconds
    self.date = date
    self.confidence = confidence
  }

  /// The verdict on two items; `nil` for other answers.
  public var verdict: Verdict? {
    guard items.count == 2 else { return nil }
    switch answer {
    case .verdict(let verdict): return verdict
    case .ranks(let ranks):
      guard ranks.count == 2 else { return nil }
      return ranks[0] == ranks[1] ? .tie : ranks[0] < ranks[1] ? .first : .second
    case .skip: return .skip
    case .rating, .labels, .guess: return nil
    }
  }

  /// Whether the second of two items was shown first.
  public var isSwapped: Bool { shown.first == 1 }

  /// Whether the answer is what is known to be right; `nil` where that is not known or nothing was said.
  ///
  /// Both bad counts as a tie.
  public var isRight: Bool? {
    guard let gold else { return nil }
    switch (answer, gold) {
    case (.skip, _), (.verdict(.skip), _): return nil
    case (.verdict(let found), .verdict(let expected)): return found.sides == expected.sides
    case (.labels(let found), .labels(let expected)): return Set(found) == Set(expected)
    default: return answer == gold
    }
  }
}

extension Verdict {
  /// Which side is better: 1 the first, -1 the second, 0 neither; `nil` where nothing was said.
  public var sides: Int? {
    switch self {
    case .first: 1
    case .second: -1
    case .tie, .bothBad: 0
    case .skip: nil
    }
  }

  /// The verdict on the same two items in the other order.
  public var swapped: Verdict {
    switch self {
    case .first: .second
    case .second: .first
    case .tie, .bothBad, .skip: self
    }
  }
}

extension VoteRecord.Answer: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind, verdict, ranks, rating, labels, isRight, isReal
  }

  private enum Kind: String, Codable {
    case verdict, ranks, rating, labels, guess, skip
  }

  /// Decodes an answer by its `kind`.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    switch try fields.decode(Kind.self, forKey: .kind) {
    case .verdict: self = .verdict(try fields.decode(Verdict.self, forKey: .verdict))
    case .ranks: self = .ranks(try fields.decode([Int].self, forKey: .ranks))
    case .rating: self = .rating(try fields.decode(Double.self, forKey: .rating))
    case .labels: self = .labels(try fields.decode([String].self, forKey: .labels))
    case .guess:
      self = .guess(
        isRight: try fields.decode(Bool.self, forKey: .isRight),
        isReal: try fields.decode(Bool.self, forKey: .isReal))
    case .skip: self = .skip
    }
  }

  /// Encodes the answer with its `kind`.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    func write(_ kind: Kind) throws { try fields.encode(kind, forKey: .kind) }
    switch self {
    case .verdict(let verdict):
      try write(.verdict)
      try fields.encode(verdict, forKey: .verdict)
    case .ranks(let ranks):
      try write(.ranks)
      try fields.encode(ranks, forKey: .ranks)
    case .rating(let value):
      try write(.rating)
      try fields.encode(value, forKey: .rating)
    case .labels(let labels):
      try write(.labels)
      try fields.encode(labels, forKey: .labels)
    case .guess(let isRight, let isReal):
      try write(.guess)
      try fields.encode(isRight, forKey: .isRight)
      try fields.encode(isReal, forKey: .isReal)
    case .skip: try write(.skip)
    }
  }
}
