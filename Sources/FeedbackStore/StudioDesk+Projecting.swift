import Foundation
import GRDB
import RLHFCore

extension StudioDesk {
  /// Puts what a rater teaches by `new` in the place of what they taught by `old`.
  func project(
    _ new: [Projection], replacing old: [Projection], of task: TaskDraft, rater: Int64,
    makeArtifact: SubmissionWriter.ArtifactMaker
  ) throws {
    let kept = Set(new.map(\.subject))
    for projection in old where !kept.contains(projection.subject) {
      try write(projection, isWithdrawn: true, of: task, rater: rater, makeArtifact)
    }
    for projection in new {
      try write(projection, isWithdrawn: false, of: task, rater: rater, makeArtifact)
    }
  }

  private func write(
    _ projection: Projection, isWithdrawn: Bool, of task: TaskDraft, rater: Int64,
    _ makeArtifact: SubmissionWriter.ArtifactMaker
  ) throws {
    let context = StoreWriter.Context(source: task.origin, round: task.round, split: .standard)
    switch projection {
    case .judgment(let first, let second, let criterion, let verdict, let confidence):
      let comparison = try records.comparison(
        prompt: task.prompt, first: first, second: second, context)
      try records.judgment(
        .init(verdict: isWithdrawn ? .skip : verdict, confidence: confidence), on: comparison,
        rater: rater, criterion: criterion)
    case .ranking(let items, let criterion, let topCount):
      try records.ranking(
        of: items, for: task.prompt, topCount: topCount, isWithdrawn: isWithdrawn,
        criterion: criterion, rater: rater, kind: .person, context)
    case .rating(let item, let criterion, let value, let scale):
      try records.rating(
        of: item, value: value, scale: scale, weight: isWithdrawn ? 0 : 1, criterion: criterion,
        rater: rater, kind: .person, context)
    case .demonstration(let text):
      try demonstrate(text, isWithdrawn: isWithdrawn, of: task, rater: rater, makeArtifact)
    }
  }

  /// Adds a demonstration that a rater wrote, or lets the rater no longer stand behind it.
  private func demonstrate(
    _ text: String, isWithdrawn: Bool, of task: TaskDraft, rater: Int64,
    _ makeArtifact: SubmissionWriter.ArtifactMaker
  ) throws {
    guard let prompt = try row("SELECT payload FROM prompts WHERE id = ?", [task.prompt]),
      let made = try makeArtifact(prompt["payload"], text)
    else { return }
    let context = StoreWriter.Context(source: "studio", round: task.round, split: .standard)
    let payload = try records.payload(JSONValue(parsing: made))
    let artifact = try records.artifact(payload, for: task.prompt, context)
    let before = records.tally.demonstrations
    if !isWithdrawn { try records.demonstration(artifact: artifact, context) }
    let isNew = records.tally.demonstrations > before
    guard
      let demonstration = try row(
        "SELECT id FROM demonstrations WHERE artifact = ?", [artifact])?["id"] as Int64?,
      try isNew
        || row("SELECT 1 FROM authors WHERE demonstration = ?", [demonstration]) != nil
    else { return }
    try execute(
      "INSERT INTO authors (demonstration, rater, stands, created) VALUES (?, ?, ?, ?)",
      [demonstration, rater, !isWithdrawn, now])
  }
}
