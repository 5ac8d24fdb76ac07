public import RLHFCore

/// What a rater answered.
///
/// A browser speaks of items as they are shown, the store of items in their canonical order;
/// `canonical(order:)` and `presented(order:)` translate. Both have the same form in JSON, an object with a `kind`:
/// `{"kind": "pair", "verdict": "first"}`.
public struct StudioAnswer: Sendable, Hashable {
  /// What was said.
  public var content: Content
  /// What the rater adds in words.
  public var comment: String?

  /// Creates an answer.
  public init(_ content: Content, comment: String? = nil) {
    self.content = content
    self.comment = comment
  }

  /// What was said, by the kind of task.
  public indirect enum Content: Sendable, Hashable {
    /// Which of two items is better; never `skip`, which is a content of its own.
    case pair(Verdict)
    /// The rank of each item, 1 the best; equal ranks are ties.
    case ranking([Int])
    /// The value on the scale of each criterion.
    case rating([String: Double])
    /// The labels that fit.
    case labels([String])
    /// Which of two items is the real one, or what the only item is.
    case realOrGenerated(Reality)
    /// Words about the item.
    case comment(String)
    /// What should have been there.
    case demonstration(String)
    /// What a reviewer decides about an answer; `amended` is what should have been answered.
    case review(ReviewDecision, amended: StudioAnswer?, text: String?)
    /// No answer, and why.
    case skip(reason: String?)
  }

  /// What a rater takes for real.
  public enum Reality: String, Codable, Sendable, CaseIterable {
    /// The first of two items.
    case first
    /// The second of two items.
    case second
    /// The only item is real.
    case real
    /// The only item is generated.
    case generated
  }

  /// What a reviewer decides about an answer.
  public enum ReviewDecision: String, Codable, Sendable, CaseIterable {
    /// The answer stays.
    case accept
    /// The reviewer's answer takes its place.
    case amend
    /// The answer teaches nothing.
    case reject
  }

  /// What is said in place of an answer: `skip`, or the kind of task that is answered.
  public var kind: String {
    switch content {
    case .pair: TaskKind.pair.rawValue
    case .ranking: TaskKind.ranking.rawValue
    case .rating: TaskKind.rating.rawValue
    case .labels: TaskKind.labels.rawValue
    case .realOrGenerated: TaskKind.realOrGenerated.rawValue
    case .comment: TaskKind.comment.rawValue
    case .demonstration: TaskKind.demonstration.rawValue
    case .review: TaskKind.review.rawValue
    case .skip: "skip"
    }
  }

  /// Whether the rater passed the task over.
  public var isSkip: Bool {
    if case .skip = content { true } else { false }
  }
}

extension StudioAnswer {
  /// The answer in canonical order; `order[k]` is the canonical index of the item shown at position k.
  ///
  /// `order` must be a permutation of the items.
  public func canonical(order: [Int]) -> StudioAnswer {
    map { position in order[position] }
  }

  /// The answer as it looks where the items are shown in `order`.
  public func presented(order: [Int]) -> StudioAnswer {
    var positions = order
    for (position, item) in order.enumerated() { positions[item] = position }
    return map { item in positions[item] }
  }

  /// Moves what is said of item i to item `place(i)`.
  private func map(_ place: (Int) -> Int) -> StudioAnswer {
    var result = self
    switch content {
    case .pair(let verdict):
      if verdict == .first || verdict == .second {
        result.content = .pair(place(verdict == .first ? 0 : 1) == 0 ? .first : .second)
      }
    case .ranking(let ranks):
      var moved = ranks
      for (item, rank) in ranks.enumerated() { moved[place(item)] = rank }
      result.content = .ranking(moved)
    case .realOrGenerated(let choice):
      if choice == .first || choice == .second {
        result.content = .realOrGenerated(place(choice == .first ? 0 : 1) == 0 ? .first : .second)
      }
    case .review(let decision, let amended, let text):
      result.content = .review(decision, amended: amended?.map(place), text: text)
    case .rating, .labels, .comment, .demonstration, .skip: break
    }
    return result
  }
}
