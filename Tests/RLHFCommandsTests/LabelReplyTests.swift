import Foundation
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore
@testable import RLHFCommands

@Suite("What is typed at a task") struct LabelReplyTests {
  private static let scales = [
    StudioCriterion(id: "calm", title: "Calm", question: "How calm is it?", lowest: 1, highest: 7)
  ]

  private func task(_ kind: TaskKind, items: Int = 2, labels: [String] = []) -> Assignment {
    Assignment(
      task: "t", kind: kind, criteria: kind == .rating ? ["calm"] : [], labels: labels,
      question: nil, lease: "l", expires: Date(), order: Array(0..<items), prompt: [],
      items: Array(repeating: [.text("a")], count: items), draft: nil, previous: nil)
  }

  @Test("becomes an answer of the task's kind")
  func answers() throws {
    let cases: [(TaskKind, Int, [String], String, StudioAnswer.Content)] = [
      (.pair, 2, [], "1", .pair(.first)), (.pair, 2, [], " 4 ", .pair(.bothBad)),
      (.ranking, 3, [], "2 1 1", .ranking([2, 1, 1])), (.rating, 1, [], "6", .rating(["calm": 6])),
      (.labels, 1, ["sad", "happy"], "2 1", .labels(["happy", "sad"])),
      (.labels, 1, ["sad"], "0", .labels([])),
      (.realOrGenerated, 2, [], "2", .realOrGenerated(.second)),
      (.realOrGenerated, 1, [], "2", .realOrGenerated(.generated)),
      (.comment, 1, [], "too loud", .comment("too loud")),
      (.demonstration, 0, [], "Good morning.", .demonstration("Good morning.")),
      (.review, 1, [], "2", .review(.reject, amended: nil, text: nil)),
      (.pair, 2, [], "s", .skip(reason: nil)), (.pair, 2, [], "s  odd", .skip(reason: "odd")),
    ]
    for (kind, items, labels, line, content) in cases {
      let reply = try LabelReply.parse(
        line, for: task(kind, items: items, labels: labels), scales: Self.scales)
      #expect(reply == .answer(StudioAnswer(content)), "\(kind): \(line)")
    }
    #expect(try LabelReply.parse("u", for: task(.pair), scales: []) == .undo)
    #expect(try LabelReply.parse("?", for: task(.comment), scales: []) == .help)
    #expect(try LabelReply.parse("q", for: task(.comment), scales: []) == .quit)
  }

  @Test("is refused with the keys where it means nothing")
  func refusals() {
    let cases: [(TaskKind, Int, String)] = [
      (.pair, 2, "5"), (.pair, 2, "first"), (.ranking, 3, "1 2"), (.ranking, 3, "1 2 x"),
      (.rating, 1, "8"), (.rating, 1, "nan"), (.labels, 1, "3"), (.review, 1, "3"),
    ]
    for (kind, items, line) in cases {
      let task = task(kind, items: items, labels: ["sad", "happy"])
      let error = #expect(throws: RLHFError.self, "\(kind): \(line)") {
        try LabelReply.parse(line, for: task, scales: Self.scales)
      }
      #expect(error?.code == .usage && error?.message.contains("s skip") == true)
    }
  }
}
