import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

struct StudioDeskReviewingTests {
  /// A pair answered by `r0` for the first item, up for review by the account `judge`.
  private func run(
    _ body: (inout StudioFixture, _ answer: StoredAnswer, _ judge: Int64) throws -> Void
  ) throws {
    try Backend.memory.runStudio { studio in
      try studio.add()
      let rater = try studio.raters(1)[0]
      let assignment = try #require(try studio.next(rater))
      let answer = try studio.submit(
        studio.submission(assignment, .pair(assignment.order == [0, 1] ? .first : .second)),
        rater: rater
      ).stored()
      let judge = try studio.store.addAccount(name: "judge", role: .reviewer, actor: "test").rater
      try studio.store.addTasks([
        TaskDraft(kind: .review, prompt: 0, overlap: 1, subject: answer.id)
      ])
      try body(&studio, answer, judge)
    }
  }

  private func review(
    _ studio: StudioFixture, _ judge: Int64, _ decision: StudioAnswer.ReviewDecision,
    amended: Verdict? = nil, supersedes: String? = nil, assignment known: Assignment? = nil
  ) throws -> (StoredAnswer, Assignment) {
    let assignment = try #require(try known ?? studio.next(judge))
    let content = StudioAnswer.Content.review(
      decision, amended: amended.map { StudioAnswer(.pair($0)) }, text: nil)
    let presented = StudioAnswer(content).presented(order: assignment.order).content
    let stored = try studio.submit(
      studio.submission(assignment, presented, supersedes: supersedes), rater: judge
    ).stored()
    return (stored, assignment)
  }

  /// The sides that are taught to be better, by rater.
  private func taught(_ studio: StudioFixture) throws -> [String] {
    try studio.store.read { db in
      try StudioDesk(db, now: studio.now).rows(
        """
        SELECT raters.name || ' ' || verdict AS said FROM judgments
        JOIN raters ON raters.id = judgments.rater
        WHERE verdict <> 'skip' AND NOT EXISTS (
          SELECT 1 FROM judgments AS later WHERE later.supersedes = judgments.id)
        ORDER BY said
        """, []
      ).map { $0["said"] }
    }
  }

  @Test func reviewsAreForReviewersAndNotForTheAuthor() throws {
    try run { studio, answer, judge in
      let other = try studio.store.addAccount(name: "other", role: .rater, actor: "test").rater
      #expect(try studio.next(other) == nil)
      let assignment = try #require(try studio.next(judge))
      #expect(assignment.kind == .review)
      #expect(assignment.previous == answer.answer?.presented(order: assignment.order))
      try studio.store.releaseLease(assignment.lease, rater: judge)
      try studio.store.setRole(.reviewer, of: other, actor: "test")
      #expect(try studio.next(other)?.kind == .review)
    }
    try Backend.memory.runStudio { studio in
      try studio.add()
      let rater = try studio.store.addAccount(name: "r", role: .owner, actor: "test").rater
      let answer = try studio.answer(rater, .pair(.first))
      try studio.store.addTasks([TaskDraft(kind: .review, prompt: 0, subject: answer.id)])
      #expect(try studio.next(rater) == nil)
    }
  }

  @Test func whatIsRejectedTeachesNothingUntilItIsAccepted() throws {
    try run { studio, answer, judge in
      #expect(try taught(studio) == ["r0 first"])
      let (first, assignment) = try review(studio, judge, .reject)
      #expect(try taught(studio).isEmpty)
      let (second, _) = try review(
        studio, judge, .accept, supersedes: first.id, assignment: assignment)
      #expect(try taught(studio) == ["r0 first"])
      let (third, _) = try review(
        studio, judge, .amend, amended: .second, supersedes: second.id, assignment: assignment)
      #expect(try taught(studio) == ["judge second"])
      try studio.withdraw(third.id, rater: judge)
      #expect(try taught(studio) == ["r0 first"])
    }
  }

  @Test func aRaterWhoAmendsMakesANewAnswer() throws {
    try run { studio, answer, judge in
      _ = try review(studio, judge, .reject)
      var submission = Submission(
        id: UUID().uuidString, task: answer.task, lease: answer.lease,
        answer: StudioAnswer(.pair(.tie)), supersedes: answer.id, startedAt: studio.now,
        submittedAt: studio.now)
      try studio.submit(submission, rater: answer.rater)
      #expect(try taught(studio) == ["r0 tie"])
      // A review of what no longer stands changes nothing about the rater.
      submission.id = UUID().uuidString
    }
  }

  @Test func onlyAnswersAreReviewed() throws {
    try run { studio, answer, judge in
      func code(_ subject: String) -> RLHFError.Code? {
        thrown {
          try studio.store.addTasks([TaskDraft(kind: .review, prompt: 0, subject: subject)])
        }?.code
      }
      #expect(code(UUID().uuidString) == .notFound)
      let (verdict, _) = try review(studio, judge, .accept)
      #expect(code(verdict.id) == .invalidData)
      let withdrawal = try studio.withdraw(answer.id, rater: answer.rater).stored()
      #expect(code(withdrawal.id) == .notFound)
    }
  }
}
