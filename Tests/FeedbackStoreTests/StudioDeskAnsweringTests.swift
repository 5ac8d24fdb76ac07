import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

struct StudioDeskAnsweringTests {
  @Test(arguments: Backend.allCases)
  func anAnswerIsKeptAsItWasGiven(backend: Backend) throws {
    try backend.runStudio { studio in
      let task = try studio.add(overlap: 2)[0]
      let raters = try studio.raters(2)
      for (index, rater) in raters.enumerated() {
        let assignment = try #require(try studio.next(rater))
        var submission = studio.submission(assignment, .pair(.first))
        submission.answer.comment = "close"
        let answer = try studio.submit(submission, rater: rater).stored()
        #expect(answer.sequence == Int64(index + 1))
        #expect(answer.id == submission.id.lowercased())
        #expect(answer.task == task.id)
        #expect(answer.lease == assignment.lease)
        #expect(answer.order == assignment.order)
        #expect(answer.presentedAnswer == submission.answer)
        let better: Verdict = assignment.order == [0, 1] ? .first : .second
        #expect(answer.answer == StudioAnswer(.pair(better), comment: "close"))
        #expect(answer.behaviour == ["input": "key"])
        #expect(answer.seconds == 4.5)
        #expect(answer.raterName == "r\(index)")
        #expect(!answer.isSurplus && !answer.isSuperseded && !answer.isGold)
        #expect(answer.created == studio.now.milliseconds)
        #expect(try studio.store.answer(answer.id)?.answer == answer)
      }
      #expect(Set(try studio.verdicts()) == ["first", "second"])
      let pairs: [Pair] = try studio.store.preferences(of: "overall")
      #expect(pairs.count == 2)
    }
  }

  @Test func theSameSubmissionIsKeptOnce() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(count: 2, overlap: 2)
      let raters = try studio.raters(2)
      let assignment = try #require(try studio.next(raters[0]))
      let submission = studio.submission(assignment, .pair(.first))
      let stored = try studio.submit(submission, rater: raters[0]).stored()
      for _ in 0..<3 {
        #expect(try studio.submit(submission, rater: raters[0]) == .replayed(stored))
      }
      var shouted = submission
      shouted.id = submission.id.uppercased()
      #expect(try studio.submit(shouted, rater: raters[0]) == .replayed(stored))
      var other = submission
      other.answer = StudioAnswer(.pair(.second))
      #expect(try studio.submit(other, rater: raters[0]) == .conflict)
      var elsewhere = submission
      elsewhere.task = "another"
      #expect(try studio.submit(elsewhere, rater: raters[0]) == .conflict)
      #expect(try studio.submit(submission, rater: raters[1]) == .conflict)
      #expect(try studio.store.votes().count == 1)
      // What was replaced is still there under its id.
      let amendment = studio.submission(
        assignment, .pair(.tie), supersedes: submission.id.uppercased())
      try studio.submit(amendment, rater: raters[0])
      guard case .replayed(let again) = try studio.submit(submission, rater: raters[0]) else {
        Issue.record("expected a replay")
        return
      }
      #expect(again.isSuperseded)
    }
  }

  @Test func whatCannotBeSubmitted() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(count: 2)
      let raters = try studio.raters(2)
      let assignment = try #require(try studio.next(raters[0]))
      func code(_ change: (inout Submission) -> Void, rater: Int64 = raters[0]) -> RLHFError.Code? {
        var submission = studio.submission(assignment, .pair(.first))
        change(&submission)
        return thrown { try studio.submit(submission, rater: rater) }?.code
      }
      #expect(code { $0.id = "1" } == .invalidData)
      #expect(code { $0.lease = "x" } == .notFound)
      #expect(code({ _ in }, rater: raters[1]) == .notFound)
      #expect(code { $0.task = "x" } == .notFound)
      #expect(code { $0.answer = StudioAnswer(.comment("x")) } == .invalidData)
      #expect(code { $0.behaviour = [] } == .invalidData)
      #expect(code { $0.supersedes = UUID().uuidString } == .conflict)
      #expect(try studio.store.votes().isEmpty)
      try studio.submit(studio.submission(assignment, .pair(.first)), rater: raters[0])
      #expect(code { _ in } == .conflict)
      #expect(try studio.store.votes().count == 1)
    }
  }

  @Test func amendingSupersedes() throws {
    try Backend.memory.runStudio { studio in
      try studio.add()
      let rater = try studio.raters(1)[0]
      let assignment = try #require(try studio.next(rater))
      let first = try studio.submit(studio.submission(assignment, .pair(.tie)), rater: rater)
        .stored()
      let second = try studio.submit(
        studio.submission(assignment, .pair(.bothBad), supersedes: first.id), rater: rater
      ).stored()
      #expect(second.supersedes == first.id)
      #expect(!second.isSurplus)
      #expect(try studio.verdicts() == ["bothBad"])
      #expect(try studio.store.votes().map(\.answer.id) == [second.id])
      let stale = thrown {
        try studio.submit(
          studio.submission(assignment, .pair(.tie), supersedes: first.id), rater: rater)
      }
      #expect(stale?.code == .conflict)
      var all = AnswerFilter()
      all.includesSuperseded = true
      #expect(try studio.store.answers(all).map(\.answer.id) == [second.id, first.id])
      #expect(try studio.store.counts().superseded == 1)
    }
  }

  @Test func undoGivesTheTaskBackAndTeachesNothing() throws {
    try Backend.memory.runStudio { studio in
      try studio.add()
      let raters = try studio.raters(2)
      let assignment = try #require(try studio.next(raters[0]))
      let answer = try studio.submit(
        studio.submission(assignment, .pair(.first)), rater: raters[0]
      ).stored()
      #expect(thrown { try studio.withdraw(answer.id, rater: raters[1]) }?.code == .notFound)
      let withdrawal = try studio.withdraw(answer.id, rater: raters[0]).stored()
      #expect(withdrawal.answer == nil)
      #expect(withdrawal.supersedes == answer.id)
      #expect(thrown { try studio.withdraw(answer.id, rater: raters[0]) }?.code == .conflict)
      #expect(try studio.verdicts() == ["skip"])
      #expect(try studio.store.votes().isEmpty)
      #expect(try studio.store.preferences(of: nil) == [] as [Pair])
      // It is still theirs, in the same order, and can be answered without naming what was withdrawn.
      #expect(try studio.next(raters[1]) == nil)
      let again = try #require(try studio.next(raters[0]))
      #expect(again.order == assignment.order)
      #expect(again.lease == assignment.lease)
      let anew = try studio.submit(studio.submission(again, .pair(.second)), rater: raters[0])
        .stored()
      #expect(anew.supersedes == withdrawal.id)
      #expect(try studio.store.votes().map(\.answer.id) == [anew.id])
      #expect(try studio.store.counts().pairs.total == 1)
    }
  }

  @Test func lateAnswersCountWhereThereIsRoomAndAreSurplusOtherwise() throws {
    try Backend.memory.runStudio { studio in
      let tasks = try studio.add(count: 1)
      let raters = try studio.raters(2)
      let late = try #require(try studio.next(raters[0]))
      studio.now += 1000
      let onTime = try #require(try studio.next(raters[1]))
      #expect(onTime.task == tasks[0].id)
      let surplus = try studio.submit(studio.submission(late, .pair(.first)), rater: raters[0])
        .stored()
      #expect(surplus.isSurplus)
      let kept = try studio.submit(studio.submission(onTime, .pair(.first)), rater: raters[1])
        .stored()
      #expect(!kept.isSurplus)
      let progress = try studio.store.studioProgress()
      #expect((progress.answers, progress.surplus, progress.answered) == (2, 1, 1))
      #expect(try studio.verdicts().count == 2)

      try studio.add(named: "q")
      let another = try #require(try studio.next(raters[0]))
      studio.now += 1000
      try studio.store.write { try StudioDesk($0, now: studio.now).sweep(studio.rules) }
      let accepted = try studio.submit(
        studio.submission(another, .pair(.first)), rater: raters[0]
      ).stored()
      #expect(!accepted.isSurplus)
    }
  }

  @Test func anOldLeaseOfOnesOwnCounts() throws {
    try Backend.memory.runStudio { studio in
      try studio.add()
      let rater = try studio.raters(1)[0]
      let old = try #require(try studio.next(rater))
      studio.now += 1000
      let new = try #require(try studio.next(rater))
      #expect(new.task == old.task)
      #expect(new.lease != old.lease)
      let answer = try studio.submit(studio.submission(old, .pair(.first)), rater: rater).stored()
      #expect(answer.order == old.order)
      #expect(!answer.isSurplus)
      #expect(
        thrown { try studio.submit(studio.submission(new, .pair(.first)), rater: rater) }?.code
          == .conflict)
    }
  }

  @Test func goldTasksTeachNothing() throws {
    try Backend.memory.runStudio { studio in
      studio.rules.goldShare = 1
      try studio.add(gold: StudioAnswer(.pair(.second)))
      let raters = try studio.raters(3)
      for rater in raters {
        let answer = try studio.answer(rater, .pair(.first))
        #expect(answer.isGold && !answer.isSurplus)
      }
      #expect(try studio.verdicts().isEmpty)
      let votes = try studio.store.votes()
      #expect(votes.allSatisfy { $0.gold == StudioAnswer(.pair(.second)) })
      #expect(try studio.store.studioProgress().tasks == 0)
    }
  }
}
