import RLHFCore

extension StoreWriter {
  /// Adds one record; its pairs are votes of `rater`, which stands for a crowd.
  ///
  /// A new prompt goes to the split that `group` decides, where there is one.
  func add<Prompt: Encodable, Artifact: Encodable>(
    _ record: FeedbackRecord<Prompt, Artifact>, rater: String, kind: RaterKind, _ context: Context,
    group: ContentHash? = nil
  ) throws {
    switch record {
    case .prompt(let prompt):
      let before = tally.prompts
      _ = try self.prompt(payload(prompt), context, group: group)
      if tally.prompts == before { tally.known += 1 }
    case .demonstration(let sample):
      let prompt = try prompt(payload(sample.prompt), context, group: group)
      let artifact = try artifact(payload(sample.artifact), for: prompt, context)
      try demonstration(artifact: artifact, context)
    case .preference(let pair):
      try add(pair, rater: rater, kind: kind, context, group: group)
    }
  }

  private func add<Prompt: Encodable, Artifact: Encodable>(
    _ pair: PreferencePair<Prompt, Artifact>, rater: String, kind: RaterKind, _ context: Context,
    group: ContentHash?
  ) throws {
    guard pair.label >= 0, pair.label <= 1, pair.margin.isFinite, pair.weight >= 0,
      pair.weight.isFinite
    else {
      throw UnusableRecord("label, margin or weight is out of range")
    }
    let vote = Vote(
      verdict: pair.label == 0.5 ? .tie : pair.label > 0.5 ? .first : .second,
      label: pair.label == 1 || pair.label == 0.5 ? nil : pair.label,
      margin: pair.margin == 0 ? nil : pair.margin, confidence: pair.weight)
    let comparison = try comparison(
      of: pair.prompt, pair.chosen, pair.rejected, context, group: group)
    let rater = try self.rater(rater, kind)
    if kind == .imported {
      try crowdVote(vote, on: comparison, rater: rater, criterion: pair.criterion)
    } else {
      try judgment(vote, on: comparison, rater: rater, criterion: pair.criterion)
    }
  }

  /// The row of a comparison. One whose sides are equal is unusable.
  func comparison<Prompt: Encodable, Artifact: Encodable>(
    of prompt: Prompt, _ first: Artifact, _ second: Artifact, _ context: Context,
    group: ContentHash? = nil
  ) throws -> Int64 {
    let (left, right) = (try payload(first), try payload(second))
    guard left.hash != right.hash else { throw UnusableRecord.equalSides }
    let row = try self.prompt(payload(prompt), context, group: group)
    return try comparison(
      prompt: row, first: artifact(left, for: row, context),
      second: artifact(right, for: row, context), context)
  }
}

extension UnusableRecord {
  static let equalSides = UnusableRecord("the two sides are equal")
}
