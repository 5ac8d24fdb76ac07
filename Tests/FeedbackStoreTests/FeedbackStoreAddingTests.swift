import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore

struct FeedbackStoreAddingTests {
  @Test(arguments: Backend.allCases)
  func recordsComeBackAsTheyWent(backend: Backend) throws {
    try backend.run { store in
      let briefs = [Brief("winter morning", size: 0.1), Brief("harbour"), Brief("winter")]
      #expect(try store.addPrompts(briefs, source: "own") == tally { $0.prompts = 3 })
      #expect(try store.prompts() == briefs)
      let shown = briefs.map { Demonstration(prompt: $0, artifact: "like " + $0.words) }
      #expect(
        try store.addDemonstrations(shown, source: "own")
          == tally {
            $0.artifacts = 3
            $0.demonstrations = 3
          })
      #expect(try store.demonstrations() == shown)
      var pairs = [pair(briefs[2], "a", "b"), pair("new", "c", "d"), pair(briefs[0], "b", "a")]
      pairs[1].margin = 1.5
      pairs[1].weight = 0.25
      pairs[2].criterion = "calm"
      #expect(
        try store.addPreferences(pairs, origin: "file")
          == tally {
            $0.prompts = 1
            $0.artifacts = 6
            $0.comparisons = 3
            $0.judgments = 3
          })
      #expect(try store.preferences() == pairs)
      #expect(try store.preferences(of: "calm") == [pairs[2]])
      #expect(try store.prompts() == briefs + ["new"])
      try store.checkIntegrity()
    }
  }

  @Test(arguments: Backend.allCases)
  func addingTwiceAddsOnce(backend: Backend) throws {
    try backend.run { store in
      for round in 0..<3 {
        let prompts = try store.addPrompts(["a", "b", "a"] as [Brief], source: "x")
        #expect(prompts.known == (round == 0 ? 1 : 3))
        let shown = try store.addDemonstrations(
          [
            Demonstration(prompt: Brief("a"), artifact: "1"),
            Demonstration(prompt: "a", artifact: "1"),
          ],
          source: "y")
        #expect(shown.known == (round == 0 ? 1 : 2))
        let pairs = try store.addPreferences([pair("a", "1", "2")], origin: "z")
        #expect([prompts, shown, pairs].allSatisfy { $0.isUnchanged } == (round > 0))
      }
      let counts = try store.counts()
      #expect(counts.prompts.total == 2 && counts.demonstrations.total == 1)
      #expect(counts.comparisons.total == 1 && counts.pairs.total == 1 && counts.artifacts == 2)
    }
  }

  @Test(arguments: Backend.allCases)
  func votesOfACrowdAreKeptAsOftenAsTheyWereGiven(backend: Backend) throws {
    try backend.run { store in
      let (ayes, no) = (pair("p", "a", "b"), pair("p", "b", "a"))
      let votes = [ayes, ayes, no, ayes]
      let first = try store.addPreferences(votes, origin: "crowd")
      #expect(first.judgments == 4 && first.repeated == 2 && first.known == 0)
      #expect(try store.addPreferences(votes, origin: "again").isUnchanged)
      let more = try store.addPreferences(votes + [ayes], origin: "more")
      #expect(more.judgments == 1 && more.known == 4)
      #expect(try store.preferences() == votes + [ayes])
    }
  }

  @Test(arguments: Backend.allCases)
  func aRaterJudgesOnceAndMayAmend(backend: Backend) throws {
    try backend.run { store in
      let sides = [Comparison(prompt: Brief("p"), first: "a", second: "b")]
      func say(_ judgment: Judgment, _ rater: String = "ada", criterion: String = "overall") throws
        -> Tally
      {
        try store.addJudged(
          sides, judgments: [judgment], rater: rater, kind: .person, criterion: criterion,
          origin: "own", round: 1)
      }
      #expect(try say(Judgment(.first)).judgments == 1)
      #expect(try say(Judgment(.first)) == tally { $0.known = 1 })
      let change = try say(Judgment(.second, margin: 2, confidence: 0.5))
      #expect(change.judgments == 1 && change.amended == 1 && change.comparisons == 0)
      #expect(try say(Judgment(.first), "ben").amended == 0)
      #expect(try say(Judgment(.tie), criterion: "calm").amended == 0)
      let pairs: [Pair] = try store.preferences(of: "overall")
      #expect(
        pairs == [
          Pair(prompt: "p", chosen: "b", rejected: "a", margin: 2, weight: 0.5),
          pair("p", "a", "b"),
        ])
      #expect(try say(Judgment(.skip)).amended == 1)
      #expect(try say(Judgment(.first)).amended == 1)
      let counts = try store.counts()
      #expect(counts.superseded == 3 && counts.pairs.total == 3 && counts.ties == 1)
      #expect(
        counts.raters == [
          .init(rater: "ada", kind: .person, judgments: 2),
          .init(rater: "ben", kind: .person, judgments: 1),
        ])
    }
  }

  @Test(arguments: Backend.allCases)
  func everyVerdictIsKept(backend: Backend) throws {
    try backend.run { store in
      let verdicts = Verdict.allCases
      let sides = verdicts.indices.map {
        Comparison(prompt: Brief("\($0)"), first: "a", second: "b")
      }
      let judgments = verdicts.map { Judgment($0) }
      try store.addJudged(
        sides, judgments: judgments, rater: "scripted-x", kind: .scripted, origin: "o", round: 0)
      let pairs: [Pair] = try store.preferences()
      #expect(pairs == zip(sides, judgments).compactMap { PreferencePair($0, $1) })
      let counts = try store.counts()
      #expect(counts.comparisons.total == 5 && counts.pairs.total == 4)
      #expect(counts.ties == 2 && counts.skips == 1)
    }
  }

  @Test(arguments: [1, 0.5, 0.75, 0.25, 0])
  func softLabels(label: Double) throws {
    let store = try FeedbackStore.inMemory()
    var soft = pair("p", "a", "b")
    soft.label = label
    try store.addPreferences([soft], origin: "o")
    try store.addPreferences([soft], rater: "model", kind: .model, origin: "o")
    #expect(try store.preferences() == [soft, soft])
    #expect(try store.counts().ties == (label == 0.5 ? 2 : 0))
  }

  @Test func equalSidesAreCountedAndNotKept() throws {
    let store = try FeedbackStore.inMemory()
    let sides = [Comparison(prompt: Brief("p"), first: "a", second: "a")]
    let judged = try store.addJudged(
      sides, judgments: [Judgment(.tie)], rater: "r", kind: .scripted, origin: "o", round: 0)
    #expect(judged == tally { $0.equalSides = 1 })
    let imported = try store.addPreferences(
      [pair("p", "a", "a"), pair("p", "a", "b")], origin: "o")
    #expect(imported.equalSides == 1 && imported.judgments == 1)
    // Equal to Swift, but not the same characters.
    #expect(try store.addPreferences([pair("p", "e\u{301}", "é")], origin: "o").judgments == 1)
    #expect(try store.counts().prompts.total == 1)
  }

  @Test func roundsAreKeptApart() throws {
    let store = try FeedbackStore.inMemory()
    for round in 1...3 {
      try store.addJudged(
        [
          Comparison(prompt: Brief("p"), first: "a", second: "b"),
          Comparison(prompt: Brief("p"), first: "a", second: "\(round)"),
        ], judgments: [Judgment(.first), Judgment(.second)], rater: "r", kind: .scripted,
        origin: "policy", round: round)
    }
    let later: [Pair] = try store.preferences(rounds: 2...3)
    #expect(later.map(\.chosen) == ["a", "2", "a", "3"])
    #expect(try (store.preferences(rounds: 4...9) as [Pair]).isEmpty)
    #expect(try (store.preferences() as [Pair]).count == 6)
    #expect(try store.counts().latestRound == 3)
    #expect(try store.counts().artifacts == 5)
  }

  @Test func impossibleNumbersAreRefusedAsAWhole() throws {
    let store = try FeedbackStore.inMemory()
    for set in [
      { $0.label = 1.5 }, { $0.margin = .nan }, { $0.weight = -1 }, { $0.weight = .infinity },
    ]
      as [(inout Pair) -> Void]
    {
      var bad = pair("bad", "a", "b")
      set(&bad)
      let error = thrown { try store.addPreferences([pair("good", "a", "b"), bad], origin: "o") }
      #expect(error?.code == .invalidData)
    }
    let sides = [Comparison(prompt: Brief("p"), first: "a", second: "b")]
    for judgment in [Judgment(.first, margin: .infinity), Judgment(.first, confidence: .nan)] {
      let error = thrown {
        try store.addJudged(
          sides, judgments: [judgment], rater: "r", kind: .model, origin: "o", round: 0)
      }
      #expect(error?.message == "the rater 'r' gave a confidence or margin that is out of range.")
    }
    let infinite = thrown { try store.addPrompts([Brief("p", size: .infinity)], source: "o") }
    #expect(infinite?.message == "a Brief has no form in JSON; are all its numbers finite?")
    #expect(try store.counts() == FeedbackCounts())
  }

  @Test func aRaterIsOfOneKind() throws {
    let store = try FeedbackStore.inMemory()
    try store.addPreferences([pair("p", "a", "b")], rater: "x", kind: .model, origin: "o")
    let error = thrown {
      try store.addPreferences([pair("p", "a", "b")], rater: "x", kind: .person, origin: "o")
    }
    #expect(
      error?.message
        == "the rater 'x' is of the kind 'model' in this store, not 'person'. Use another name.")
  }
}
