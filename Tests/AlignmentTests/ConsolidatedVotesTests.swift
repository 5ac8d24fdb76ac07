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
