import Foundation
import RLHFCore
import Testing

@testable import PolicyOptimization

@Suite("What ends a run early") struct TrainingGuardTests {
  private typealias Observation = TrainingGuard.Observation

  /// The verdicts on scores observed one after the other.
  private func verdicts(_ scores: [Double?], _ options: GuardOptions) -> [TrainingGuard.Verdict] {
    var monitor = TrainingGuard()
    return scores.enumerated().map { step, score in
      monitor.observe(Observation(step: step, score: score), options)
    }
  }

  @Test("the best score is known, and without limits nothing ends the run")
  func best() {
    var monitor = TrainingGuard()
    let options = GuardOptions()
    #expect(!options.canStop)
    for (step, score) in [0.1, 0.4, -5, 0.4, 0.39, 0.5, -100].enumerated() {
      let verdict = monitor.observe(
        Observation(step: step, score: score, divergence: 1e9, length: 1e9), options)
      #expect(verdict.isBest == [0, 1, 5].contains(step))
      #expect(verdict.reason == nil && verdict.message.isEmpty)
    }
    #expect(monitor.bestStep == 5 && monitor.bestScore == 0.5)
  }

  @Test("patience ends the run when the score has been below its best that often in a row")
  func patience() {
    var options = GuardOptions()
    options.patience = 2
    // A score that was not measured counts for nothing.
    let found = verdicts([1, 0.5, nil, .nan, 1.1, 1, 1.1, 3], options)
    #expect(found.map(\.reason) == [nil, nil, nil, nil, nil, nil, .patience, nil])
    #expect(found[6].message.contains("1.1") && found[6].message.contains("2 times"))
    options.leastGain = 0.2
    #expect(verdicts([1, 1.1, 1.15], options).map(\.reason) == [nil, nil, .patience])
  }

  @Test("a large fall ends the run at once")
  func fall() {
    var options = GuardOptions()
    options.largestFall = 0.3
    let found = verdicts([1, 0.8, 1.2, 0.95, 0.85], options)
    #expect(found.map(\.reason) == [nil, nil, nil, nil, .fall])
  }

  @Test("divergence and length end the run beyond their limits")
  func limits() {
    var options = GuardOptions()
    options.divergenceLimit = 15
    options.lengthLimit = 100
    options.lengthGrowthLimit = 2
    var monitor = TrainingGuard()
    func reason(_ step: Int, _ divergence: Double?, _ length: Double?) -> TrainingGuard.Reason? {
      monitor.observe(Observation(step: step, divergence: divergence, length: length), options)
        .reason
    }
    #expect(reason(0, 0, 30) == nil)
    #expect(reason(1, 15, 60) == nil)
    #expect(reason(2, 15.1, 60) == .divergence)
    #expect(reason(3, 1, 61) == .length)
    #expect(reason(4, nil, 101) == .length)
    #expect(reason(5, .nan, nil) == nil)
  }

  @Test("a policy beyond a limit is not the best, however well it scores")
  func beyond() {
    var options = GuardOptions()
    options.divergenceLimit = 15
    var monitor = TrainingGuard()
    _ = monitor.observe(Observation(step: 0, score: 1, divergence: 3), options)
    let verdict = monitor.observe(Observation(step: 1, score: 2, divergence: 30), options)
    #expect(!verdict.isBest && verdict.reason == .divergence)
    #expect(monitor.bestStep == 0)
  }

  @Test("figures are averaged over a window before they are compared")
  func window() {
    var options = GuardOptions()
    options.divergenceLimit = 10
    options.window = 3
    var monitor = TrainingGuard()
    let reasons = [1, 2, 20, 9, 2].enumerated().map { step, divergence in
      monitor.observe(Observation(step: step, divergence: divergence), options).reason
    }
    #expect(reasons == [nil, nil, nil, .divergence, .divergence])
  }

  @Test("goes on from what was written as if it had not been")
  func resume() throws {
    var options = GuardOptions()
    options.patience = 2
    options.lengthGrowthLimit = 1.5
    options.window = 2
    var unbroken = TrainingGuard()
    _ = unbroken.observe(Observation(step: 0, score: 1, length: 10), options)
    _ = unbroken.observe(Observation(step: 1, score: 0.5, length: 11), options)
    var resumed = try JSONDecoder().decode(
      TrainingGuard.self, from: JSONEncoder().encode(unbroken))
    #expect(resumed == unbroken)
    let next = Observation(step: 2, score: 0.5, length: 30)
    #expect(unbroken.observe(next, options) == resumed.observe(next, options))
  }

  @Test("impossible settings are named")
  func settings() {
    var options = PolicyOptions()
    options.guards.patience = 0
    options.guards.lengthGrowthLimit = 0.5
    options.guards.window = 0
    var check = SettingsCheck(section: "ppo")
    options.validate(&check)
    #expect(check.problems.count == 3)
    #expect(check.problems.allSatisfy { $0.hasPrefix("ppo.guards.") })
  }
}
