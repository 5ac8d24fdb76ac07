import RLHFCore

extension StoreWriter {
  /// Adds one record.
  ///
  /// The pairs of an imported rater are votes of a crowd. `prompt` is the payload of the record's prompt, where it is known already. A new prompt goes to the split that
  /// `group` decides, where there is one.
  func add<Prompt: Encodable, Artifact: Encodable>(
    _ record: FeedbackRecord<Prompt, Artifact>, rater: String, kind: RaterKind, _ context: Context,
    prompt known: Payload? = nil, group: ContentHash? = nil
  ) throws {
    switch record {
    case .prompt(let prompt):
      let before = tally.prompts
      _ = try self.prompt(known ?? payload(prompt), context, group: group)
      if tally.prompts == before { tally.known += 1 }
    case .demonstration(let sample):
      let prompt = try prompt(known ?? payload(sample.prompt), context, group: group)
      let artifact = try artifact(payload(sample.artifact), for: prompt, context)
      try demonstration(artifact: artifact, context)
    case .preference(let pair):
      let vote = try vote(of: pair)
      let comparison = try comparison(
        known ?? payload(pair.prompt), payload(pair.chosen), payload(pair.rejected), context,
        group: group)
      let rater = try self.rater(rater, kind)
      if kind == .imported {
        try crowdVote(vote, on: comparison, rater: rater, criterion: pair.criterion)
      } else {
        try judgment(vote, on: comparison, rater: rater, criterion: pair.criterion)
      }
    case .ranking(let ranking):
      try add(ranking, rater: rater, kind: kind, context, prompt: known, group: group)
    case .rating(let rating):
      try add(rating, rater: rater, kind: kind, context, prompt: known, group: group)
    }
  }

  /// The row of a comparison, which must not have equal sides.
  func comparison(
    _ prompt: Payload, _ first: Payload, _ second: Payload, _ context: Context,
    group: ContentHash? = nil
  ) throws -> Int64 {
    guard first.hash != second.hash else { throw UnusableRecord.equalSides }
    let row = try self.prompt(prompt, context, group: group)
    return try comparison(
      prompt: row, first: artifact(first, for: row, context),
      second: artifact(second, for: row, context), context)
  }

  private func vote<Prompt, Artifact>(of pair: PreferencePair<Prompt, Artifact>) throws -> Vote {
    guard pair.label >= 0, pair.label <= 1, pair.margin.isFinite, pair.weight >= 0,
      pair.weight.isFinite
    else { throw UnusableRecord("label, margin or weight is out of range") }
    return Vote(
      verdict: pair.label == 0.5 ? .tie : pair.label > 0.5 ? .first : .second,
      label: pair.label == 1 || pair.label == 0.5 ? nil : pair.label,
      margin: pair.margin == 0 ? nil : pair.margin, confidence: pair.weight)
  }
}

extension UnusableRecord {
  static let equalSides = UnusableRecord("the two sides are equal")
}
