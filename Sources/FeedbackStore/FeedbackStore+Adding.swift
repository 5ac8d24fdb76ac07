public import RLHFCore

extension FeedbackStore {
  /// Adds prompts.
  @discardableResult
  public func addPrompts<Prompt: Codable & Sendable>(
    _ prompts: [Prompt], source: String, split: SplitRule = .standard
  ) throws -> Tally {
    let records = prompts.map { FeedbackRecord<Prompt, Never>.prompt($0) }
    return try add(records, source: source, round: 0, split: split)
  }

  /// Adds demonstrations and their prompts; one that is there already is not added again.
  @discardableResult
  public func addDemonstrations<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ demonstrations: [Demonstration<Prompt, Artifact>], source: String, round: Int = 0,
    split: SplitRule = .standard
  ) throws -> Tally {
    let records = demonstrations.map { FeedbackRecord.demonstration($0) }
    return try add(records, source: source, round: round, split: split)
  }

  /// Adds preference pairs, each as a comparison whose first side is the chosen one, with a judgment on it.
  ///
  /// The pairs of an imported rater are votes: two equal pairs in one call are two votes, and the same call again
  /// adds none. Another rater judges a comparison once, and the latest pair stands. Pairs of equal sides are
  /// counted and not kept.
  @discardableResult
  public func addPreferences<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ pairs: [PreferencePair<Prompt, Artifact>], rater: String = "imported",
    kind: RaterKind = .imported, origin: String, round: Int = 0, split: SplitRule = .standard
  ) throws -> Tally {
    let records = pairs.map { FeedbackRecord.preference($0) }
    return try add(
      records, rater: rater, kind: kind, source: origin, round: round, split: split)
  }

  /// Adds comparisons with what one rater said of each.
  ///
  /// A rater judges a comparison once per criterion and round: a judgment that differs supersedes the earlier one.
  /// Comparisons of equal sides are counted and not kept.
  @discardableResult
  public func addJudged<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ comparisons: [Comparison<Prompt, Artifact>], judgments: [Judgment], rater: String,
    kind: RaterKind, criterion: String = Criterion.overall.id, origin: String, round: Int,
    split: SplitRule = .standard
  ) throws -> Tally {
    precondition(
      comparisons.count == judgments.count,
      "addJudged: \(comparisons.count) comparisons with \(judgments.count) judgments")
    let context = StoreWriter.Context(source: origin, round: round, split: split)
    return try write { db in
      let writer = StoreWriter(db, files: files)
      let row = try writer.rater(rater, kind)
      for (comparison, judgment) in zip(comparisons, judgments) {
        guard judgment.confidence >= 0, judgment.confidence.isFinite,
          judgment.margin?.isFinite ?? true
        else {
          throw RLHFError(
            .invalidData, "the rater '\(rater)' gave a confidence or margin that is out of range.")
        }
        let vote = StoreWriter.Vote(
          verdict: judgment.verdict, margin: judgment.margin, confidence: judgment.confidence)
        try writer.countingEqualSides {
          let sides = try writer.comparison(
            writer.payload(comparison.prompt), writer.payload(comparison.first),
            writer.payload(comparison.second), context)
          try writer.judgment(vote, on: sides, rater: row, criterion: criterion)
        }
      }
      return writer.tally
    }
  }

  func add<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ records: [FeedbackRecord<Prompt, Artifact>], rater: String = "", kind: RaterKind = .imported,
    source: String, round: Int, split: SplitRule
  ) throws -> Tally {
    let context = StoreWriter.Context(source: source, round: round, split: split)
    return try write { db in
      let writer = StoreWriter(db, files: files)
      for record in records {
        do {
          try writer.countingEqualSides {
            try writer.add(record, rater: rater, kind: kind, context)
          }
        } catch let error as UnusableRecord {
          throw RLHFError(.invalidData, "a record cannot be kept: \(error.reason).")
        }
      }
      return writer.tally
    }
  }
}

extension StoreWriter {
  fileprivate func countingEqualSides(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as UnusableRecord where error == .equalSides {
      tally.equalSides += 1
    }
  }
}
