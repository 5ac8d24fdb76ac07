import Foundation
import GRDB
import RLHFCore

/// What answers and reviews of answers teach.
///
/// An answer that a reviewer amends or rejects teaches nothing while the review stands; what the reviewer answered
/// instead counts as the reviewer's own. A rater who amends an answer makes a new one, which was not reviewed.
extension StudioDesk {
  /// The answer under review.
  struct ReviewSubject {
    var row: Int64
    var rater: Int64
    var task: StudioTask
    var answer: StudioAnswer
    var isSuperseded: Bool
  }

  /// What a review is about.
  func subject(of task: StudioTask) throws -> ReviewSubject? {
    guard let name = task.draft.subject,
      let row = try row(
        """
        SELECT id, rater, task, content, EXISTS (
          SELECT 1 FROM answers AS later WHERE later.supersedes = answers.id) AS isSuperseded
        FROM answers WHERE name = ?
        """, [name])
    else { return nil }
    return ReviewSubject(
      row: row["id"], rater: row["rater"], task: try self.task(row["task"] as Int64),
      answer: try read(row["content"]), isSuperseded: row["isSuperseded"])
  }

  /// Puts into training's tables what an entry of the log says, in place of what it supersedes.
  func teach(
    _ entry: Entry, _ subject: ReviewSubject?, _ makeArtifact: SubmissionWriter.ArtifactMaker
  ) throws {
    guard let subject else {
      let scales = try scales(entry.task.draft.criteria)
      let wasRemoved = try entry.previous.map { try isRemoved($0.row, besides: nil) } ?? false
      try project(
        Projection.of(entry.answer, entry.task.draft, scales: scales),
        replacing: wasRemoved
          ? [] : Projection.of(entry.previous?.answer, entry.task.draft, scales: scales),
        of: entry.task.draft, rater: entry.rater, makeArtifact: makeArtifact)
      return
    }
    let draft = subject.task.draft
    let scales = try scales(draft.criteria)
    try project(
      Projection.of(entry.answer?.amended, draft, scales: scales),
      replacing: Projection.of(entry.previous?.answer?.amended, draft, scales: scales),
      of: draft, rater: entry.rater, makeArtifact: makeArtifact)
    guard !subject.isSuperseded, try !isRemoved(subject.row, besides: entry) else { return }
    let own = Projection.of(subject.answer, draft, scales: scales)
    let (before, after) = (
      entry.previous?.answer?.removesSubject ?? false, entry.answer?.removesSubject ?? false
    )
    guard before != after else { return }
    try project(
      after ? [] : own, replacing: after ? own : [], of: draft, rater: subject.rater,
      makeArtifact: makeArtifact)
  }

  /// Whether a review that stands keeps an answer from teaching, those of the task and rater of `entry` not counted.
  private func isRemoved(_ answer: Int64, besides entry: Entry?) throws -> Bool {
    try row(
      """
      SELECT 1 FROM tasks JOIN answers ON answers.task = tasks.id
      WHERE tasks.subject = ?1 AND json_extract(answers.content, '$.decision') IN ('amend', 'reject')
        AND NOT (?2 IS NOT NULL AND answers.task = ?2 AND answers.rater = ?3)
        AND NOT EXISTS (SELECT 1 FROM answers AS later WHERE later.supersedes = answers.id)
      """, [answer, entry?.task.row, entry?.rater]) != nil
  }
}

extension StudioAnswer {
  fileprivate var amended: StudioAnswer? {
    guard case .review(_, let amended, _) = content else { return nil }
    return amended
  }

  fileprivate var removesSubject: Bool {
    guard case .review(let decision, _, _) = content else { return false }
    return decision != .accept
  }
}
