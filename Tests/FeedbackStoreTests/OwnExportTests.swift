import Foundation
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore

/// What people answered in the Studio, written out and read back.
struct OwnExportTests {
  /// A store in which two people compared, ordered and rated, and one of them changed a vote.
  private func answered() async throws -> FeedbackStore {
    let store = try FeedbackStore.inMemory()
    let fixture = try StudioFixture(store)
    let rows = try store.addArtifacts(
      ["a", "b", "c"].map { Sample(prompt: Dialogue("q"), artifact: $0) }, origin: "m1", round: 2)
    try store.setPresentations(
      prompts: [rows[0].prompt: [.text("q")]],
      artifacts: Dictionary(
        zip(rows.map(\.artifact), ["a", "b", "c"]).map { ($0, [.text($1)]) },
        uniquingKeysWith: { $1 }))
    let items = rows.map(\.artifact)
    func draft(_ kind: TaskKind, _ items: [Int64], gold: StudioAnswer? = nil) -> TaskDraft {
      TaskDraft(
        kind: kind, criteria: ["overall"], prompt: rows[0].prompt, items: items, overlap: 2,
        gold: gold, round: 2)
    }
    try store.addTasks([
      draft(.pair, [items[0], items[1]]), draft(.pair, [items[2], items[1]]),
      draft(.ranking, items), draft(.rating, [items[2]]),
    ])
    let writer = SubmissionWriter(store: store)
    for (number, rater) in try fixture.raters(2).enumerated() {
      while let task = try await writer.nextTask(for: rater, rules: fixture.rules, now: fixture.now)
      {
        let said: StudioAnswer.Content =
          switch task.kind {
          case .pair: .pair(number == 0 ? .first : .bothBad)
          case .ranking: .ranking([2, 1, 3])
          default: .rating(["overall": 4])
          }
        var submission = fixture.submission(task, said)
        submission.answer = StudioAnswer(said).presented(order: task.order)
        let stored = try await writer.submit(submission, rater: rater, now: fixture.now).stored()
        guard number == 0, task.kind == .rating else { continue }
        var amended = fixture.submission(task, .rating(["overall": 2]), supersedes: stored.id)
        amended.submittedAt = fixture.now.addingTimeInterval(9)
        _ = try await writer.submit(amended, rater: rater, now: fixture.now)
      }
    }
    return store
  }

  private static let formats: [FeedbackFormat] = [
    .csv, .argilla, .labelStudio, .groundTruth, .arena,
  ]

  @Test("is not added again, and counted by its reason", arguments: formats, [false, true])
  func again(format: FeedbackFormat, hidesRaters: Bool) async throws {
    let store = try await answered()
    let before = try (store.counts().raters.map(\.rater), opinions(of: store))
    try withFolder { folder in
      let file = folder.appending(path: "out.\(format.fileExtension)")
      var options = ExportOptions(format: format)
      options.hidesRaters = hidesRaters
      try FeedbackExporter(store).run(to: file, options)
      var strict = ImportOptions()
      strict.isStrict = true
      let summary = try Importer.dialogues.run([file], into: store, options: strict)
      #expect(summary.tally.isUnchanged)
      #expect(summary.files[0].losses.map(\.reason) == ["the vote is in the store already"])
      #expect(summary.lost > 2)
    }
    #expect(try before == (store.counts().raters.map(\.rater), opinions(of: store)))
  }

  @Test("is recognised among TRL's preferences by the name beside them")
  func preferences() async throws {
    let store = try await answered()
    let before = try opinions(of: store)
    try withFolder { folder in
      func line(_ rater: String, _ chosen: String, _ rejected: String) -> String {
        #"{"prompt":"q","chosen":"\#(chosen)","rejected":"\#(rejected)","meta":{"rater":"\#(rater)"}}"#
      }
      let file = try folder.with(
        "out.jsonl",
        lines: [
          line("r0", "c", "b"), line(StoredRecords.hiddenName(of: "r0"), "c", "b"),
          // A pair of the ranking.
          line("r1", "b", "c"),
        ])
      let summary = try Importer.dialogues.run([file], into: store)
      #expect(summary.tally.isUnchanged && summary.lost == 3)
      let other = try folder.with("other.jsonl", lines: [line("r1", "c", "a")])
      #expect(try Importer.dialogues.run([other], into: store).tally.judgments == 1)
    }
    #expect(try opinions(of: store).count == before.count + 1)
  }

  @Test("says how long an answer took and in which order things were shown")
  func particulars() async throws {
    let store = try await answered()
    func facts(_ store: FeedbackStore) throws -> [String] {
      try opinions(of: store) { "\($0.rater ?? "") \($0.seconds ?? -1) \($0.order ?? [])" }
    }
    let expected = try facts(store)
    #expect(expected.count == 8 && !expected.contains { $0.contains("-1.0") })
    #expect(expected.count { $0.contains(" 4.5 [0, 1]") || $0.contains(" 4.5 [1, 0]") } == 4)
    #expect(expected.contains { $0.contains("= 2.0") && $0.contains(" 9.0 ") })
    try withFolder { folder in
      for format in [FeedbackFormat.csv, .labelStudio] {
        let file = folder.appending(path: "out.\(format.fileExtension)")
        try FeedbackExporter(store).run(to: file, ExportOptions(format: format))
        let back = try FeedbackStore.inMemory()
        _ = try Importer.dialogues.run([file], into: back)
        // Label Studio has no place for the order.
        let found = try facts(back)
        if format == .csv { #expect(found == expected) }
        #expect(found.count == 8 && !found.contains { $0.contains("-1.0") })
      }
      let log = folder.appending(path: "votes.jsonl")
      try FeedbackExporter(store).run(to: log, ExportOptions(format: .votes))
      #expect(try VoteLog.verify(log).votes == 9)
      let error = #expect(throws: RLHFError.self) {
        try Importer.dialogues.run([log], into: store)
      }
      #expect(error?.message.isEmpty == false)
    }
  }
}
