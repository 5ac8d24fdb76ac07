import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

struct FeedbackStoreAnswersTests {
  @Test(arguments: Backend.allCases)
  func answersAreFilteredAndPaged(backend: Backend) throws {
    try backend.runStudio { studio in
      studio.rules.goldShare = 0.2
      try studio.add(count: 6, overlap: 2)
      try studio.add(count: 2, gold: StudioAnswer(.pair(.first)), named: "g")
      try studio.add(.rating, count: 2, items: 1, overlap: 2, named: "r")
      let raters = try studio.raters(2)
      for rater in raters {
        while let next = try studio.next(rater) {
          studio.now += 60
          try studio.submit(
            studio.submission(
              next, next.kind == .rating ? .rating(["overall": 3]) : .pair(.first)), rater: rater)
        }
      }
      let store = studio.store
      let all = try store.votes()
      #expect(all.map(\.answer.sequence) == Array(1...Int64(all.count)))
      func found(_ set: (inout AnswerFilter) -> Void) throws -> [VoteRow] {
        var filter = AnswerFilter()
        set(&filter)
        return try store.answers(filter)
      }
      #expect(try found { _ in } == all.reversed())
      #expect(
        try found { $0.rater = raters[0] } == all.reversed().filter { $0.answer.rater == raters[0] }
      )
      #expect(try found { $0.kind = .rating }.count == 4)
      #expect(try found { $0.criterion = "overall" }.count == all.count)
      #expect(try found { $0.criterion = "mood" }.isEmpty)
      #expect(try found { $0.origin = "model" }.count == all.count)
      #expect(try found { $0.origin = "x" }.isEmpty)
      #expect(try found { $0.isGold = true }.allSatisfy { $0.gold != nil })
      #expect(try found { $0.isGold = false }.count == 16)
      #expect(try found { $0.isRepetition = true }.isEmpty)
      #expect(try found { $0.isSkip = true }.isEmpty)
      #expect(try found { $0.task = all[0].answer.task }.contains(all[0]))
      let time = all[5].answer.created
      #expect(try found { $0.from = time }.count == all.count - 5)
      #expect(try found { $0.to = time }.count == 5)
      var pages: [VoteRow] = []
      var before: Int64?
      repeat {
        let page = try found {
          $0.before = before
          $0.limit = 7
        }
        pages += page
        before = page.last?.answer.sequence
      } while before != nil
      #expect(pages == all.reversed())
    }
  }

  @Test func progressCountsWhatIsDone() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(count: 3, overlap: 2)
      try studio.add(.rating, items: 1, named: "r")
      let raters = try studio.raters(2)
      #expect(try studio.store.progress(of: raters[0]) == (answered: 0, available: 4))
      for _ in 0..<4 {
        let next = try #require(try studio.next(raters[0]))
        try studio.submit(
          studio.submission(
            next, next.kind == .pair ? .skip(reason: nil) : .rating(["overall": 1])),
          rater: raters[0])
      }
      try studio.answer(raters[1], .pair(.tie))
      let progress = try studio.store.studioProgress()
      #expect(progress.tasks == 4)
      #expect(progress.answered == 1)
      #expect(progress.open == 3)
      #expect(progress.answers == 5)
      #expect(progress.skipped == 3)
      #expect(
        progress.kinds.map { "\($0.name) \($0.tasks) \($0.answered) \($0.answers)" }
          == ["pair 3 0 4", "rating 1 1 1"])
      #expect(progress.raters.map { "\($0.name) \($0.answers)" } == ["r0 4", "r1 1"])
      #expect(progress.days.map { "\($0.name) \($0.answers)" } == ["2027-01-15 5"])
      #expect(try studio.store.progress(of: raters[0]) == (answered: 4, available: 0))
      #expect(try studio.store.progress(of: raters[1]) == (answered: 1, available: 2))
    }
  }

  @Test func ratersWhoDifferAreFound() throws {
    try Backend.memory.runStudio { studio in
      studio.rules.uniformShare = 0
      let tasks = try studio.add(count: 3, overlap: 3)
      // Items in canonical order, by task: all of one mind, two of three, all at odds.
      let said: [[Verdict]] = [
        [.first, .first, .first], [.first, .second, .first], [.first, .tie, .second],
      ]
      for (place, rater) in try studio.raters(3).enumerated() {
        while let next = try studio.next(rater) {
          let task = try #require(tasks.firstIndex { $0.id == next.task })
          let answer = StudioAnswer(.pair(said[task][place])).presented(order: next.order)
          try studio.submit(studio.submission(next, answer.content), rater: rater)
        }
      }
      let found = try studio.store.disagreements()
      #expect(found.map(\.task.id) == [tasks[2].id, tasks[1].id])
      #expect(found.map(\.disagreement) == [1, 1 - 2.0 / 6])
      #expect(found[1].counts == ["first": 2, "second": 1])
      #expect(try studio.store.disagreements(criterion: "mood").isEmpty)
      #expect(try studio.store.disagreements(limit: 1).count == 1)
    }
  }
}
