import Foundation
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore

/// A store with every kind of opinion, from several raters.
func variedStore() throws -> FeedbackStore {
  let table = """
    prompt,response_a,response_b,winner,rater,criterion,seconds,created,model_a,model_b,comment
    q,a,b,A,u1,overall,4.5,2024-01-02T03:04:05.250Z,m1,m2,
    q,a,b,B,u2,overall,,,m1,m2,
    q,a,b,tie,u3,overall,,,m1,m2,
    q,a,b,both bad,u4,overall,,,m1,m2,no good
    q,a,c,A,u1,harmless,,,m1,m3,
    "=SUM(A1), ""quoted""
    line",-x,@y,B,u1,overall,,,m1,m2,
    """
  let (_, _, store) = try imported("pairs.csv", table)
  try withFolder { folder in
    let ranks = try folder.with(
      "r.json",
      lines: [
        #"[{"id":"x","fields":{"prompt":"r","response_a":"a","response_b":"b","response_c":"c"},"#,
        #""responses":{"pref":[{"value":["response_c","response_a","response_b"],"user_id":"u1"},"#,
        #"{"value":["response_a","response_b","response_c"],"user_id":"u2"}],"clear":"#,
        #"[{"value":["response_b","response_a","response_c"],"user_id":"u2"}]}},"#,
        #"{"id":"y","fields":{"prompt":"q","text":"a"},"responses":{"overall":"#,
        #"[{"value":4,"user_id":"u1"},{"value":2,"user_id":"u2"},{"value":3,"user_id":"u3"}]}}]"#,
      ])
    _ = try Importer.dialogues.run([ranks], into: store)
  }
  _ = try store.addRatings(
    [
      Rating(
        prompt: Dialogue("q"), artifact: "a", value: 0, scale: .desirability, criterion: "safe")
    ], rater: "u9", origin: "m1")
  return store
}

struct FeedbackExporterTests {
  /// What each format can hold of ``variedStore()``, by the mapping of the formats: which opinions come back.
  enum Holding: CaseIterable {
    case everything, pairs, pairsWithoutBothBad

    func holds(_ line: String) -> Bool {
      switch self {
      case .everything: true
      case .pairs:
        line.contains(" first ") || line.contains(" second ") || line.contains(" tie ")
          || line.contains(" bothBad ")
      case .pairsWithoutBothBad: true
      }
    }
  }

  static let formats: [(FeedbackFormat, Holding)] = [
    (.argilla, .pairsWithoutBothBad), (.labelStudio, .everything), (.groundTruth, .everything),
    (.arena, .pairs), (.csv, .everything),
  ]

  @Test(arguments: formats)
  func whatAFormatHoldsComesBack(format: FeedbackFormat, holding: Holding) throws {
    let store = try variedStore()
    try withFolder { folder in
      let file = folder.appending(path: "out.\(format.fileExtension)")
      let manifest = try FeedbackExporter(store).run(to: file, ExportOptions(format: format))
      #expect(try ExportManifest.verify(ExportManifest.place(of: file)) == manifest)
      let back = try FeedbackStore.inMemory()
      let summary = try Importer.dialogues.run([file], into: back)
      #expect(summary.files[0].format == format)
      #expect(summary.lost == 0, "\(summary.files[0].losses)")
      var expected = try opinions(of: store).filter(holding.holds)
      if holding == .pairsWithoutBothBad {
        expected = expected.map { $0.replacing("bothBad", with: "tie") }.sorted()
        #expect(manifest.simplified["both bad is written as a tie"] == 1)
      }
      #expect(try opinions(of: back) == expected)
      let dropped = try opinions(of: store).count - expected.count
      #expect(manifest.dropped.values.reduce(0, +) == dropped)
      let again = folder.appending(path: "again.\(format.fileExtension)")
      #expect(
        try FeedbackExporter(store).run(to: again, ExportOptions(format: format)).files[0].sha256
          == manifest.files[0].sha256)
    }
  }

  @Test(arguments: [FeedbackFormat.csv, .labelStudio, .groundTruth, .arena])
  func timesModelsAndWordsComeBack(format: FeedbackFormat) throws {
    let store = try variedStore()
    func facts(_ store: FeedbackStore) throws -> [String] {
      var lines: [String] = []
      try store.read { db in
        try StoredRecords(content: .plain).forEach(db) { stored in
          guard stored.record.votes.contains(where: { $0.rater == "u4" }) else { return }
          let first = stored.record.votes[0]
          lines.append("\(stored.record.origins) \(first.created?.timeIntervalSince1970 ?? 0)")
          if format != .arena { lines.append("\(first.seconds ?? 0)") }
          if format == .csv {
            lines += stored.record.votes.compactMap(\.comment)
          }
        }
      }
      return lines
    }
    try withFolder { folder in
      let file = folder.appending(path: "out.\(format.fileExtension)")
      try FeedbackExporter(store).run(to: file, ExportOptions(format: format))
      let back = try FeedbackStore.inMemory()
      _ = try Importer.dialogues.run([file], into: back)
      #expect(try facts(back) == facts(store))
      #expect(try facts(store).first == #"["m1", "m2"] 1704164645.25"#)
    }
  }

  @Test func preferencesOfTRL() throws {
    let store = try variedStore()
    try withFolder { folder in
      let file = folder.appending(path: "out.jsonl")
      var options = ExportOptions(format: .trl)
      var manifest = try FeedbackExporter(store).run(to: file, options)
      // Four clear pairs and three for each of three rankings.
      #expect(manifest.rows == 13)
      #expect(
        manifest.dropped == [
          "a tie has no place in the format": 1, "both were bad": 1,
          "a rating of one item has no place among pairs": 4,
        ])
      let rows = try JSONLines.values(of: file).map(\.value)
      #expect(rows[0]["prompt"]?[0] == ["role": "user", "content": "q"])
      #expect(rows[0]["chosen"] == [["role": "assistant", "content": "a"]])
      #expect(rows[1]["chosen"] == [["role": "assistant", "content": "b"]])
      #expect(rows[0]["meta"]?["rater"] == "u1" && rows[0]["meta"]?["seconds"] == 4.5)
      #expect(rows.allSatisfy { $0["margin"] == nil })

      options.keepsTies = true
      manifest = try FeedbackExporter(store).run(to: file, options)
      #expect(manifest.rows == 17 && manifest.dropped.count == 1)
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.split(separator: "\n").allSatisfy { $0.contains(#""margin": 0.0"#) })

      options = ExportOptions(format: .trl)
      options.form = .implicit
      try FeedbackExporter(store).run(to: file, options)
      let implicit = try JSONLines.values(of: file)[0].value
      #expect(
        implicit["chosen"] == [
          ["role": "user", "content": "q"], ["role": "assistant", "content": "a"],
        ])
      #expect(implicit["prompt"] == nil)

      options.form = .unpaired
      manifest = try FeedbackExporter(store).run(to: file, options)
      // Two for each clear pair, and the ratings that are not in the middle.
      #expect(manifest.rows == 8 + 3)
      #expect(
        manifest.dropped["a rating in the middle of its scale is neither wanted nor unwanted"] == 1)
      #expect(manifest.dropped["a ranking has no place among single completions"] == 3)
      options.form = .explicit
      options.criterion = "harmless"
      manifest = try FeedbackExporter(store).run(to: file, options)
      #expect(manifest.rows == 1)
      let lines = try JSONLines.values(of: file).map(\.value)
      // What a domain without lists of messages would read.
      let words: JSONValue = [
        "prompt": "q", "chosen": "a", "rejected": "c", "meta": lines[0]["meta"] ?? .null,
      ]
      #expect(
        try imported("back.jsonl", words.description).opinions == ["q: a first c [harmless] u1"])
    }
  }

  @Test func formulasAreGuarded() throws {
    let store = try variedStore()
    try withFolder { folder in
      let file = folder.appending(path: "out.csv")
      try FeedbackExporter(store).run(to: file, ExportOptions(format: .csv))
      let rows = try CSVRows(file)
      var cells: [String] = []
      while let row = try rows.next() { cells += row.cells }
      #expect(cells.contains("'=SUM(A1), \"quoted\"\nline"))
      #expect(cells.contains("'-x") && cells.contains("'@y"))
      #expect(!cells.contains { "=+-@".contains($0.first ?? " ") })
    }
    for cell in ["", "a", "=a", "'", "''", "'=a", "'a", "+1", "-", "@x", "\tx", "''=x", "-é"] {
      #expect(CSVText.unguarded(CSVText.guarded(cell)) == cell)
    }
  }

  @Test func votesAreChained() throws {
    // The line of the specification and its hash.
    let fields: [String: JSONValue] = [
      "schema": "vote.v1", "vote": "0190c0de-0000-7000-8000-000000000001", "task": "t1",
      "annotator": "u1", "items": ["sha256:aa", "sha256:bb"], "order": [1, 0], "answer": "a",
    ]
    let line = HashChain.line(fields, after: HashChain.start)
    #expect(
      HashChain.hash(line).description
        == "997903a26449de6624e7e5bddca27f9d725e2987bf059013c4a3871bf5f17419")
    let store = try variedStore()
    try withFolder { folder in
      let file = folder.appending(path: "votes.jsonl")
      let manifest = try FeedbackExporter(store).run(to: file, ExportOptions(format: .votes))
      let checked = try VoteLog.verify(file)
      #expect(checked.votes == manifest.rows && manifest.rows == 13)
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      #expect(ContentHash(of: Array(lines[12].utf8)).description == checked.head)
      let ids = try JSONLines.values(of: file).compactMap { $0.value["vote"]?.stringValue }
      #expect(Set(ids).count == 13)
      #expect(ids.allSatisfy { UUID(uuidString: $0) != nil && Array($0)[14] == "7" })
      for (name, changed) in [
        ("cut", lines.dropFirst()), ("left out", lines[..<3] + lines[4...]),
        ("changed", [lines[0].replacing("\"u1\"", with: "\"u2\"")[...]] + lines[1...]),
        ("swapped", [lines[1], lines[0]] + lines[2...]),
        ("spaced", [lines[0].replacing(",\"", with: ", \"")[...]] + lines[1...]),
      ] {
        let other = try folder.with("other.jsonl", lines: changed.map(String.init))
        #expect(throws: RLHFError.self, "\(name)") { try VoteLog.verify(other) }
      }
    }
  }

  @Test func manifestsAreVerified() throws {
    let store = try variedStore()
    try withFolder { folder in
      let file = folder.appending(path: "out.json")
      var options = ExportOptions(format: .argilla)
      options.version = "1.2.3"
      options.hidesRaters = true
      let manifest = try FeedbackExporter(store).run(to: file, options)
      let place = ExportManifest.place(of: file)
      #expect(try ExportManifest.verify(place) == manifest)
      #expect(manifest.version == "1.2.3" && manifest.files.count == 2)
      #expect(try !String(contentsOf: file, encoding: .utf8).contains("=u1"))
      try Data("[]".utf8).write(to: file)
      let error = thrown { try ExportManifest.verify(place) }
      #expect(error?.message.contains("its SHA-256 differs") == true)
      try FileManager.default.removeItem(at: file)
      #expect(thrown { try ExportManifest.verify(place) }?.code == .notFound)
      options.limit = 2
      #expect(try FeedbackExporter(store).run(to: file, options).rows == 2)
      let values = try JSONValue(parsing: Data(contentsOf: file))
      #expect(values.arrayValue?.count == 2)
      #expect(
        thrown {
          try FeedbackExporter(store).run(to: file, ExportOptions(format: .humanEvaluation))
        }?.code == .unsupported)
    }
  }

  @Test(arguments: FeedbackFormat.allCases.filter(\.isExported))
  func anEmptyStoreMakesAnEmptyFile(format: FeedbackFormat) throws {
    try withFolder { folder in
      let file = folder.appending(path: "out")
      let manifest = try FeedbackExporter(.inMemory()).run(to: file, ExportOptions(format: format))
      #expect(manifest.rows == 0 && manifest.dropped.isEmpty)
      #expect(try ExportManifest.verify(ExportManifest.place(of: file)) == manifest)
    }
  }

  @Test func aFullFolderLeavesWhatWasThere() throws {
    let store = try variedStore()
    try withFolder { folder in
      let file = try folder.with("out.jsonl", lines: ["before"])
      let failing = ExportContent(
        prompt: { _ in throw RLHFError(.invalidData, "no") }, artifact: { _ in [] })
      #expect(throws: RLHFError.self) {
        try FeedbackExporter(store, content: failing).run(to: file, ExportOptions(format: .trl))
      }
      #expect(try String(contentsOf: file, encoding: .utf8) == "before\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.jsonl"])
    }
  }
}
