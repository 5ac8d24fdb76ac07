import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore

struct FeedbackStoreReadingTests {
  static let hostile = [
    "", "\0", "a\0b", "'; DROP TABLE prompts; --", "%s ?1 :a $b", "\u{feff}\u{200b}", "😀👨‍👩‍👧", "é",
    "e\u{301}",
    "\"\\\n\r\t\u{1}\u{7f}\u{2028}", "null", "{}", "<script>alert(1)</script>",
    String(repeating: "long 中 ", count: 130_000),
  ]

  @Test(arguments: Backend.allCases)
  func hostileStringsSurvive(backend: Backend) throws {
    try backend.run { store in
      let pairs = Self.hostile.enumerated().map { index, string in
        Pair(
          prompt: Brief(string), chosen: string + "1", rejected: string,
          criterion: "c\(index)" + string)
      }
      try store.addPreferences(pairs, rater: Self.hostile[3], origin: Self.hostile[2])
      let read: [Pair] = try store.preferences()
      #expect(read.count == pairs.count)
      for (read, pair) in zip(read, pairs) {
        #expect(Array(read.prompt.words.utf8) == Array(pair.prompt.words.utf8))
        #expect(Array(read.chosen.utf8) == Array(pair.chosen.utf8))
        #expect(Array(read.rejected.utf8) == Array(pair.rejected.utf8))
      }
      #expect(try store.preferences(of: pairs[3].criterion) == [pairs[3]])
      #expect(try store.addPreferences(pairs, rater: Self.hostile[3], origin: "").isUnchanged)
      #expect(try store.counts().raters.map(\.rater) == [Self.hostile[3]])
    }
  }

  @Test(arguments: Backend.allCases)
  func theOrderIsThatOfAdding(backend: Backend) throws {
    try backend.run { store in
      var generator = Seed(2).generator
      let pairs = (0..<200).map { _ in
        pair(Brief("\(UInt8.random(in: 0...20, using: &generator))"), "\(generator.next())", "b")
      }
      for part in [pairs[..<70], pairs[70..<71], pairs[71...]] {
        try store.addPreferences(Array(part), origin: "o")
      }
      #expect(try store.preferences() == pairs)
      var seen: Set<Brief> = []
      #expect(try store.prompts() == pairs.map(\.prompt).filter { seen.insert($0).inserted })
    }
  }

  @Test(arguments: Backend.allCases)
  func splitsFollowThePrompt(backend: Backend) throws {
    try backend.run { store in
      let pairs = (0..<1000).flatMap {
        [pair(Brief("\($0)"), "a", "b"), pair(Brief("\($0)"), "c", "d")]
      }
      try store.addPreferences(pairs, origin: "o")
      try store.addDemonstrations(
        pairs.map { Demonstration(prompt: $0.prompt, artifact: $0.chosen) }, source: "o")
      let train: [Pair] = try store.preferences(split: .train)
      let heldOut: [Pair] = try store.preferences(split: .heldOut)
      #expect(train.count + heldOut.count == 2000)
      #expect((140...260).contains(heldOut.count))
      #expect(Set(train.map(\.prompt)).isDisjoint(with: heldOut.map(\.prompt)))
      let shown: [Demonstration<Brief, String>] = try store.demonstrations(split: .heldOut)
      #expect(Set(shown.map(\.prompt)) == Set(heldOut.map(\.prompt)))
      let prompts: [Brief] = try store.prompts(split: .heldOut)
      #expect(Set(prompts) == Set(heldOut.map(\.prompt)))
      let counts = try store.counts()
      #expect(counts.pairs == .init(train: train.count, heldOut: heldOut.count))
      #expect(counts.prompts == .init(train: 1000 - prompts.count, heldOut: prompts.count))
    }
  }

  @Test func derivedSplitsAreTheSameInEveryStore() throws {
    let (forward, backward) = (try FeedbackStore.inMemory(), try FeedbackStore.inMemory())
    let prompts = (0..<100).map { Brief("\($0)") }
    try forward.addPrompts(prompts, source: "o")
    try backward.addPrompts(prompts.reversed(), source: "o")
    let (left, right): ([Brief], [Brief]) = (
      try forward.prompts(split: .heldOut), try backward.prompts(split: .heldOut)
    )
    #expect(!left.isEmpty && left == right.reversed())
  }

  @Test func aSplitThatIsGivenHoldsUntilThePromptIsKnown() throws {
    let store = try FeedbackStore.inMemory()
    try store.addPreferences([pair("p", "a", "b")], origin: "test", split: .fixed(.heldOut))
    let later = try store.addPreferences(
      [pair("p", "c", "d"), pair("q", "c", "d")], origin: "train", split: .fixed(.train))
    #expect(later.keptSplit == 1 && later.judgments == 2)
    #expect(try (store.preferences(split: .heldOut) as [Pair]).map(\.chosen) == ["a", "c"])
    #expect(try store.prompts(split: .train) == [Brief("q")])
    #expect(try store.addPrompts(["p"] as [Brief], source: "x").keptSplit == 0)
    for (share, split) in [(0, Split.train), (1, .heldOut)] as [(Double, Split)] {
      try store.addPrompts([Brief("share \(share)")], source: "x", split: .derived(heldOut: share))
      #expect(try (store.prompts(split: split) as [Brief]).last == Brief("share \(share)"))
    }
  }

  @Test func payloadsOfAnotherTypeAreNamed() throws {
    let store = try FeedbackStore.inMemory()
    try store.addPrompts([1, 2], source: "numbers")
    let error = thrown { let _: [Brief] = try store.prompts() }
    #expect(
      error?.message
        == "prompt 1 of the store in memory does not read as Brief; was it stored by another domain?"
    )
  }

  @Test func anEmptyStoreIsEmpty() throws {
    let store = try FeedbackStore.inMemory()
    #expect(try (store.preferences() as [Pair]).isEmpty)
    #expect(try (store.prompts() as [Brief]).isEmpty)
    #expect(try (store.demonstrations() as [Demonstration<Brief, String>]).isEmpty)
    #expect(try store.counts() == FeedbackCounts())
    #expect(try store.imports().isEmpty)
  }
}
