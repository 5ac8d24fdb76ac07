import Foundation
import GRDB
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore

struct FeedbackStoreTasksTests {
  @Test(arguments: Backend.allCases)
  func tasksComeBackAsTheyWere(backend: Backend) throws {
    try backend.runStudio { studio in
      let rows = try studio.content("p", ["a", "b"])
      let draft = TaskDraft(
        kind: .pair, criteria: ["overall"], prompt: rows.prompt, items: rows.items.reversed(),
        question: "Which one?", overlap: 3, gold: StudioAnswer(.pair(.tie)), origin: "model 7",
        round: 2)
      let task = try studio.store.addTasks([draft], now: studio.now)[0]
      #expect(task.draft == draft)
      #expect(try studio.store.task(task.id) == task)
      #expect(try studio.store.task("\(task.row)") == nil)
    }
  }

  @Test func tasksThatCannotBeAnsweredAreRefused() throws {
    try Backend.memory.runStudio { studio in
      let rows = try studio.content("p", (0..<9).map { "\($0)" })
      let other = try studio.content("q", ["x"])
      func message(_ change: (inout TaskDraft) -> Void) -> String? {
        var draft = TaskDraft(
          kind: .pair, criteria: ["overall"], prompt: rows.prompt, items: Array(rows.items[..<2]))
        change(&draft)
        return thrown { try studio.store.addTasks([draft]) }?.message
      }
      #expect(
        message { $0.items.removeLast() }
          == "a task of the kind 'pair' has 1 items; expected 2 to 2.")
      #expect(
        message {
          $0.kind = .ranking
          $0.items = rows.items
        } == "a task of the kind 'ranking' has 9 items; expected 2 to 8.")
      #expect(
        message { $0.items = [rows.items[0], rows.items[0]] }
          == "a task of the kind 'pair' has an item twice.")
      #expect(
        message { $0.criteria = [] } == "a task of the kind 'pair' has 0 criteria; expected one.")
      #expect(
        message { $0.overlap = 0 }
          == "a task of the kind 'pair' has the overlap 0; expected 1 to 10000.")
      #expect(
        message { $0.items[1] = other.items[0] }
          == "artifact \(other.items[0]) was not made for prompt \(rows.prompt) of the task.")
      #expect(
        message { $0.gold = StudioAnswer(.comment("x")) }
          == "the answer is of the kind 'comment'; the task asks for 'pair'.")
      #expect(
        message { $0.gold = StudioAnswer(.skip(reason: nil)) }
          == "a review or a skip cannot be the right answer of a task.")
      #expect(
        message { $0.repeatOf = 1 }
          == "a task is a repetition of another; the store makes those by itself.")
      #expect(
        message { $0.subject = "x" }
          == "a task of the kind 'pair' is about an answer if it is a review only.")
      #expect(
        message {
          $0.kind = .rating
          $0.items.removeLast()
          $0.criteria = ["unknown"]
        } == "the criterion 'unknown' has no scale; add the criterion first.")
      #expect(
        message {
          $0.kind = .labels
          $0.items.removeLast()
          $0.labels = ["one"]
        } == "a task of the kind 'labels' has fewer than two labels, or one twice.")
      #expect(try studio.store.openTasks(kind: .pair).isEmpty)
    }
  }

  @Test func unjudgedComparisonsBecomeTasksOnce() throws {
    try Backend.memory.runStudio { studio in
      let store = studio.store
      try store.addComparisons(
        (0..<4).map { Comparison(prompt: Brief("p\($0)"), first: "a", second: "b") }
          + [Comparison(prompt: Brief("p0"), first: "same", second: "same")],
        first: "old", second: "new", round: 3)
      try store.addPreferences(
        [pair("judged", "a", "b")], rater: "x", kind: .person, origin: "o", round: 3)
      func present(_ criterion: String) throws {
        let prompts: [StoredValue<Brief>] = try store.unpresentedPrompts(forUnjudged: criterion)
        let artifacts: [StoredValue<String>] = try store.unpresentedArtifacts(
          forUnjudged: criterion)
        for prompt in prompts {
          try store.setPresentations(prompts: [prompt.row: [.text(prompt.value.words)]])
        }
        for artifact in artifacts {
          try store.setPresentations(artifacts: [artifact.row: [.text(artifact.value)]])
        }
      }
      #expect(try store.addPairTasks(forUnjudged: "overall") == 0)
      try present("overall")
      #expect(try store.addPairTasks(forUnjudged: "overall", overlap: 2) == 4)
      #expect(try store.addPairTasks(forUnjudged: "overall", overlap: 2) == 0)
      #expect(try store.addPairTasks(forUnjudged: "mood") == 4)
      try present("mood")
      #expect(try store.addPairTasks(forUnjudged: "mood") == 1)
      let tasks = try store.openTasks(kind: .pair, criterion: "overall")
      #expect(tasks.map(\.draft.round) == [3, 3, 3, 3])
      #expect(tasks.map(\.draft.overlap) == [2, 2, 2, 2])
      // Which task comes first would be drawn anew for each store.
      studio.rules.uniformShare = 0
      try store.setPriorities([tasks[0].row: 1])
      let answer = try studio.answer(studio.raters(1)[0], .pair(.first))
      let vote = try #require(try store.answer(answer.id))
      #expect(vote.origins == ["old", "new"])
      #expect(vote.lengths == [1, 1])
      #expect(vote.round == 3)
      // The answer went to the comparison that was there.
      #expect(try store.counts().comparisons.total == 5)
    }
  }

  @Test func prioritiesAreNumbers() throws {
    try Backend.memory.runStudio { studio in
      let task = try studio.add()[0]
      #expect(
        thrown { try studio.store.setPriorities([task.row: .infinity]) }?.code == .invalidData)
    }
  }

  @Test(arguments: ["tasks", "items", "answers", "authors", "audit"])
  func whatIsSaidIsNeverChanged(table: String) throws {
    try Backend.memory.runStudio { studio in
      try studio.add()
      try studio.add(.demonstration, items: 0, named: "d")
      let rater = try studio.store.addAccount(name: "r", role: .rater, actor: "x").rater
      for _ in 0..<2 {
        let assignment = try #require(try studio.next(rater))
        let content: StudioAnswer.Content =
          assignment.kind == .pair ? .pair(.first) : .demonstration("x")
        try studio.submit(studio.submission(assignment, content), rater: rater)
      }
      let column = try studio.store.read {
        try #require(try $0.columns(in: table).last?.name)
      }
      for sql in ["DELETE FROM \(table)", "UPDATE \(table) SET \(column) = \(column)"] {
        let error = thrown { try studio.store.write { try $0.execute(sql: sql) } }
        let cause = "\(error?.cause as Any)"
        #expect(cause.contains("feedback is only ever added"))
      }
    }
  }
}
