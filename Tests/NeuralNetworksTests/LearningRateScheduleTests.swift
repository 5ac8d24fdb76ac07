import Foundation
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing

@Suite struct LearningRateScheduleTests {
  private static let shapes: [String: LearningRateSchedule.Shape] = [
    "linear": .linear, "cosine": .cosine, "cosine_with_min_lr": .cosine, "constant": .constant,
    "constant_with_warmup": .constant, "cosine_with_restarts": .cosineWithRestarts,
    "polynomial": .polynomial, "inverse_sqrt": .inverseSquareRoot,
  ]

  private func schedule(_ oracle: OracleValue) throws -> LearningRateSchedule {
    let name = try #require(oracle["name"].string)
    let shape = try #require(Self.shapes[name], "no shape for the oracle's schedule '\(name)'")
    let base = oracle["base"].double
    var result = LearningRateSchedule(shape, peak: base, warmUpSteps: oracle["warmup"].int)
    if !oracle["num_cycles"].isNull { result.cycles = oracle["num_cycles"].int }
    if !oracle["power"].isNull { result.power = oracle["power"].double }
    if !oracle["lr_end"].isNull { result.minimumFraction = oracle["lr_end"].double / base }
    if !oracle["min_lr_rate"].isNull { result.minimumFraction = oracle["min_lr_rate"].double }
    return result
  }

  @Test(.enabled(if: Oracles.has("algorithms/schedules.json"), "needs the oracle schedules"))
  func ratesAreTheReferences() throws {
    let oracles = try Oracles.json("algorithms/schedules.json")["schedules"].array
    #expect(!oracles.isEmpty)
    for oracle in oracles {
      let schedule = try schedule(oracle)
      let total = oracle["total"].int
      for (step, expected) in oracle["learning_rates"].doubles.enumerated() {
        let found = schedule.value(step: step, total: total)
        #expect(abs(found - expected) < 1e-12, "\(schedule.shape) at step \(step)")
      }
      var perturbed = schedule
      perturbed.peak *= 1.001
      let rates = oracle["learning_rates"].doubles
      #expect(rates.indices.contains { perturbed.value(step: $0, total: total) != rates[$0] })
    }
  }

  @Test func impossibleSettingsAreNamed() throws {
    var schedule = LearningRateSchedule(.cosine, peak: 1e-3)
    #expect(throws: Never.self) { try schedule.validate() }
    schedule.warmUpSteps = -1
    let error = try #require(throws: RLHFError.self) { try schedule.validate() }
    #expect(error.message == "warmUpSteps is -1, expected 0 or more.")
    #expect(throws: RLHFError.self) { try LearningRateSchedule(peak: 0).validate() }
    #expect(throws: RLHFError.self) { try LearningRateSchedule(peak: .nan).validate() }
  }
}
