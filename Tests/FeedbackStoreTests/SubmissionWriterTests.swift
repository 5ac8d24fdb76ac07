import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

struct SubmissionWriterTests {
  @Test(arguments: Backend.allCases)
  func manyRaceForTheLastSlot(backend: Backend) async throws {
    try await backend.runStudio { studio in
      let overlap = 3
      let task = try studio.add(overlap: overlap)[0]
      let raters = try studio.raters(200)
      let writer = SubmissionWriter(store: studio.store)
      let (now, rules, store) = (studio.now, studio.rules, studio.store)
      let leases = try await withThrowingTaskGroup(of: (Int64, Assignment?).self) { group in
        for (index, rater) in raters.enumerated() {
          group.addTask {
            let next =
              index.isMultiple(of: 2)
              ? try await writer.nextTask(for: rater, rules: rules, now: now)
              : try store.nextTask(for: rater, rules: rules, now: now)
            return (rater, next)
          }
        }
        return try await group.reduce(into: [(Int64, Assignment)]()) { leases, next in
          if let assignment = next.1 { leases.append((next.0, assignment)) }
        }
      }
      #expect(leases.count == overlap)
      #expect(leases.allSatisfy { $0.1.task == task.id })
      #expect(Set(leases.map(\.0)).count == overlap)
      for (rater, assignment) in leases {
        let outcome = try await writer.submit(
          studio.submission(assignment, .pair(.first)), rater: rater, now: now)
        #expect(try !outcome.stored().isSurplus)
      }
      #expect(try studio.store.studioProgress().answered == 1)
    }
  }

  @Test func waitingAnswersAreCommittedTogether() async throws {
    try await Backend.disk.runStudio { studio in
      try studio.add(count: 1, overlap: 200)
      let raters = try studio.raters(200)
      let writer = SubmissionWriter(store: studio.store)
      let submissions = try raters.map { rater in
        (rater, studio.submission(try #require(try studio.next(rater)), .pair(.first)))
      }
      let now = studio.now
      // The writer cannot commit while another transaction is open; what comes meanwhile waits.
      let gate = DispatchSemaphore(value: 0)
      let store = studio.store
      let blocker = Task.detached { try store.write { _ in gate.wait() } }
      let outcomes = try await withThrowingTaskGroup(of: SubmissionOutcome.self) { group in
        for (rater, submission) in submissions {
          group.addTask { try await writer.submit(submission, rater: rater, now: now) }
        }
        group.addTask {
          try await Task.sleep(for: .milliseconds(200))
          gate.signal()
          return .conflict
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      try await blocker.value
      #expect(outcomes.count { (try? $0.stored()) != nil } == 200)
      let commits = await writer.commits
      #expect(commits < 10)
      #expect(try store.votes().map(\.answer.sequence) == Array(1...200))
      #expect(try store.isAnswerLogIntact())
      try store.checkIntegrity()
    }
  }

  @Test func aFailureTakesNobodyElseDown() async throws {
    try await Backend.disk.runStudio { studio in
      try studio.add(count: 1, overlap: 60)
      let raters = try studio.raters(60)
      let writer = SubmissionWriter(store: studio.store)
      let submissions = try raters.enumerated().map { index, rater in
        var submission = studio.submission(try #require(try studio.next(rater)), .pair(.first))
        if index.isMultiple(of: 3) { submission.answer = StudioAnswer(.ranking([1, 2])) }
        return (rater, submission)
      }
      let now = studio.now
      let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
        for (rater, submission) in submissions {
          group.addTask {
            do {
              _ = try await writer.submit(submission, rater: rater, now: now)
              return false
            } catch let error as RLHFError {
              return error.code == .invalidData
            }
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(failures == 20)
      #expect(try studio.store.votes().count == 40)
      #expect(try studio.verdicts().count == 40)
      #expect(try studio.store.isAnswerLogIntact())
    }
  }

  @Test func aFullDiskAcknowledgesNothingAndIsGotOver() async throws {
    try await Backend.disk.runStudio { studio in
      try studio.add(count: 1, overlap: 300)
      let raters = try studio.raters(300)
      let writer = SubmissionWriter(store: studio.store)
      let submissions = try raters.map { rater in
        var submission = studio.submission(try #require(try studio.next(rater)), .pair(.first))
        submission.answer.comment = String(repeating: "x", count: 4000)
        return (rater, submission)
      }
      let store = studio.store
      try await store.database.writeWithoutTransaction { db in
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        try db.execute(sql: "PRAGMA max_page_count = \(pages + 40)")
      }
      let now = studio.now
      let ledger = Ledger()
      await ledger.send(submissions, to: writer, now: now)
      #expect(await ledger.refused > 0)
      let stored = Set(try store.votes().map(\.answer.id))
      #expect(await ledger.acknowledged == stored)
      try await store.database.writeWithoutTransaction {
        try $0.execute(sql: "PRAGMA max_page_count = 100000")
      }
      await ledger.send(submissions, to: writer, now: now)
      #expect(await ledger.acknowledged.count == 300)
      #expect(try store.votes().count == 300)
      #expect(try store.isAnswerLogIntact())
      try store.checkIntegrity()
    }
  }

  @Test func draftsAndLeasesGoThroughTheWriterToo() async throws {
    try await Backend.memory.runStudio { studio in
      try studio.add(count: 2)
      let rater = try studio.raters(1)[0]
      let writer = SubmissionWriter(store: studio.store)
      let next = try await writer.nextTask(for: rater, rules: studio.rules, now: studio.now)
      let assignment = try #require(next)
      try await writer.saveDraft(["a": 1], task: assignment.task, rater: rater, now: studio.now)
      let again = try studio.store.assignment(
        lease: assignment.lease, rater: rater, now: studio.now)
      #expect(again?.draft == ["a": 1])
      let until = try await writer.renewLease(
        assignment.lease, rater: rater, rules: studio.rules, now: studio.now + 5)
      #expect(until == studio.now.addingTimeInterval(905))
      let answer = try await writer.submit(
        studio.submission(assignment, .pair(.tie)), rater: rater, now: studio.now
      ).stored()
      _ = try await writer.withdraw(
        answer: answer.id, as: UUID().uuidString, rater: rater, now: studio.now)
      let back = try studio.store.assignment(
        lease: assignment.lease, rater: rater, now: studio.now)
      #expect(back?.order == assignment.order)
      try await writer.releaseLease(assignment.lease, rater: rater)
      #expect(
        try studio.store.assignment(lease: assignment.lease, rater: rater, now: studio.now) == nil)
    }
  }
}

/// What a crowd of clients was told.
private actor Ledger {
  var acknowledged: Set<String> = []
  var refused = 0

  /// Sends everything at once.
  func send(
    _ submissions: [(Int64, Submission)], to writer: SubmissionWriter, now: Date
  ) async {
    await withTaskGroup(of: Void.self) { group in
      for (rater, submission) in submissions {
        group.addTask {
          let outcome = await Result.of {
            try await writer.submit(submission, rater: rater, now: now)
          }
          await self.note(submission.id.lowercased(), outcome)
        }
      }
    }
  }

  private func note(_ id: String, _ outcome: Result<SubmissionOutcome, any Error>) {
    switch outcome {
    case .success: acknowledged.insert(id)
    case .failure(let error):
      if (error as? RLHFError)?.code == .storageFull { refused += 1 }
    }
  }
}

extension Result where Failure == any Error {
  fileprivate static func of(_ body: () async throws -> Success) async -> Self {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}
