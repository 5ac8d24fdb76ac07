public import RLHFCore

extension StudioAnswer {
  /// Checks that the answer, in presented or canonical order, fits a task.
  ///
  /// `scales` are those of the task's criteria, `reviewed` is the task of the answer under review. Throws
  /// `invalidData`.
  public func validate(
    for task: TaskDraft, scales: [String: RatingScale] = [:], reviewed: TaskDraft? = nil
  ) throws {
    try Self.check(comment, "the comment", longest: 10_000)
    let count = task.items.count
    switch content {
    case .skip(let reason):
      try Self.check(reason, "the reason", longest: 1000)
      return
    case .pair(let verdict):
      try require(verdict != .skip, "the verdict is 'skip'; send an answer of the kind 'skip'")
    case .ranking(let ranks):
      try require(
        ranks.count == count && ranks.allSatisfy { (1...max(count, 1)).contains($0) },
        "the ranking has \(ranks.count) ranks; expected \(count) from 1 to \(count)")
    case .rating(let ratings):
      try check(ratings, task, scales)
    case .labels(let labels):
      try require(
        !labels.isEmpty && Set(labels).count == labels.count
          && labels.allSatisfy(
            Set(task.labels).contains),
        "the labels are not among those of the task, or none, or one of them twice")
    case .realOrGenerated(let choice):
      let expected: [Reality] = count == 2 ? [.first, .second] : [.real, .generated]
      try require(
        expected.contains(choice),
        "the choice is '\(choice.rawValue)'; expected "
          + expected.map { "'\($0.rawValue)'" }.joined(separator: " or "))
    case .comment(let text):
      try require(text.contains { !$0.isWhitespace }, "the comment is empty")
      try Self.check(text, "the comment", longest: 10_000)
    case .demonstration(let text):
      try require(text.contains { !$0.isWhitespace }, "the demonstration is empty")
      try Self.check(text, "the demonstration", longest: 100_000)
    case .review(let decision, let amended, let text):
      try Self.check(text, "the text of the review", longest: 10_000)
      try require(
        (decision == .amend) == (amended != nil),
        "a review that amends has an answer in 'amended', and no other review has")
      if let amended, let reviewed {
        try require(!amended.isSkip, "a review amends by an answer; reject what should not count")
        try amended.validate(for: reviewed, scales: scales)
      }
    }
    try require(
      kind == task.kind.rawValue,
      "the answer is of the kind '\(kind)'; the task asks for '\(task.kind.rawValue)'")
  }

  private func check(
    _ ratings: [String: Double], _ task: TaskDraft, _ scales: [String: RatingScale]
  ) throws {
    try require(
      Set(ratings.keys) == Set(task.criteria),
      "the ratings are not of the criteria that the task asks for; "
        + "expected \(task.criteria.sorted().joined(separator: ", "))")
    for (criterion, value) in ratings.sorted(by: { $0.key < $1.key }) {
      guard let scale = scales[criterion] else { continue }
      try require(
        value.isFinite && scale.contains(value),
        "the rating of '\(criterion)' is \(value); expected \(scale.lowest) to \(scale.highest)")
    }
  }

  private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw RLHFError(.invalidData, "\(message()).") }
  }

  private static func check(_ text: String?, _ what: String, longest: Int) throws {
    guard let text, text.utf8.count > longest else { return }
    throw RLHFError(
      .invalidData, "\(what) has \(text.utf8.count) bytes; expected at most \(longest).")
  }
}

extension TaskDraft {
  /// Checks that the task can be answered; what the store knows of the rows is checked when it is added.
  func validate() throws {
    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
      guard condition else {
        throw RLHFError(.invalidData, "a task of the kind '\(kind.rawValue)' \(message()).")
      }
    }
    let counts: ClosedRange<Int> =
      switch kind {
      case .pair: 2...2
      case .ranking: 2...8
      case .rating, .labels: 1...1
      case .realOrGenerated: 1...2
      case .comment: 0...8
      case .demonstration: 0...1
      case .review: 0...8
      }
    try require(
      counts.contains(items.count),
      "has \(items.count) items; expected \(counts.lowerBound) to \(counts.upperBound)")
    try require(Set(items).count == items.count, "has an item twice")
    try require((1...10_000).contains(overlap), "has the overlap \(overlap); expected 1 to 10000")
    if kind == .pair || kind == .ranking {
      try require(criteria.count == 1, "has \(criteria.count) criteria; expected one")
    }
    if kind == .rating {
      try require(
        !criteria.isEmpty && Set(criteria).count == criteria.count,
        "has no criterion, or one twice; expected at least one")
    }
    if kind == .labels {
      try require(
        labels.count > 1 && Set(labels).count == labels.count,
        "has fewer than two labels, or one twice")
    }
    try require((subject != nil) == (kind == .review), "is about an answer if it is a review only")
  }
}
