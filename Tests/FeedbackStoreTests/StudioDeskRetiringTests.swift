import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

/// What becomes of tasks that raters skip, and of answers beyond the overlap.
struct StudioDeskRetiringTests {
  @Test func aSkipLeavesThePlaceToOthers() throws {
    try Backend.memory.runStudio { studio in
      let task = try studio.add()[0]
      let raters = try studio.raters(2)
      let skip = try studio.answer(raters[0], .skip(reason: "unclear"))
      #expect(!skip.isSurplus)
      // Who skipped does not get it again; whoever comes next does.
      #expect(try studio.next(raters[0]) == nil)
      #expect(try studio.store.progress(of: raters[0]) == (answered: 1, available: 0))
      #expect(try studio.store.progress(of: raters[1]) == (answered: 0, available: 1))
      let progress = try studio.store.studioProgress()
      #expect((progress.open, progress.answered, progress.skipped) == (1, 0, 1))
      let answer = try studio.answer(raters[1], .pair(.first))
      #expect(answer.task == task.id && !answer.isSurplus)
      #expect(try studio.store.studioProgress().answered == 1)
    }
  }

  @Test func whatManySkipIsRetiredUntilOneUndoesIt() throws {
    try Backend.memory.runStudio { studio in
      let task = try studio.add(overlap: 2)[0]
      let raters = try studio.raters(5)
      // Somebody has it before them all the while.
      let held = try #require(try studio.next(raters[0]))
      let skips = try (1...3).map { try studio.answer(raters[$0], .skip(reason: "no \($0)")) }
      #expect(try studio.next(raters[4]) == nil)
      let retired = try studio.store.retiredTasks()
      #expect(retired.map(\.task.id) == [task.id])
      #expect(retired.first?.skips == 3)
      #expect(retired.first?.reasons == ["no 1", "no 2", "no 3"])
      var progress = try studio.store.studioProgress()
      #expect((progress.tasks, progress.open, progress.answered) == (1, 0, 0))
      #expect(progress.retired == 1)
      let kept = try studio.submit(studio.submission(held, .pair(.first)), rater: raters[0])
      #expect(try !kept.stored().isSurplus)

      try studio.withdraw(skips[1].id, rater: raters[2])
      #expect(try studio.store.retiredTasks().isEmpty)
      let again = try #require(try studio.next(raters[2]))
      #expect(again.lease == skips[1].lease)
      try studio.submit(studio.submission(again, .pair(.second)), rater: raters[2])
      progress = try studio.store.studioProgress()
      #expect((progress.answered, progress.retired, progress.surplus) == (1, 0, 0))
    }
  }

  @Test func theLimitIsASetting() throws {
    try Backend.memory.runStudio { studio in
      studio.rules.skipLimit = 1
      try studio.add()
      let raters = try studio.raters(2)
      try studio.answer(raters[0], .skip(reason: nil))
      #expect(try studio.next(raters[1]) == nil)
      #expect(try studio.store.retiredTasks().map(\.reasons) == [[]])
    }
  }

  @Test func aCheckIsNotRetired() throws {
    try Backend.memory.runStudio { studio in
      studio.rules.goldShare = 1
      try studio.add(gold: StudioAnswer(.pair(.first)))
      for rater in try studio.raters(5) { try studio.answer(rater, .skip(reason: nil)) }
      #expect(try studio.store.retiredTasks().isEmpty)
    }
  }

  @Test func anAmendedSkipTakesAPlaceAndGivesItBack() throws {
    try Backend.memory.runStudio { studio in
      try studio.add()
      let raters = try studio.raters(2)
      let assignment = try #require(try studio.next(raters[0]))
      func say(_ answer: StudioAnswer.Content, over last: StoredAnswer?) throws -> StoredAnswer {
        try studio.submit(
          studio.submission(assignment, answer, supersedes: last?.id), rater: raters[0]
        ).stored()
      }
      let skip = try say(.skip(reason: nil), over: nil)
      let answer = try say(.pair(.first), over: skip)
      #expect(!answer.isSurplus)
      #expect(try studio.next(raters[1]) == nil)
      let again = try say(.skip(reason: nil), over: answer)
      #expect(try studio.verdicts() == ["skip"])
      let other = try studio.answer(raters[1], .pair(.second))
      #expect(!other.isSurplus)
      #expect(try say(.pair(.first), over: again).isSurplus)
    }
  }

  @Test func undoingASurplusAnswerGivesTheLeaseBackAndTakesNoPlace() throws {
    try Backend.memory.runStudio { studio in
      try studio.add()
      let raters = try studio.raters(3)
      let late = try #require(try studio.next(raters[0]))
      studio.now += 1000
      let kept = try studio.answer(raters[1], .pair(.first))
      let surplus = try studio.submit(studio.submission(late, .pair(.first)), rater: raters[0])
        .stored()
      #expect(surplus.isSurplus)
      try studio.withdraw(surplus.id, rater: raters[0])
      // The task is before the rater again, under a lease that is renewed like any other.
      let again = try #require(
        try studio.store.assignment(lease: late.lease, rater: raters[0], now: studio.now))
      #expect(again.order == late.order && again.expires > studio.now)
      studio.now += 600
      let until = try studio.store.renewLease(
        late.lease, rater: raters[0], rules: studio.rules, now: studio.now)
      #expect(until == studio.now.addingTimeInterval(studio.rules.leaseSeconds))
      #expect(try studio.store.progress(of: raters[0]) == (answered: 0, available: 1))
      #expect(try studio.next(raters[2]) == nil)
      let anew = try studio.submit(studio.submission(again, .pair(.tie)), rater: raters[0]).stored()
      #expect(anew.isSurplus)
      #expect(try studio.store.studioProgress().answered == 1)

      // Where a place has come free meanwhile, it is taken.
      try studio.withdraw(anew.id, rater: raters[0])
      try studio.withdraw(kept.id, rater: raters[1])
      try studio.store.releaseLease(kept.lease, rater: raters[1])
      let last = try studio.submit(studio.submission(again, .pair(.first)), rater: raters[0])
      #expect(try !last.stored().isSurplus)
      #expect(try studio.next(raters[1]) == nil)
    }
  }

  @Test func aSpareLeaseLapses() throws {
    try Backend.memory.runStudio { studio in
      try studio.add()
      let raters = try studio.raters(2)
      let late = try #require(try studio.next(raters[0]))
      studio.now += 1000
      try studio.answer(raters[1], .pair(.first))
      let surplus = try studio.submit(studio.submission(late, .pair(.first)), rater: raters[0])
        .stored()
      try studio.withdraw(surplus.id, rater: raters[0])
      studio.now += 1000
      #expect(try studio.next(raters[0]) == nil)
      #expect(
        try studio.store.renewLease(
          late.lease, rater: raters[0], rules: studio.rules, now: studio.now) == nil)
      #expect(try studio.store.progress(of: raters[0]) == (answered: 0, available: 0))
    }
  }
}
