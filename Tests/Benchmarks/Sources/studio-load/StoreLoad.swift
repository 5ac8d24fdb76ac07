import FeedbackStore
import Foundation
import RLHFCore

/// The store alone: how long a rater waits in a long queue, fresh and after many answers.
struct StoreLoad: Sendable {
  let tasks: Int
  let answers: Int

  func run(in folder: URL) async throws {
    let clock = ContinuousClock()
    let store = try FeedbackStore(at: folder.appending(path: "feedback.sqlite"))
    let start = clock.now
    try Pairs.add(tasks, overlap: 3, to: store)
    print("\(tasks) tasks added in \(String(format: "%.1f", (clock.now - start) / .seconds(1))) s")
    let people = try ["busy", "fresh"].map {
      try store.addAccount(name: $0, role: .rater, actor: "benchmark").rater
    }
    let writer = SubmissionWriter(store: store)
    try await measure(people[0], writer, "a rater without answers")
    let filling = clock.now
    var given = 0
    while given < answers { given += try await fill(people[0], writer) }
    print(
      "\(given) answers of one rater in "
        + "\(String(format: "%.1f", (clock.now - filling) / .seconds(1))) s, waiting ones together")
    try await measure(people[0], writer, "the rater with \(given) answers")
    try await measure(people[1], writer, "another rater without answers")
  }

  private func measure(_ rater: Int64, _ writer: SubmissionWriter, _ name: String) async throws {
    let clock = ContinuousClock()
    var (next, submit, progress) = (Latencies(), Latencies(), Latencies())
    for _ in 0..<500 {
      let asked = clock.now
      guard let assignment = try await writer.nextTask(for: rater) else { break }
      let sent = clock.now
      _ = try await writer.submit(Self.submission(assignment), rater: rater)
      let counted = clock.now
      _ = try writer.store.progress(of: rater)
      progress.add(clock.now - counted)
      submit.add(counted - sent)
      next.add(sent - asked)
    }
    print(name)
    print("  " + next.line("next"))
    print("  " + submit.line("submit"))
    print("  " + progress.line("progress"))
  }

  /// Takes as many tasks as may be held and answers them at once; how many.
  private func fill(_ rater: Int64, _ writer: SubmissionWriter) async throws -> Int {
    var rules = AssignmentRules()
    rules.heldTasks = 200
    var held: [Assignment] = []
    while held.count < rules.heldTasks,
      let next = try await writer.nextTask(for: rater, excluding: held.map(\.task), rules: rules)
    {
      held.append(next)
    }
    return try await withThrowingTaskGroup(of: Void.self) { group in
      for assignment in held {
        group.addTask {
          _ = try await writer.submit(Self.submission(assignment), rater: rater)
        }
      }
      try await group.waitForAll()
      return held.count
    }
  }

  private static func submission(_ assignment: Assignment) -> Submission {
    Submission(
      id: UUID().uuidString, task: assignment.task, lease: assignment.lease,
      answer: StudioAnswer(.pair(.first)), behaviour: ["input": "key"], startedAt: Date(),
      submittedAt: Date())
  }
}
