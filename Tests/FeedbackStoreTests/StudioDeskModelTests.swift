import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

/// Random interleavings of everything that raters do, held against the promises of the queue.
struct StudioDeskModelTests {
  @Test(arguments: 0..<12)
  func overlapsHoldOverAnyInterleaving(seed: Int) throws {
    try Backend.memory.runStudio { studio in
      var generator = Seed(UInt64(seed)).generator
      studio.rules.heldTasks = 3
      studio.rules.uniformShare = 0.5
      studio.rules.skipLimit = 2
      let overlap = Int.random(in: 1...3, using: &generator)
      let tasks = try studio.add(count: 8, overlap: overlap)
      let raters = try studio.raters(overlap + 3)
      var leases: [(rater: Int64, assignment: Assignment)] = []
      var answered: [(rater: Int64, id: String)] = []
      for _ in 0..<300 {
        studio.now += Double.random(in: 0...120, using: &generator)
        let rater = raters.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<4:
          let held = leases.filter { $0.rater == rater }.map(\.assignment.task)
          if let next = try studio.next(rater, excluding: held) { leases.append((rater, next)) }
        case 4..<7:
          guard let index = leases.indices.randomElement(using: &generator) else { continue }
          let (rater, assignment) = leases.remove(at: index)
          do {
            let answer = try studio.submit(
              studio.submission(assignment, said(&generator)), rater: rater
            ).stored()
            answered.append((rater, answer.id))
          } catch let error as RLHFError {
            #expect(error.code == .conflict)
          }
        case 7 where Bool.random(using: &generator):
          guard let index = answered.indices.randomElement(using: &generator) else { continue }
          let content = said(&generator)
          if let id = try amend(answered[index], content, in: studio) { answered[index].id = id }
        case 7:
          guard let lease = leases.randomElement(using: &generator) else { continue }
          _ = try studio.store.renewLease(
            lease.assignment.lease, rater: lease.rater, rules: studio.rules, now: studio.now)
        case 8:
          guard let index = leases.indices.randomElement(using: &generator) else { continue }
          let lease = leases.remove(at: index)
          try studio.store.releaseLease(lease.assignment.lease, rater: lease.rater)
        default:
          guard let index = answered.indices.randomElement(using: &generator) else { continue }
          let answer = answered.remove(at: index)
          try studio.withdraw(answer.id, rater: answer.rater)
        }
        if Int.random(in: 0..<60, using: &generator) == 0 {
          studio.now += Bool.random(using: &generator) ? 86_400 : -86_400
        }
        try check(studio, overlap)
      }
      // Whatever happened, everything gets its answers in the end, once nobody skips any more.
      for answer in try studio.store.votes() where answer.answer.answer?.isSkip == true {
        try studio.withdraw(answer.answer.id, rater: answer.answer.rater)
      }
      #expect(try studio.store.retiredTasks().isEmpty)
      for _ in 0..<3 {
        studio.now += 1000
        for rater in raters {
          while let next = try studio.next(rater) {
            try studio.submit(studio.submission(next, .pair(.first)), rater: rater)
          }
        }
      }
      let progress = try studio.store.studioProgress()
      #expect(progress.answered == tasks.count)
      #expect(progress.open == 0)
      #expect(progress.answers == tasks.count * overlap + progress.surplus)
      #expect(try studio.store.isAnswerLogIntact())
    }
  }

  private func said(_ generator: inout some RandomNumberGenerator) -> StudioAnswer.Content {
    Int.random(in: 0..<4, using: &generator) == 0 ? .skip(reason: nil) : .pair(.first)
  }

  /// Amends an answer, if it is the last word of its rater; the id of what takes its place.
  private func amend(
    _ answer: (rater: Int64, id: String), _ content: StudioAnswer.Content, in studio: StudioFixture
  ) throws -> String? {
    guard let known = try studio.store.answer(answer.id)?.answer, !known.isSuperseded else {
      return nil
    }
    let submission = Submission(
      id: UUID().uuidString, task: known.task, lease: known.lease, answer: StudioAnswer(content),
      supersedes: known.id, startedAt: studio.now, submittedAt: studio.now)
    return try studio.submit(submission, rater: answer.rater).stored().id
  }

  private func check(_ studio: StudioFixture, _ overlap: Int) throws {
    try studio.store.read { db in
      let wrong = try Row.fetchAll(
        db,
        sql: """
          SELECT tasks.id FROM tasks JOIN queue ON queue.task = tasks.id
          WHERE free <> overlap - (SELECT count(*) FROM slots
              WHERE slots.task = tasks.id AND state IN ('held', 'answered'))
            - iif(EXISTS (SELECT 1 FROM retired WHERE task = tasks.id), 1 << 41, 0)
            OR free < 0 AND NOT EXISTS (SELECT 1 FROM retired WHERE task = tasks.id)
            OR EXISTS (SELECT 1 FROM retired WHERE task = tasks.id) <> (2 <= (
              SELECT count(*) FROM slots WHERE slots.task = tasks.id AND state = 'skipped'))
          """)
      #expect(wrong.isEmpty)
      let miscounted = try Row.fetchAll(
        db,
        sql: """
          SELECT rater FROM tallies
          WHERE answered <> (SELECT count(*) FROM slots WHERE slots.rater = tallies.rater
              AND state IN ('answered', 'surplus', 'skipped'))
            OR kept <> (SELECT count(*) FROM slots WHERE slots.rater = tallies.rater
              AND state IN ('held', 'spare'))
            OR covered <> (SELECT count(*) FROM slots JOIN queue ON queue.task = slots.task
              WHERE slots.rater = tallies.rater AND state <> 'lapsed' AND queue.lane = 'work'
                AND free > 0)
          """)
      #expect(miscounted.isEmpty)
      let standing = FeedbackStore.standingAnswer
      let full = try Row.fetchAll(
        db,
        sql: """
          SELECT task, sum(NOT isSurplus AND kind <> 'skip') AS kept, count(*) AS number, count(DISTINCT rater) AS raters
          FROM answers WHERE \(standing) GROUP BY task
          """)
      for row in full {
        let (kept, number, raters): (Int, Int, Int) = (row["kept"], row["number"], row["raters"])
        #expect(number == raters)
        #expect(kept <= overlap)
      }
    }
  }
}
