public import Foundation
public import Presentation
public import RLHFCore

/// What was shown, and what each rater said of it, in no program's form and of no domain.
///
/// Every format is read into records and written from them.
public struct ExchangeRecord: Sendable, Hashable {
  /// The name of the record in its file.
  public var id: String
  /// What was asked for; empty where the items carry it, as whole dialogues do.
  public var prompt: [ContentBlock]
  /// What was made, in the order of the file.
  public var items: [[ContentBlock]]
  /// Which model made each item; empty where it is not known.
  public var origins: [String]
  /// What was said.
  public var votes: [ExchangeVote]

  /// Creates a record.
  public init(
    id: String = "", prompt: [ContentBlock], items: [[ContentBlock]], origins: [String] = [],
    votes: [ExchangeVote] = []
  ) {
    self.id = id
    self.prompt = prompt
    self.items = items
    self.origins = origins
    self.votes = votes
  }

  /// The model that made an item, where it is known.
  public func origin(_ item: Int) -> String? {
    guard origins.indices.contains(item), !origins[item].isEmpty else { return nil }
    return origins[item]
  }
}

/// What one rater said of the items of a record.
public struct ExchangeVote: Sendable, Hashable {
  /// What was said; items are counted from 0.
  public enum Answer: Sendable, Hashable {
    /// Of the two items.
    case verdict(Verdict, margin: Double?)
    /// The rank of each item, 1 the best; equal ranks are ties.
    case ranks([Int])
    /// Of one item.
    case rating(item: Int, value: Double, scale: RatingScale)
    /// One item shows how it should be done.
    case demonstration(item: Int)
  }

  /// What was said.
  public var answer: Answer
  /// The criterion, by its id.
  public var criterion: String
  /// Who said it, by the name in the file; `nil` where the file does not say.
  public var rater: String?
  /// How far it is trusted.
  public var weight: Double
  /// When it was said.
  public var created: Date?
  /// How long it took.
  public var seconds: Double?
  /// The order in which the items were shown: the item shown k-th.
  public var order: [Int]?
  /// What the rater wrote beside it.
  public var comment: String?

  /// Creates a vote.
  public init(
    _ answer: Answer, criterion: String = Criterion.overall.id, rater: String? = nil,
    weight: Double = 1, created: Date? = nil, seconds: Double? = nil, order: [Int]? = nil,
    comment: String? = nil
  ) {
    self.answer = answer
    self.criterion = criterion
    self.rater = rater
    self.weight = weight
    self.created = created
    self.seconds = seconds
    self.order = order
    self.comment = comment
  }
}

/// What a piece of a file says: records, and the reasons for what could not be used.
struct ExchangeParse {
  var records: [ExchangeRecord] = []
  var losses: [String] = []
}
