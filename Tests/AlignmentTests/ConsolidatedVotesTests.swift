import FeedbackStore
import Foundation
import PreferenceLearning
import Presentation
import RLHFCore
import TestSupport
import Testing

@testable import Alignment

@Suite("Votes of people in a project") struct ConsolidatedVotesTests {
  /// A project with comparisons of a row that has what was asked for and one that has less of it, in either order.
  private func project(_ folder: TemporaryFolder, overlap: Int) throws -> Project<ToyDomain> {
    let project = try Project.create(
      at: folder.url.appending(path: "project"), domain: ToyDomain())
    let comparisons = (0..<24).map { index -> Comparison<Int, [Int]> in
      let (wanted, other) = (index % 3, (index + 1) % 3)
      let good = [wanted, wanted, wanted, index % 2]
      let bad = [other, other, index % 3, index / 12]
      return Comparison(
        prompt: wanted, first: index.isMultiple(of: 2) ? good : bad,
        second: index.isMultiple(of: 2) ? bad : good)
    }
    try project.store.addComparisons(
      comparisons, first: "a", second: "b", round: 0, split: .fixed(.train))
    let queued = try project.fillQueue(overlap: overlap)
    #expect(queued.pairs > 8)
    #expect(try project.fillQueue(overlap: overlap) == QueueReport())
    return project
  }

  /// Lets `name` answer everything that waits; the better row has more of the prompt.
  private func vote(_ name: String, in project: Project<ToyDomain>, isRight: Bool) async throws {
    let writer = SubmissionWriter(store: project.store)
    let rater = try project.store.addAccount(name: name, role: .rater, actor: "test").rater
    while let task = try await writer.nextTask(for: rater) {
      let wanted = task.prompt.first?.words ?? ""
      let amounts = task.presentedItems.map { item in
        (item.first?.words ?? "").components(separatedBy: wanted).count
      }
      let verdict: Verdict = (amounts[0] > amounts[1]) == isRight ? .first : .second
      let outcome = try await writer.submit(
        Submission(
          id: UUID().uuidString.lowercased(), task: task.task, lease: task.lease,
          answer: StudioAnswer(.pair(verdict)), startedAt: Date(), submittedAt: Date()),
        rater: rater)
      guard case .stored = outcome else {
        Issue.record("not stored: \(outcome)")
        return
      }
    }
  }

  private func isRight(_ pair: PreferencePair<Int, [Int]>) -> Bool {
    pair.chosen.count { $0 == pair.prompt } > pair.rejected.count { $0 == pair.prompt }
  }

  @Test("of one person are pairs as they were given")
  func single() async throws {
    let folder = try TemporaryFolder()
    let project = try project(folder, overlap: 1)
    try await vote("ann", in: project, isRight: true)
    let pairs = try project.preferences(.train)
    #expect(!pairs.isEmpty && pairs.allSatisfy { $0.label == 1 && $0.weight == 1 })
    #expect(pairs.allSatisfy(isRight))
  }

  @Test("of several become one soft label each, and who says the opposite is found out")
  func several() async throws {
    let folder = try TemporaryFolder()
    let project = try project(folder, overlap: 3)
    for name in ["ann", "bob"] { try await vote(name, in: project, isRight: true) }
    try await vote("eve", in: project, isRight: false)
    let votes: [PreferencePair<Int, [Int]>] = try project.store.preferences(split: .train)
    let pairs = try project.preferences(.train)
    #expect(votes.count == 3 * pairs.count)
    #expect(pairs.allSatisfy { isRight($0) && $0.label > 0.6 && $0.label < 1 && $0.margin > 0 })
    #expect(abs(Statistics.mean(pairs.map(\.weight)) - 1) < 1e-9)
    let heldOut = try project.preferences(.heldOut)
    #expect(heldOut.isEmpty)
  }

  /// Judgments of `comparisons` by the rater of an imported file, right or all wrong.
  private func add(
    _ comparisons: [Comparison<Int, [Int]>], _ rater: String, isRight: Bool,
    to project: Project<ToyDomain>
  ) throws {
    let pairs = comparisons.enumerated().map { index, comparison in
      let isFirst = self.isRight(
        PreferencePair(
          prompt: comparison.prompt, chosen: comparison.first, rejected: comparison.second))
      let chosen = isFirst == isRight ? comparison.first : comparison.second
      let rejected = isFirst == isRight ? comparison.second : comparison.first
      // What one prefers may be called first, whichever side it is.
      return PreferencePair(prompt: comparison.prompt, chosen: chosen, rejected: rejected)
    }
    try project.store.addPreferences(
      pairs, rater: rater, kind: .imported, origin: rater, split: .fixed(.train))
  }

  private static let comparisons: [Comparison<Int, [Int]>] = (0..<20).map { index in
    let (wanted, other) = (index % 3, (index + 1) % 3)
    return Comparison(
      prompt: wanted, first: [wanted, wanted, index / 9, index % 2],
      second: [other, other, (index + 1) % 3, index / 10])
  }

  @Test("of the raters of a file are one soft label each too, a single rater's stay as they are")
  func imported() throws {
    let folder = try TemporaryFolder()
    let project = try Project.create(
      at: folder.url.appending(path: "project"), domain: ToyDomain())
    func stored() throws -> [PreferencePair<Int, [Int]>] {
      try project.store.preferences(split: .train)
    }
    try add(Self.comparisons, "one", isRight: true, to: project)
    #expect(try project.preferences(.train) == stored())
    #expect(try project.preferences(.train).allSatisfy { $0.label == 1 && $0.weight == 1 })
    // Somebody who judged nothing that another one judged cannot be compared with anybody.
    let foreign = Comparison(prompt: 0, first: [0, 0, 0, 0], second: [1, 2, 1, 2])
    try add([foreign], "other", isRight: false, to: project)
    #expect(try project.preferences(.train) == stored())
    try add(Self.comparisons, "two", isRight: true, to: project)
    try add(Self.comparisons, "wrong", isRight: false, to: project)
    let pairs = try project.preferences(.train)
    let sides = Set(Self.comparisons.map { [$0.prompt] + $0.first + $0.second })
    #expect(pairs.count == sides.count + 1 && pairs[0].label == 1 && !isRight(pairs[0]))
    #expect(pairs.dropFirst().allSatisfy { isRight($0) && $0.label > 0.6 && $0.label < 1 })
    #expect(try project.preferences(.train) == pairs)
  }

  @Test("may be the ties of a ranking of several, which weigh as much as the ranking")
  func tiedRankings() async throws {
    let folder = try TemporaryFolder()
    let project = try project(folder, overlap: 2)
    let rows = try project.store.addArtifacts(
      [[0, 0, 0, 0], [0, 0, 0, 2], [2, 2, 2, 2]].map { Sample(prompt: 0, artifact: $0) },
      origin: "a", split: .fixed(.train))
    try project.store.setPresentations(
      prompts: [:],
      artifacts: Dictionary(
        uniqueKeysWithValues: rows.enumerated().map { ($1.artifact, [.text("row \($0)")]) }))
    try project.store.addTasks([
      TaskDraft(
        kind: .ranking, criteria: ["overall"], prompt: rows[0].prompt,
        items: rows.map(\.artifact), overlap: 2)
    ])
    let writer = SubmissionWriter(store: project.store)
    for name in ["ann", "bob"] {
      let rater = try project.store.addAccount(name: name, role: .rater, actor: "test").rater
      let task = try #require(try await writer.nextTask(for: rater, kinds: [.ranking]))
      _ = try await writer.submit(
        Submission(
          id: UUID().uuidString, task: task.task, lease: task.lease,
          answer: StudioAnswer(.ranking([1, 1, 2])).presented(order: task.order),
          startedAt: Date(), submittedAt: Date()),
        rater: rater)
    }
    let pairs = try project.preferences(.train)
    #expect(pairs.count == 2 && pairs.allSatisfy { $0.label > 0.5 && $0.rejected == [2, 2, 2, 2] })
  }

  @Test("tell which of the waiting comparisons of the same rows would tell most")
  func information() throws {
    let folder = try TemporaryFolder()
    let project = try Project.create(
      at: folder.url.appending(path: "project"), domain: ToyDomain())
    let rows = [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 1], [0, 1, 1, 1]]
    func comparison(_ first: Int, _ second: Int) -> Comparison<Int, [Int]> {
      Comparison(prompt: 0, first: rows[first], second: rows[second])
    }
    for (rater, pairs) in [("a", [(0, 1), (1, 2)]), ("b", [(0, 1), (1, 2)])] {
      try project.store.addJudged(
        pairs.map { comparison($0.0, $0.1) }, judgments: pairs.map { _ in Judgment(.first) },
        rater: rater, kind: .imported, origin: "a", round: 0, split: .fixed(.train))
    }
    let alone = Comparison(prompt: 1, first: rows[0], second: rows[1])
    try project.store.addComparisons(
      [comparison(0, 2), comparison(1, 3), alone], first: "a", second: "b", round: 1,
      split: .fixed(.train))
    try project.fillQueue()
    let tells = try project.informationByVotes()
    let queued = try project.store.queuedPairs().map { tells[$0.task] }
    // Of the pair 0 and 2 the votes on 1 say who wins; of row 3 nothing is known, of the last pair nothing is said.
    #expect(queued.count == 3 && queued[2] == nil)
    #expect(try #require(queued[1]) > #require(queued[0]))
  }

  @Test("open the gate only where a reward model tells something")
  func gate() {
    var report = RewardReport(trainingPairs: 10, heldOut: nil, baselines: [], remarks: [])
    #expect(FeedbackRound<ToyDomain>.gate(report) == nil)
    func evaluation(right: Int, of count: Int) -> RewardEvaluation {
      RewardEvaluation(
        of: (0..<count).map {
          PreferencePair(prompt: 0, chosen: $0 < right ? 1 : 0, rejected: $0 < right ? 0 : 1)
        }
      ) { samples in samples.map { Double($0.artifact) } }
    }
    report.heldOut = evaluation(right: 12, of: 24)
    #expect(FeedbackRound<ToyDomain>.gate(report)?.contains("50.0 % of 24") == true)
    report.heldOut = evaluation(right: 22, of: 24)
    #expect(FeedbackRound<ToyDomain>.gate(report) == nil)
    report.heldOut = evaluation(right: 4, of: 10)
    #expect(FeedbackRound<ToyDomain>.gate(report) == nil)
  }
}
