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

/// Five raters of eight units: A is right, B and C err, D always says 1 and E the opposite.
struct DawidSkeneFiguresTests {
  private static let rows = ["01010101", "01011100", "01100101", "11111111", "10101010"]
  private static let ratings = rows.enumerated().flatMap { rater, row in
    row.enumerated().map { unit, letter in
      DawidSkene.Rating(unit: unit, rater: rater, category: letter == "1" ? 1 : 0)
    }
  }

  @Test func truthAndRatersAreFound() throws {
    let majority = DawidSkene.majorityVotes(Self.ratings, units: 8, categories: 2)
    #expect(majority == [0, 1, 1, 1, 1, 1, 0, 1])
    var model = try DawidSkene(Self.ratings, units: 8, raters: 5, categories: 2)
    model.iterate(1)
    let first = [0.228571, 0.897780, 0.408759, 0.790095, 0.408759, 0.897780, 0.228571, 0.790095]
    #expect(agrees(model.posteriors.map { $0[1] }, first, within: 1e-6))
    model.iterate(100, tolerance: 1e-9)
    #expect(model.labels == [0, 1, 0, 1, 0, 1, 0, 1])
    #expect(abs(model.logLikelihood - -14.5425397584) < 1e-9)
    func said(_ rater: Int, _ truth: Int) -> Double { model.confusions[rater][truth][1] }
    #expect(said(4, 1) < 1e-6 && said(4, 0) > 1 - 1e-6)
    #expect(said(3, 0) > 1 - 1e-6 && said(3, 1) > 1 - 1e-6)
    #expect(abs(said(1, 1) - 0.75) < 1e-6 && abs(said(2, 1) - 0.75) < 1e-6)
  }
}
