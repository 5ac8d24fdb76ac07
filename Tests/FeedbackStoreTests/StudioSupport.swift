import Foundation
import GRDB
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore

/// A store with tasks and raters, and a clock that tests move.
struct StudioFixture {
  let store: FeedbackStore
  var now = Date(timeIntervalSince1970: 1_800_000_000)
  var rules = AssignmentRules()

  init(_ store: FeedbackStore) throws {
    self.store = store
    rules.goldShare = 0
    rules.repeatShare = 0
    try store.addCriterion(
      StudioCriterion(id: "overall", title: "Overall", question: "Which is better?"))
  }

  /// The rows of `count` raters, called `r0`, `r1`, ….
  func raters(_ count: Int) throws -> [Int64] {
    try store.write { db in
      let writer = StoreWriter(db)
      return try (0..<count).map { try writer.rater("r\($0)", .person) }
    }
  }

  /// Rows of one prompt and of artifacts with a presentation each.
  func content(_ prompt: String, _ artifacts: [String], origin: String = "model") throws -> (
    prompt: Int64, items: [Int64]
  ) {
    let rows = try store.addArtifacts(
      artifacts.map { Sample(prompt: Brief(prompt), artifact: $0) }, origin: origin)
    guard let row = rows.first else {
      try store.addPrompts([Brief(prompt)], source: origin)
      let last = try store.read { try StudioDesk($0, now: now).row(Self.lastPrompt, []) }
      let id: Int64 = try #require(last?["id"])
      try store.setPresentations(prompts: [id: [.text(prompt)]])
      return (id, [])
    }
    try store.setPresentations(
      prompts: [row.prompt: [.text(prompt)]],
      artifacts: Dictionary(
        zip(rows.map(\.artifact), artifacts).map { ($0, [.text($1)]) }, uniquingKeysWith: { $1 }))
    return (row.prompt, rows.map(\.artifact))
  }

  private static let lastPrompt = "SELECT max(id) AS id FROM prompts"

  /// Adds tasks of one kind over fresh content, each over the same number of items.
  @discardableResult
  func add(
    _ kind: TaskKind = .pair, count: Int = 1, items: Int = 2, overlap: Int = 1,
    gold: StudioAnswer? = nil, labels: [String] = [], named: String = "p"
  ) throws -> [StudioTask] {
    let drafts = try (0..<count).map { index in
      let rows = try content(
        "\(named)\(index)", (0..<items).map { "\(named)\(index) item \($0)" })
      return TaskDraft(
        kind: kind,
        criteria: kind == .pair || kind == .ranking || kind == .rating ? ["overall"] : [],
        prompt: rows.prompt, items: rows.items, labels: labels, overlap: overlap, gold: gold)
    }
    return try store.addTasks(drafts, now: now)
  }

  func next(_ rater: Int64, excluding: [String] = []) throws -> Assignment? {
    try store.nextTask(for: rater, excluding: excluding, rules: rules, now: now)
  }

  /// A submission of an answer to an assignment.
  func submission(
    _ assignment: Assignment, _ answer: StudioAnswer.Content, id: String = UUID().uuidString,
    supersedes: String? = nil
  ) -> Submission {
    Submission(
      id: id, task: assignment.task, lease: assignment.lease, answer: StudioAnswer(answer),
      behaviour: ["input": "key"], supersedes: supersedes, startedAt: now,
      submittedAt: now.addingTimeInterval(4.5))
  }

  /// Submits in a transaction of its own.
  @discardableResult
  func submit(_ submission: Submission, rater: Int64) throws -> SubmissionOutcome {
    try store.write {
      try StudioDesk($0, now: now).submit(submission, rater: rater, rules: rules) { _, text in
        JSONValue.string(text).description
      }
    }
  }

  /// Takes the next task and answers it.
  @discardableResult
  func answer(_ rater: Int64, _ answer: StudioAnswer.Content) throws -> StoredAnswer {
    let assignment = try #require(try next(rater))
    return try submit(submission(assignment, answer), rater: rater).stored()
  }

  @discardableResult
  func withdraw(_ answer: String, rater: Int64) throws -> SubmissionOutcome {
    try store.write {
      try StudioDesk($0, now: now).withdraw(
        answer: answer, as: UUID().uuidString, rater: rater, rules: rules
      ) { _, text in JSONValue.string(text).description }
    }
  }

  /// The verdicts of the judgments that stand, about the sides in canonical order.
  func verdicts() throws -> [String] {
    try store.read { db in
      try StudioDesk(db, now: now).rows(
        """
        SELECT verdict FROM judgments WHERE NOT EXISTS (
          SELECT 1 FROM judgments AS later WHERE later.supersedes = judgments.id) ORDER BY id
        """, []
      ).map { $0["verdict"] }
    }
  }
}

extension SubmissionOutcome {
  /// The answer that was stored just now.
  func stored() throws -> StoredAnswer {
    guard case .stored(let answer) = self else {
      throw RLHFError(.conflict, "expected a stored answer, found \(self)")
    }
    return answer
  }
}

extension Backend {
  /// Runs `body` with an empty store for the Studio.
  func runStudio(_ body: (inout StudioFixture) throws -> Void) throws {
    try run { store in
      var fixture = try StudioFixture(store)
      try body(&fixture)
    }
  }

  /// Runs `body` with an empty store for the Studio.
  func runStudio(_ body: (inout StudioFixture) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "studio-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var fixture = try StudioFixture(
      self == .memory ? .inMemory() : FeedbackStore(at: folder.appending(path: "feedback.sqlite")))
    try await body(&fixture)
  }
}
