import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

struct ProjectionTests {
  private func ranked(_ ranks: [Int]) -> [Projection] {
    Projection.of(
      StudioAnswer(.ranking(ranks)),
      TaskDraft(
        kind: .ranking, criteria: ["overall"], prompt: 1, items: ranks.indices.map(Int64.init)),
      scales: [:])
  }

  @Test func rankingsWithoutTiesAreRankings() {
    #expect(
      ranked([2, 1, 3]) == [.ranking([1, 0, 2], criterion: "overall", topCount: nil)])
  }

  @Test func tiesAtTheEndAreNoOrder() {
    #expect(
      ranked([3, 1, 3, 2]) == [.ranking([1, 3, 0, 2], criterion: "overall", topCount: 2)])
  }

  @Test func ofTiesFurtherUpTheStrictPairsTeach() {
    let pairs = ranked([1, 2, 2, 4]).map { projection -> String in
      guard case .judgment(let first, let second, _, let verdict, let confidence) = projection
      else { return "?" }
      #expect(confidence == 0.2)
      return verdict == .first ? "\(first)\(second)" : "\(second)\(first)"
    }
    #expect(pairs == ["01", "02", "03", "13", "23"])
  }

  @Test func ofEqualItemsNothingIsLearnt() {
    #expect(ranked([1, 1, 1]).isEmpty)
  }

  @Test func rankingsAreReadAndAmendedAndWithdrawn() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(.ranking, items: 3)
      let rater = try studio.raters(1)[0]
      let assignment = try #require(try studio.next(rater))
      func rankings() throws -> [Ranking<Brief, String>] { try studio.store.rankings() }
      func pairs() throws -> [Pair] { try studio.store.preferences() }
      let shown = assignment.order.map { "p0 item \($0)" }

      let first = try studio.submit(
        studio.submission(assignment, .ranking([2, 1, 3])), rater: rater
      )
      .stored()
      #expect(try rankings().map(\.artifacts) == [[shown[1], shown[0], shown[2]]])
      #expect(try rankings()[0].topCount == nil)

      let second = try studio.submit(
        studio.submission(assignment, .ranking([1, 1, 2]), supersedes: first.id), rater: rater
      ).stored()
      #expect(try rankings().isEmpty)
      #expect(try studio.store.counts().rankings.total == 0)
      let taught = try pairs()
      #expect(Set(taught.map(\.chosen)) == [shown[0], shown[1]])
      #expect(taught.allSatisfy { $0.rejected == shown[2] && $0.weight == 0.5 })

      let third = try studio.submit(
        studio.submission(assignment, .ranking([1, 2, 2]), supersedes: second.id), rater: rater
      ).stored()
      #expect(try pairs().isEmpty)
      #expect(try rankings().map(\.artifacts.first) == [shown[0]])
      #expect(try rankings()[0].topCount == 1)

      try studio.withdraw(third.id, rater: rater)
      #expect(try pairs().isEmpty && rankings().isEmpty)
      #expect(try studio.store.counts().rankings.total == 0)
    }
  }

  @Test func ratingsAreReadAndAmendedAndWithdrawn() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(.rating, items: 1)
      let rater = try studio.raters(1)[0]
      let assignment = try #require(try studio.next(rater))
      func values() throws -> [Double] {
        let ratings: [Rating<Brief, String>] = try studio.store.ratings()
        #expect(ratings.allSatisfy { $0.scale.lowest == 1 && $0.scale.highest == 7 })
        return ratings.map(\.value)
      }
      let first = try studio.submit(
        studio.submission(assignment, .rating(["overall": 6])), rater: rater
      ).stored()
      #expect(try values() == [6])
      let second = try studio.submit(
        studio.submission(assignment, .rating(["overall": 2]), supersedes: first.id), rater: rater
      ).stored()
      #expect(try values() == [2])
      try studio.withdraw(second.id, rater: rater)
      #expect(try values().isEmpty)
      #expect(try studio.store.counts().ratings.total == 0)
    }
  }

  @Test func demonstrationsAreReadAndAmendedAndWithdrawn() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(.demonstration, items: 0, overlap: 2)
      let raters = try studio.raters(2)
      func texts() throws -> [String] {
        let demonstrations: [Demonstration<Brief, String>] = try studio.store.demonstrations()
        #expect(try studio.store.counts().demonstrations.total == demonstrations.count)
        return demonstrations.map(\.artifact)
      }
      let (one, two) = try (
        #require(try studio.next(raters[0])), #require(try studio.next(raters[1]))
      )
      let first = try studio.submit(
        studio.submission(one, .demonstration("Robin")), rater: raters[0]
      ).stored()
      #expect(try texts() == ["Robin"])
      let second = try studio.submit(
        studio.submission(one, .demonstration("Wren"), supersedes: first.id), rater: raters[0]
      ).stored()
      #expect(try texts() == ["Wren"])
      let other = try studio.submit(
        studio.submission(two, .demonstration("Wren")), rater: raters[1]
      ).stored()
      try studio.withdraw(second.id, rater: raters[0])
      #expect(try texts() == ["Wren"])
      try studio.withdraw(other.id, rater: raters[1])
      #expect(try texts().isEmpty)
      let again = try #require(try studio.next(raters[0]))
      try studio.submit(studio.submission(again, .demonstration("Robin")), rater: raters[0])
      #expect(try texts() == ["Robin"])
    }
  }

  @Test func importedDemonstrationsStayWhoeverWritesThemToo() throws {
    try Backend.memory.runStudio { studio in
      try studio.store.addDemonstrations(
        [Demonstration(prompt: Brief("p0"), artifact: "Robin")], source: "file")
      let row = try studio.content("p0", ["Robin"])
      try studio.store.addTasks([
        TaskDraft(kind: .demonstration, prompt: row.prompt, items: row.items)
      ])
      let rater = try studio.raters(1)[0]
      let answer = try studio.answer(rater, .demonstration("Robin"))
      try studio.withdraw(answer.id, rater: rater)
      #expect(try studio.store.counts().demonstrations.total == 1)
    }
  }

  @Test func otherKindsStayAnswers() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(.labels, items: 1, labels: ["happy", "sad"], named: "l")
      try studio.add(.realOrGenerated, items: 2, named: "r")
      try studio.add(.comment, items: 1, named: "c")
      let rater = try studio.raters(1)[0]
      for _ in 0..<3 {
        let assignment = try #require(try studio.next(rater))
        let content: StudioAnswer.Content =
          switch assignment.kind {
          case .labels: .labels(["sad"])
          case .realOrGenerated: .realOrGenerated(.second)
          default: .comment("too loud")
          }
        try studio.submit(studio.submission(assignment, content), rater: rater)
      }
      #expect(try studio.store.votes().count == 3)
      let counts = try studio.store.counts()
      #expect(counts.pairs.total + counts.rankings.total + counts.ratings.total == 0)
    }
  }
}
