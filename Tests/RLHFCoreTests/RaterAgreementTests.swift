import RLHFCore
import TestSupport
import Testing

/// Agreement against krippendorff, statsmodels and scikit-learn; the figures are sums of a few hundred terms.
@Suite("Agreement of raters") struct RaterAgreementTests {
  private static let hasOracle = Oracles.has("algorithms/agreement.json")

  @Test("every figure equals the reference, with missing ratings", .enabled(if: hasOracle))
  func cases() throws {
    let cases = try Oracles.json("algorithms/agreement.json")["cases"].array
    #expect(!cases.isEmpty)
    for item in cases {
      let agreement = try RaterAgreement(
        item["ratings_rater_by_unit"].array.map { $0.array.map { $0.isNull ? nil : $0.int } },
        categories: item["categories"].int)
      func check(_ found: Double, _ expected: OracleValue) {
        guard !expected.isNull else { return }
        #expect(agrees([found], [expected.double], within: 1e-9))
      }
      for difference in RaterAgreement.Difference.allCases {
        check(
          agreement.krippendorffAlpha(difference), item["krippendorff_\(difference.rawValue)"])
      }
      check(agreement.fleissKappa, item["fleiss_kappa"])
      check(agreement.randolphKappa, item["randolph_kappa"])
      check(agreement.percentAgreement, item["mean_pairwise_percent_agreement"])
      for (key, pair) in item.object where key.hasPrefix("pair_") {
        let raters = key.split(separator: "_").compactMap { Int($0) }
        let (first, second) = (raters[0], raters[1])
        #expect(agreement.sharedUnits(first, second) == pair["units"].int)
        check(agreement.percentAgreement(first, second), pair["percent_agreement"])
        check(agreement.cohenKappa(first, second), pair["cohen_kappa"])
        check(
          agreement.cohenKappa(first, second, weighting: .linear), pair["cohen_kappa_linear"])
        check(
          agreement.cohenKappa(first, second, weighting: .quadratic),
          pair["cohen_kappa_quadratic"])
      }
    }
  }

  @Test("one changed rating is noticed", .enabled(if: hasOracle))
  func perturbed() throws {
    let item = try Oracles.json("algorithms/agreement.json")["cases"][0]
    let categories = item["categories"].int
    var ratings = item["ratings_rater_by_unit"].array.map { $0.array.map { Optional($0.int) } }
    ratings[0][0] = ((ratings[0][0] ?? 0) + 1) % categories
    let agreement = try RaterAgreement(ratings, categories: categories)
    let alpha = agreement.krippendorffAlpha(.nominal)
    #expect(!agrees([alpha], [item["krippendorff_nominal"].double], within: 1e-9))
    #expect(
      !agrees([agreement.cohenKappa(0, 1)], [item["pair_0_1"]["cohen_kappa"].double], within: 1e-9))
  }

  @Test("raters with different numbers of units, and unknown categories, are refused")
  func mistakes() {
    #expect(throws: RLHFError.self) { try RaterAgreement([[0, 1], [0]], categories: 2) }
    #expect(throws: RLHFError.self) { try RaterAgreement([[0, 2]], categories: 2) }
    #expect(throws: RLHFError.self) { try RaterAgreement([], categories: 2) }
  }

  @Test("figures that are not defined are not numbers")
  func undefined() throws {
    let agreement = try RaterAgreement([[0, nil], [nil, 1]], categories: 2)
    #expect(agreement.percentAgreement(0, 1).isNaN && agreement.percentAgreement.isNaN)
    #expect(agreement.fleissKappa.isNaN && agreement.krippendorffAlpha(.nominal).isNaN)
  }
}
