import Foundation
import GRDB
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore

struct FeedbackStorePresentationsTests {
  @Test(arguments: Backend.allCases)
  func criteriaComeBackInOrder(backend: Backend) throws {
    try backend.run { store in
      let mood = StudioCriterion(
        id: "mood", title: "Mood", question: "Which is happier?", lowest: 1, highest: 5,
        origin: .domain)
      var pace = StudioCriterion(id: "pace", title: "Pace", question: "Which is faster?")
      try store.addCriterion(mood)
      try store.addCriterion(pace)
      pace.question = "Which one is faster?"
      pace.highest = 9
      try store.addCriterion(pace)
      #expect(try store.criteria() == [mood, pace])
    }
  }

  @Test func theScaleOfRatingsStays() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(.rating, items: 1)
      try studio.answer(studio.raters(1)[0], .rating(["overall": 7]))
      var overall = try studio.store.criteria()[0]
      overall.title = "All in all"
      try studio.store.addCriterion(overall)
      overall.highest = 5
      #expect(thrown { try studio.store.addCriterion(overall) }?.code == .conflict)
      overall.id = "no spaces"
      #expect(thrown { try studio.store.addCriterion(overall) }?.code == .invalidData)
      overall.lowest = 5
      #expect(thrown { try studio.store.addCriterion(overall) }?.code == .invalidData)
    }
  }

  @Test func filesAreKnownByTheirContent() throws {
    let store = try FeedbackStore.inMemory()
    let hash = ContentHash(of: [1]).description
    let file = MediaFile(
      sha256: hash, type: "audio/wav", bytes: 44, duration: 1.5, loudness: -14.2, peak: 0.9,
      peaks: [0, 0.5, 1])
    try store.addMedia([file])
    var other = file
    other.bytes = 1
    try store.addMedia([other])
    #expect(try store.media(hash) == file)
    #expect(try store.media(ContentHash(of: [2]).description) == nil)
    other.sha256 = "../../etc/passwd"
    #expect(thrown { try store.addMedia([other]) }?.code == .invalidData)
  }

  @Test func settingsComeBack() throws {
    let store = try FeedbackStore.inMemory()
    #expect(try store.setting("title") == nil)
    try store.setSetting("title", to: ["text": "Birds"])
    try store.setSetting("title", to: ["text": "Dogs"])
    #expect(try store.setting("title") == ["text": "Dogs"])
  }

  @Test func whatWasNotPresentedIsNotShown() throws {
    let store = try FeedbackStore.inMemory()
    let rows = try store.addArtifacts(
      [Sample(prompt: Brief("p"), artifact: "a"), Sample(prompt: Brief("p"), artifact: "b")],
      origin: "model")
    let again = try store.addArtifacts([Sample(prompt: Brief("p"), artifact: "a")], origin: "other")
    #expect(again == [rows[0]])
    let draft = TaskDraft(
      kind: .pair, criteria: ["overall"], prompt: rows[0].prompt, items: rows.map(\.artifact))
    let error = thrown { try store.addTasks([draft]) }
    #expect(error?.code == .notFound)
    #expect(
      error?.message
        == "prompt \(rows[0].prompt) has no presentation; present it before it is shown.")
    try store.setPresentations(prompts: [rows[0].prompt: [.text("p")]])
    try store.setPresentations(
      artifacts: [rows[0].artifact: [.text("a")], rows[1].artifact: [.text("b")]])
    try store.addTasks([draft])
  }
}
