import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

struct FeedbackStoreScalesTests {
  private typealias BriefRanking = Ranking<Brief, String>
  private typealias BriefRating = Rating<Brief, String>

  private let ranked = [
    BriefRanking(prompt: "p", artifacts: ["a", "b", "c"]),
    BriefRanking(
      prompt: "q", artifacts: ["d", "e"], topCount: 1, weight: 0.5, criterion: "clarity"),
  ]
  private let rated = [
    BriefRating(prompt: "p", artifact: "a", value: 4, scale: .five),
    BriefRating(
      prompt: "q", artifact: "d", value: 0, scale: .desirability, weight: 0.25,
      criterion: "clarity"),
  ]

  @Test(arguments: Backend.allCases)
  func comeBackAsTheyWere(backend: Backend) throws {
    try backend.run { store in
      let rankings = try store.addRankings(ranked, origin: "test", split: .fixed(.train))
      #expect(
        rankings
          == tally {
            $0.prompts = 2
            $0.artifacts = 5
            $0.rankings = 2
          })
      let ratings = try store.addRatings(rated, origin: "test", split: .fixed(.train))
      #expect(ratings == tally { $0.ratings = 2 })
      #expect(try store.rankings() == ranked)
      #expect(try store.ratings() == rated)
      #expect(try store.rankings(of: "clarity") == [ranked[1]])
      #expect(try store.ratings(of: "clarity", split: .train) == [rated[1]])
      let none: [BriefRating] = try store.ratings(split: .heldOut)
      #expect(none.isEmpty)
      let counts = try store.counts()
      #expect(counts.rankings == .init(train: 2) && counts.ratings == .init(train: 2))
      #expect(counts.pairs.total == 0)
    }
  }

  @Test(arguments: Backend.allCases)
  func votesOfACrowdAreCountedAndNotRepeated(backend: Backend) throws {
    try backend.run { store in
      let twice = [rated[0], rated[0]]
      #expect(try store.addRatings(twice, origin: "test").repeated == 1)
      #expect(try store.addRatings(twice, origin: "test") == tally { $0.known = 2 })
      #expect(try store.counts().ratings.total == 2)
      let again = [ranked[0], ranked[0], ranked[0]]
      let added = try store.addRankings(again, origin: "test")
      #expect(added.rankings == 3 && added.repeated == 2)
      #expect(try store.addRankings(again, origin: "test").isUnchanged)
    }
  }

  @Test(arguments: Backend.allCases)
  func theLatestWordOfAPersonStands(backend: Backend) throws {
    try backend.run { store in
      func rate(_ value: Double) throws -> Tally {
        try store.addRatings(
          [BriefRating(prompt: "p", artifact: "a", value: value, scale: .five)], rater: "ada",
          kind: .person, origin: "test")
      }
      #expect(try rate(2).ratings == 1)
      #expect(try rate(2).known == 1)
      #expect(try rate(5).amended == 1)
      #expect(try rate(2).amended == 1)
      let ratings: [BriefRating] = try store.ratings()
      #expect(ratings.map(\.value) == [2])

      func rank(_ artifacts: [String]) throws -> Tally {
        try store.addRankings(
          [BriefRanking(prompt: "p", artifacts: artifacts)], rater: "ada", kind: .person,
          origin: "test")
      }
      #expect(try rank(["a", "b", "c"]).rankings == 1)
      #expect(try rank(["c", "b", "a"]).amended == 1)
      #expect(try rank(["a", "b"]).amended == 0)
      let rankings: [BriefRanking] = try store.rankings()
      #expect(rankings.map(\.artifacts) == [["c", "b", "a"], ["a", "b"]])
    }
  }

  @Test(arguments: Backend.allCases)
  func whatTeachesNothingIsRefused(backend: Backend) throws {
    try backend.run { store in
      for artifacts in [["a"], ["a", "b", "a"]] {
        let error = thrown {
          try store.addRankings(
            [BriefRanking(prompt: "p", artifacts: artifacts)], origin: "test")
        }
        #expect(error?.message.contains("a ranking has") == true)
      }
      let off = BriefRating(prompt: "p", artifact: "a", value: 6, scale: .five)
      let error = thrown { try store.addRatings([off], origin: "test") }
      #expect(error?.message.contains("off its scale") == true)
      let counts = try store.counts()
      #expect(counts == FeedbackCounts())
    }
  }

  @Test(arguments: Backend.allCases)
  func rowsAreNeverChanged(backend: Backend) throws {
    try backend.run { store in
      try store.addRankings(ranked, origin: "test")
      try store.addRatings(rated, origin: "test")
      for table in ["rankings", "places", "ratings"] {
        #expect(throws: (any Error).self) {
          try store.write { try $0.execute(sql: "DELETE FROM \(table)") }
        }
      }
    }
  }

  @Test(arguments: Backend.allCases)
  func importsCountLossesByReason(backend: Backend) throws {
    let importer = Importer<Brief, String> { json in
      let prompt = Brief(json["prompt"]?.stringValue ?? "")
      if let value = json["rating"]?.doubleValue {
        return [.rating(BriefRating(prompt: prompt, artifact: "a", value: value, scale: .five))]
      }
      let artifacts = json["order"]?.arrayValue?.compactMap(\.stringValue) ?? []
      return [.ranking(BriefRanking(prompt: prompt, artifacts: artifacts))]
    }
    try backend.run { store in
      try withFolder { folder in
        let file = try folder.with(
          "data.jsonl",
          lines: [
            #"{"prompt": "p", "rating": 3}"#, #"{"prompt": "p", "rating": 9}"#,
            #"{"prompt": "p", "order": ["a", "b"]}"#, #"{"prompt": "p", "order": ["a", "a"]}"#,
            #"{"prompt": "p", "order": ["a"]}"#, #"{"prompt": "p", "order": []}"#,
          ])
        let result = try #require(try importer.run([file], into: store).files.first)
        #expect(result.tally.ratings == 1 && result.tally.rankings == 1)
        #expect(
          result.losses == [
            .init(reason: "a rating is off its scale", count: 1, lines: [2]),
            .init(reason: "a ranking has equal artifacts", count: 1, lines: [4]),
            .init(reason: "a ranking has fewer than two artifacts", count: 2, lines: [5, 6]),
          ])
        #expect(try store.imports() == [result])
      }
    }
  }

  @Test func talliesOfEarlierImportsCanStillBeRead() throws {
    let old =
      #"{"prompts":3,"artifacts":4,"demonstrations":2,"comparisons":1,"judgments":2,"#
      + #""amended":0,"known":1,"repeated":1,"equalSides":0,"keptSplit":0}"#
    let read = try JSONDecoder().decode(Tally.self, from: Data(old.utf8))
    #expect(read.prompts == 3 && read.known == 1 && read.rankings == 0)
  }
}
