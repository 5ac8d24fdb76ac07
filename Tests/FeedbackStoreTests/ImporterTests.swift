import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore

extension Importer where Prompt == Brief, Artifact == String {
  /// Understands `{"prompt", "good", "bad"}` and `{"prompt", "shown": […]}`.
  static var sample: Importer<Brief, String> {
    Importer { json in
      guard let words = json["prompt"]?.stringValue else {
        throw RLHFError(.invalidData, "'prompt' is missing; expected a string.")
      }
      if let shown = json["shown"]?.arrayValue {
        return shown.map {
          .demonstration(Demonstration(prompt: Brief(words), artifact: $0.stringValue ?? ""))
        }
      }
      guard let good = json["good"]?.stringValue, let bad = json["bad"]?.stringValue else {
        return [.prompt(Brief(words))]
      }
      if good.isEmpty || bad.isEmpty { throw UnusableRecord("a side is empty") }
      return [.preference(pair(Brief(words), good, bad))]
    }
  }
}

struct ImporterTests {
  private let importer = Importer<Brief, String>.sample

  private static let lines = [
    #"{"prompt": "p", "good": "a", "bad": "b"}"#,
    #"{"prompt": "p", "good": "a", "bad": "a"}"#,
    #"{"prompt": "p", "good": "", "bad": "a"}"#,
    "",
    #"{"prompt": "q", "shown": ["x", "y"]}"#,
    #"{"prompt": "q", "shown": []}"#,
    #"{"prompt": "p", "good": "a", "bad": "b"}"#,
    #"{"prompt": "p", "good": "c", "bad": "c"}"#,
    #"{"prompt": "r"}"#,
  ]

  @Test(arguments: Backend.allCases, [false, true])
  func recordsAndLossesAreCounted(backend: Backend, isPacked: Bool) throws {
    try backend.run { store in
      try withFolder { folder in
        let content = Array((Self.lines.joined(separator: "\r\n")).utf8)
        let file = try folder.with("data.jsonl", isPacked ? gzip(content) : content)
        let summary = try importer.run([file], into: store)
        let result = try #require(summary.files.first)
        #expect(result.lines == 8 && summary.lost == 4 && !result.isRepetition)
        #expect(result.contentHash == (try ContentHash(ofFile: file)).description)
        #expect(
          result.losses == [
            .init(reason: "the two sides are equal", count: 2, lines: [2, 8]),
            .init(reason: "a side is empty", count: 1, lines: [3]),
            .init(reason: "the record holds nothing to learn from", count: 1, lines: [6]),
          ])
        #expect(
          summary.tally
            == tally {
              $0.prompts = 3
              $0.artifacts = 4
              $0.demonstrations = 2
              $0.comparisons = 1
              $0.judgments = 2
              $0.repeated = 1
            })
        #expect(try store.imports() == [result])
      }
    }
  }

  @Test(arguments: Backend.allCases)
  func importingAgainAddsNothing(backend: Backend) throws {
    try backend.run { store in
      try withFolder { folder in
        let file = try folder.with("data.jsonl", lines: Self.lines)
        try importer.run([file], into: store)
        let counts = try store.counts()
        let copy = try folder.with("copy.jsonl.gz", gzip(Array(Data(contentsOf: file))))
        for again in [
          try importer.run([file], into: store), try importer.run([copy, file], into: store),
        ] {
          #expect(again.tally.isUnchanged && again.tally.known == 5 * again.files.count)
          #expect(again.files.last?.isRepetition == true)
          #expect(again.lost == 4 * again.files.count)
        }
        #expect(try store.counts() == counts)
        #expect(try store.imports().count == 4)
      }
    }
  }

  @Test(arguments: Backend.allCases)
  func aLineThatIsNotJSONStopsEverything(backend: Backend) throws {
    try backend.run { store in
      try withFolder { folder in
        let good = try folder.with("good.jsonl", lines: Self.lines)
        let bad = try folder.with("bad.jsonl", lines: [Self.lines[0], "{", Self.lines[8]])
        let error = thrown { _ = try importer.run([good, bad], into: store) }
        #expect(
          error?.message.hasPrefix(
            "\(bad.path):2: not JSON: the line found the end, expected the name of a member")
            == true)
        #expect(try store.counts() == FeedbackCounts())
        #expect(try store.imports().isEmpty)

        var options = ImportOptions()
        options.skipsInvalid = true
        let summary = try importer.run([good, bad], into: store, options: options)
        #expect(summary.files[1].losses == [.init(reason: "not JSON", count: 1, lines: [2])])
      }
    }
  }

  @Test func aLineOfNoKnownFormIsLocated() throws {
    let store = try FeedbackStore.inMemory()
    try withFolder { folder in
      let file = try folder.with("a.jsonl", lines: [Self.lines[0], #"{"x": 1}"#])
      let error = thrown { _ = try importer.run([file], into: store) }
      #expect(error?.code == .invalidData)
      #expect(error?.message == "\(file.path):2: 'prompt' is missing; expected a string.")
      var options = ImportOptions()
      options.skipsInvalid = true
      let summary = try importer.run([file], into: store, options: options)
      #expect(
        summary.files[0].losses == [.init(reason: "not of a known form", count: 1, lines: [2])])
    }
  }

  @Test func strictImportsStopAtTheFirstLoss() throws {
    let store = try FeedbackStore.inMemory()
    try withFolder { folder in
      let file = try folder.with("a.jsonl", lines: Self.lines)
      var options = ImportOptions()
      options.isStrict = true
      let error = thrown { _ = try importer.run([file], into: store, options: options) }
      #expect(
        error?.message == "\(file.path):2: the record cannot be used: the two sides are equal.")
      #expect(try store.counts() == FeedbackCounts())
    }
  }

  @Test func aFileWithNothingToUseIsAnError() throws {
    let store = try FeedbackStore.inMemory()
    try withFolder { folder in
      let equal = [String](repeating: Self.lines[1], count: 7)
      let file = try folder.with("a.jsonl", lines: equal + [Self.lines[2]])
      #expect(
        thrown { _ = try importer.run([file], into: store) }?.message
          == "\(file.path) holds nothing that can be used: the two sides are equal (7, line 1, 2, 3, 4, 5, …); "
          + "a side is empty (1, line 8).")
      let empty = try folder.with("empty.jsonl", lines: [])
      #expect(
        thrown { _ = try importer.run([empty], into: store) }?.message
          == "\(empty.path) is empty; expected one JSON object per line.")
      let none = folder.appending(path: "none.jsonl")
      #expect(thrown { _ = try importer.run([none], into: store) }?.code == .notFound)
    }
  }

  @Test func allRecordsOfALineShareASplit() throws {
    let store = try FeedbackStore.inMemory()
    let importer = Importer<Brief, String> { json in
      (0..<5).map { .prompt(Brief("\(json["id"]?.integerValue ?? 0) part \($0)")) }
    }
    try withFolder { folder in
      let file = try folder.with("a.jsonl", lines: (0..<200).map { "{\"id\": \($0)}" })
      try importer.run([file], into: store)
      let heldOut: [Brief] = try store.prompts(split: .heldOut)
      #expect((5 * 8...5 * 35).contains(heldOut.count))
      for (_, parts) in Dictionary(grouping: heldOut, by: { $0.words.split(separator: " ")[0] }) {
        #expect(parts.count == 5)
      }
      var options = ImportOptions(split: .fixed(.heldOut), rater: "crowd", source: "given")
      #expect(
        try importer.run([file], into: store, options: options).tally.keptSplit == 1000
          - heldOut.count)
      options.split = .standard
      #expect(try importer.run([file], into: store, options: options).tally.keptSplit == 0)
    }
  }

  @Test func progressIsToldAndMayStopTheImport() throws {
    let store = try FeedbackStore.inMemory()
    try withFolder { folder in
      let lines = (0..<1000).map { "{\"prompt\": \"\($0)\"}" }
      let file = try folder.with("a.jsonl", lines: lines)
      var seen: [ImportProgress] = []
      try importer.run([file], into: store) { seen.append($0) }
      #expect(seen.map(\.lines) == [256, 512, 768])
      #expect(seen.allSatisfy { $0.size == (lines.map { $0.utf8.count + 1 }.reduce(0, +)) })
      #expect(seen.allSatisfy { $0.file == file.path && $0.bytes > 0 && $0.bytes <= $0.size })

      let other = try FeedbackStore.inMemory()
      let error = thrown {
        try importer.run([file], into: other) { _ in throw RLHFError(.cancelled, "stopped") }
      }
      #expect(error?.code == .cancelled)
      #expect(try other.counts() == FeedbackCounts())
    }
  }

  @Test func summariesSurviveJSON() throws {
    let store = try FeedbackStore.inMemory()
    try withFolder { folder in
      let file = try folder.with("a.jsonl", lines: Self.lines)
      let summary = try importer.run([file], into: store)
      #expect(
        try JSONDecoder().decode(ImportSummary.self, from: JSONEncoder().encode(summary)) == summary
      )
    }
  }
}
