import RLHFCore
import TestSupport
import Testing

@Suite("Dawid and Skene's model of raters") struct DawidSkeneTests {
  private static let hasOracle = Oracles.has("algorithms/dawid_skene.json")

  private func ratings(_ oracle: OracleValue) -> [DawidSkene.Rating] {
    oracle["rows_unit_rater_label"].array.map {
      .init(unit: $0[0].int, rater: $0[1].int, category: $0[2].int)
    }
  }

  @Test("each number of iterations gives the reference's figures", .enabled(if: hasOracle))
  func iterations() throws {
    let oracle = try Oracles.json("algorithms/dawid_skene.json")
    for (key, expected) in oracle.object where key.hasPrefix("after_") {
      let count = try #require(key.split(separator: "_").compactMap { Int($0) }.first)
      var model = try DawidSkene(
        ratings(oracle), units: oracle["units"].int, raters: oracle["raters"].int,
        categories: oracle["categories"].int)
      model.iterate(count)
      #expect(model.iterations == count)
      func flat(_ value: OracleValue) -> [Double] {
        value.array.isEmpty ? [value.double] : value.array.flatMap(flat)
      }
      #expect(
        agrees(model.posteriors.flatMap { $0 }, flat(expected["posterior"]), within: 1e-6))
      #expect(agrees(model.priors, expected["prior"].doubles, within: 1e-6))
      #expect(
        agrees(
          model.confusions.flatMap { $0.flatMap { $0 } }, flat(expected["confusion"]), within: 1e-6)
      )
      #expect(
        agrees([model.logLikelihood], [expected["log_likelihood"].double], within: 1e-8))
      if !expected["labels"].isNull {
        #expect(model.labels == expected["labels"].array.map(\.int))
      }
    }
    let ties = oracle["majority_ties"].array.map(\.bool)
    let votes = DawidSkene.majorityVotes(
      ratings(oracle), units: oracle["units"].int, categories: oracle["categories"].int)
    for (unit, vote) in votes.enumerated() where !ties[unit] {
      #expect(vote == oracle["majority_votes"][unit].int)
    }
  }

  @Test(
    "the likelihood never falls, and iterations end where it stands still", .enabled(if: hasOracle))
  func likelihood() throws {
    let oracle = try Oracles.json("algorithms/dawid_skene.json")
    var model = try DawidSkene(
      ratings(oracle), units: oracle["units"].int, raters: oracle["raters"].int,
      categories: oracle["categories"].int)
    var last = -Double.infinity
    for _ in 0..<20 {
      model.iterate(1)
      #expect(model.logLikelihood >= last - 1e-9)
      last = model.logLikelihood
    }
    model.iterate(5000, tolerance: 1e-9)
    #expect(model.iterations < 5020)
  }

  @Test("an unknown unit, rater or category is refused; an unrated unit stays open")
  func mistakes() throws {
    #expect(throws: RLHFError.self) {
      try DawidSkene(
        [.init(unit: 0, rater: 0, category: 2)], units: 1, raters: 1, categories: 2)
    }
    var model = try DawidSkene(
      [.init(unit: 0, rater: 0, category: 1)], units: 2, raters: 1, categories: 2)
    model.iterate(3)
    #expect(model.posteriors.allSatisfy { $0.allSatisfy { $0.isFinite } })
    #expect(model.labels[0] == 1)
  }
}
