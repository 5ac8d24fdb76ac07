import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore

struct VoteRowRecordsTests {
  @Test func answersBecomeRecordsByCriterion() throws {
    try Backend.memory.runStudio { studio in
      try studio.store.addCriterion(
        StudioCriterion(id: "mood", title: "Mood", question: "How happy?", lowest: 1, highest: 5))
      let rows = try studio.content("p", ["one", "three"])
      let real = StudioAnswer(.realOrGenerated(.second))
      try studio.store.addTasks([
        TaskDraft(kind: .pair, criteria: ["mood"], prompt: rows.prompt, items: rows.items),
        TaskDraft(
          kind: .rating, criteria: ["overall", "mood"], prompt: rows.prompt, items: [rows.items[0]]),
        TaskDraft(
          kind: .realOrGenerated, prompt: rows.prompt, items: rows.items, gold: real),
        TaskDraft(kind: .comment, prompt: rows.prompt, items: rows.items),
        TaskDraft(
          kind: .labels, prompt: rows.prompt, items: [rows.items[0]], labels: ["happy", "sad"]),
      ])
      let rater = try studio.raters(1)[0]
      while let next = try studio.next(rater) {
        let content: StudioAnswer.Content =
          switch next.kind {
          case .pair: .pair(.first)
          case .rating: .rating(["overall": 7, "mood": 2])
          case .realOrGenerated: .realOrGenerated(.first)
          case .labels: .skip(reason: nil)
          default: .comment("x")
          }
        try studio.submit(
          studio.submission(next, StudioAnswer(content).presented(order: next.order).content),
          rater: rater)
      }
      let records = try studio.store.voteRecords().sorted { "\($0.answer)" < "\($1.answer)" }
      #expect(
        records.map { "\($0.criterion) \($0.answer)" } == [
          "realOrGenerated guess(isRight: false, isReal: false)", "mood rating(2.0)",
          "overall rating(7.0)", "labels skip", "mood verdict(RLHFCore.Verdict.first)",
        ])
      let verdict = try #require(records.last)
      #expect(verdict.items.map(\.length) == [3, 5])
      #expect(verdict.items.map(\.source) == ["model", "model"])
      #expect(verdict.items.map(\.id) == rows.items.map(String.init))
      #expect(verdict.rater == "\(rater)")
      #expect(verdict.seconds == 4.5)
      #expect(verdict.date == studio.now)
      // What is real is no check of the rater.
      #expect(records.allSatisfy { $0.gold == nil })
      #expect(try studio.store.studioProgress().tasks == 5)
    }
  }

  @Test func checksHaveTheirRightAnswer() throws {
    try Backend.memory.runStudio { studio in
      studio.rules.goldShare = 1
      try studio.add(gold: StudioAnswer(.pair(.second)))
      try studio.answer(studio.raters(1)[0], .pair(.tie))
      let record = try #require(try studio.store.voteRecords().first)
      #expect(record.gold == .verdict(.second))
      #expect(record.isRight == false)
    }
  }
}
