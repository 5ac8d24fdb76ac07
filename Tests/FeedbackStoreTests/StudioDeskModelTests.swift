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
              studio.submission(assignment, .pair(.first)), rater: rater
            ).stored()
            answered.append((rater, answer.id))
          } catch let error as RLHFError {
            #expect(error.code == .conflict)
          }
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
      // Whatever happened, everything gets its answers in the end.
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

  private func check(_ studio: StudioFixture, _ overlap: Int) throws {
    try studio.store.read { db in
      let wrong = try Row.fetchAll(
        db,
        sql: """
          SELECT tasks.id FROM tasks JOIN queue ON queue.task = tasks.id
          WHERE free < 0 OR free <> overlap - (SELECT count(*) FROM slots
            WHERE slots.task = tasks.id AND state IN ('held', 'answered'))
          """)
      #expect(wrong.isEmpty)
      let standing = FeedbackStore.standingAnswer
      let full = try Row.fetchAll(
        db,
        sql: """
          SELECT task, sum(NOT isSurplus) AS kept, count(*) AS number, count(DISTINCT rater) AS raters
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
