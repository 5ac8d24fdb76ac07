import Foundation
import GRDB
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore

struct StudioDeskAssigningTests {
  @Test(arguments: Backend.allCases)
  func aTaskIsGivenToAsManyRatersAsItsOverlap(backend: Backend) throws {
    try backend.runStudio { studio in
      let task = try studio.add(overlap: 2)[0]
      let raters = try studio.raters(3)
      let first = try #require(try studio.next(raters[0]))
      #expect(first.task == task.id)
      #expect(first.prompt == [.text("p0")])
      #expect(first.items == [[.text("p0 item 0")], [.text("p0 item 1")]])
      #expect(first.expires == studio.now.addingTimeInterval(900))
      #expect(try studio.next(raters[1])?.task == task.id)
      #expect(try studio.next(raters[2]) == nil)
      #expect(try studio.next(raters[0], excluding: [task.id]) == nil)
      #expect(try studio.next(raters[0]) == first)
    }
  }

  @Test func twoRatersOfAPairSeeItOnceEachWayRound() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(count: 60, overlap: 2)
      let raters = try studio.raters(2)
      var shown: [String: [[Int]]] = [:]
      var firstSeen: [[Int]] = []
      for index in 0..<120 {
        let assignment = try #require(try studio.next(raters[index % 2]))
        if shown[assignment.task] == nil { firstSeen.append(assignment.order) }
        shown[assignment.task, default: []].append(assignment.order)
        try studio.submit(
          studio.submission(assignment, .pair(.first)), rater: raters[index % 2])
      }
      #expect(shown.count == 60)
      #expect(shown.values.allSatisfy { Set($0) == [[0, 1], [1, 0]] })
      // The first of the two is drawn: 60 throws of a coin are between 15 and 45 but for 1 in 20,000.
      #expect((15...45).contains(firstSeen.count { $0 == [0, 1] }))
      let orders = try studio.store.votes().map(\.answer.order)
      #expect(orders.count { $0 == [0, 1] } == 60)
    }
  }

  @Test func ofARankingEveryItemComesToEveryPlace() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(.ranking, items: 4, overlap: 4)
      let orders = try studio.raters(4).map { try #require(try studio.next($0)).order }
      for place in 0..<4 {
        #expect(Set(orders.map { $0[place] }) == [0, 1, 2, 3])
      }
    }
  }

  @Test func leasesEndAndReturn() throws {
    try Backend.memory.runStudio { studio in
      let task = try studio.add()[0]
      let raters = try studio.raters(2)
      let lease = try #require(try studio.next(raters[0])).lease
      #expect(try studio.next(raters[1]) == nil)
      studio.now += 600
      let expires = try studio.store.renewLease(
        lease, rater: raters[0], rules: studio.rules, now: studio.now)
      #expect(expires == studio.now.addingTimeInterval(900))
      #expect(try studio.store.renewLease(lease, rater: raters[1], now: studio.now) == nil)
      studio.now += 899
      #expect(try studio.next(raters[1]) == nil)
      studio.now += 2
      #expect(try studio.next(raters[1])?.task == task.id)
      #expect(try studio.store.renewLease(lease, rater: raters[0], now: studio.now) == nil)
      #expect(
        try studio.store.assignment(lease: lease, rater: raters[0], now: studio.now) == nil)
    }
  }

  @Test func aLeaseThatEndedIsTakenBackWhereThereIsRoom() throws {
    try Backend.memory.runStudio { studio in
      try studio.add()
      let raters = try studio.raters(2)
      let lease = try #require(try studio.next(raters[0])).lease
      studio.now += 1000
      try studio.store.write { try StudioDesk($0, now: studio.now).sweep(studio.rules) }
      #expect(try studio.store.renewLease(lease, rater: raters[0], now: studio.now) != nil)
      #expect(try studio.next(raters[1]) == nil)
      try studio.store.releaseLease(lease, rater: raters[1])
      #expect(try studio.next(raters[1]) == nil)
      try studio.store.releaseLease(lease, rater: raters[0])
      #expect(try studio.next(raters[1]) != nil)
    }
  }

  @Test(arguments: [-86_400.0, 86_400])
  func aClockThatJumpsGivesNothingTwice(jump: Double) throws {
    try Backend.memory.runStudio { studio in
      let task = try studio.add(overlap: 1)[0]
      let raters = try studio.raters(3)
      let first = try #require(try studio.next(raters[0]))
      studio.now += jump
      let second = try studio.next(raters[1])
      // Forwards the lease has ended; backwards it holds, and for no longer than a new one would.
      #expect((second?.task == task.id) == (jump > 0))
      studio.now += 901
      let third = try studio.next(raters[2])
      #expect(third?.task == task.id)
      let held = try studio.store.read {
        try Int.fetchOne($0, sql: "SELECT count(*) FROM slots WHERE state = 'held'")
      }
      #expect(held == 1)
      let outcome = try studio.submit(studio.submission(first, .pair(.tie)), rater: raters[0])
      #expect(try outcome.stored().isSurplus)
      let kept = try studio.submit(
        studio.submission(#require(third), .pair(.first)), rater: raters[2]
      ).stored()
      #expect(!kept.isSurplus)
      #expect(try studio.store.votes().map(\.answer.sequence) == [1, 2])
    }
  }

  @Test func goldTasksComeAtTheirShareAndToEverybody() throws {
    try Backend.memory.runStudio { studio in
      studio.rules.goldShare = 0.08
      studio.rules.heldTasks = 1000
      try studio.add(count: 300, overlap: 5)
      let gold = Set(
        try studio.add(count: 40, gold: StudioAnswer(.pair(.first)), named: "g").map(\.id))
      for rater in try studio.raters(4) {
        var had: [String] = []
        var places: [Int] = []
        for index in 0..<250 {
          let task = try #require(try studio.next(rater, excluding: had)).task
          #expect(!had.contains(task))
          had.append(task)
          if gold.contains(task) { places.append(index) }
        }
        #expect((18...21).contains(places.count))
        #expect(Set(zip(places, places.dropFirst()).map { $1 - $0 }).count > 3)
      }
    }
  }

  @Test func pairsComeAgainSwappedAfterOthers() throws {
    try Backend.memory.runStudio { studio in
      studio.rules.repeatShare = 0.05
      try studio.add(count: 200)
      let rater = try studio.raters(1)[0]
      for _ in 0..<200 { try studio.answer(rater, .pair(.first)) }
      let votes = try studio.store.votes()
      let repetitions = votes.enumerated().filter { $0.element.answer.repeatOf != nil }
      #expect((9...11).contains(repetitions.count))
      #expect(Set(repetitions.map(\.element.answer.repeatOf)).count == repetitions.count)
      for (place, vote) in repetitions {
        let earlier = try #require(
          votes.firstIndex { $0.answer.task == vote.answer.repeatOf })
        #expect(place - earlier > studio.rules.repeatGap)
        #expect(vote.answer.order == votes[earlier].answer.order.reversed())
        #expect(vote.artifacts == votes[earlier].artifacts)
        // The same side each time, so always the other item.
        #expect(vote.answer.answer != votes[earlier].answer.answer)
      }
      #expect(try studio.verdicts().count == 200 - repetitions.count)
    }
  }

  @Test func pairsOfHighPriorityComeFirst() throws {
    try Backend.memory.runStudio { studio in
      let tasks = try studio.add(count: 200)
      let urgent = Set(tasks.prefix(40).map(\.id))
      try studio.store.setPriorities(
        Dictionary(uniqueKeysWithValues: tasks.prefix(40).map { ($0.row, 1) }))
      studio.rules.uniformShare = 0
      let rater = try studio.raters(1)[0]
      let given = try (0..<40).map { _ in try studio.answer(rater, .pair(.tie)).task }
      #expect(Set(given) == urgent)
    }
    try Backend.memory.runStudio { studio in
      let tasks = try studio.add(count: 400)
      let urgent = Set(tasks.prefix(200).map(\.id))
      try studio.store.setPriorities(
        Dictionary(uniqueKeysWithValues: tasks.prefix(200).map { ($0.row, 1) }))
      let rater = try studio.raters(1)[0]
      let given = try (0..<100).map { _ in try studio.answer(rater, .pair(.tie)).task }
      // 30 of 100 are drawn evenly, and about half of those are not urgent.
      #expect((5...28).contains(given.count { !urgent.contains($0) }))
    }
  }

  @Test func nothingOfAnAssignmentTellsWhereItComesFrom() throws {
    try Backend.memory.runStudio { studio in
      studio.rules.goldShare = 1
      try studio.add(gold: StudioAnswer(.pair(.first)))
      let assignment = try #require(try studio.next(studio.raters(1)[0]))
      let text = "\(assignment)"
      #expect(!text.contains("model"))
      #expect(!text.contains("gold"))
      #expect(assignment.task.count == 32)
      let another = try FeedbackStore.inMemory()
      var other = try StudioFixture(another)
      other.rules = studio.rules
      #expect(try other.add()[0].id != assignment.task)
    }
  }

  @Test func aRaterHoldsSoManyTasksAndNoMore() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(count: 20)
      let rater = try studio.raters(1)[0]
      var held: [String] = []
      while let next = try studio.next(rater, excluding: held) { held.append(next.task) }
      #expect(held.count == 8)
      #expect(try studio.store.progress(of: rater) == (answered: 0, available: 20))
    }
  }

  @Test func draftsAreKeptUntilTheAnswer() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(.demonstration, items: 0)
      let raters = try studio.raters(2)
      let assignment = try #require(try studio.next(raters[0]))
      #expect(assignment.draft == nil)
      let store = studio.store
      try store.saveDraft(["text": "Rob"], task: assignment.task, rater: raters[0])
      try store.saveDraft(["text": "Robin"], task: assignment.task, rater: raters[0])
      #expect(try studio.next(raters[0])?.draft == ["text": "Robin"])
      let error = thrown {
        try store.saveDraft("x", task: assignment.task, rater: raters[1])
      }
      #expect(error?.code == .notFound)
      let long = JSONValue.string(String(repeating: "x", count: 1 << 18))
      #expect(
        thrown { try store.saveDraft(long, task: assignment.task, rater: raters[0]) }?.code
          == .invalidData)
      try studio.submit(
        studio.submission(assignment, .demonstration("Robin")), rater: raters[0])
      let left = try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM drafts") }
      #expect(left == 0)
    }
  }

  @Test func onlyTheKindsThatAreWanted() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(count: 5)
      let rating = try studio.add(.rating, items: 1, named: "r")[0]
      let rater = try studio.raters(1)[0]
      let task = try studio.store.nextTask(
        for: rater, kinds: [.rating, .ranking], rules: studio.rules, now: studio.now)
      #expect(task?.task == rating.id)
      let none = try studio.store.nextTask(
        for: rater, excluding: [rating.id], kinds: [.labels], rules: studio.rules, now: studio.now)
      #expect(none == nil)
    }
  }
}
