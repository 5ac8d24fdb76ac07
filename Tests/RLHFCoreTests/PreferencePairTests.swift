import Foundation
import RLHFCore
import Testing

struct PreferencePairTests {
  private let comparison = Comparison(prompt: "p", first: 1, second: 2)

  @Test(
    arguments: [
      (.first, 1, 2, 1), (.second, 2, 1, 1), (.tie, 1, 2, 0.5), (.bothBad, 1, 2, 0.5),
    ] as [(Verdict, Int, Int, Double)])
  func verdicts(verdict: Verdict, chosen: Int, rejected: Int, label: Double) {
    let judgment = Judgment(verdict, margin: 2, confidence: 0.25)
    #expect(
      PreferencePair(comparison, judgment, criterion: "calm")
        == PreferencePair(
          prompt: "p", chosen: chosen, rejected: rejected, label: label, margin: 2, weight: 0.25,
          criterion: "calm"))
  }

  @Test func skipSaysNothing() {
    #expect(PreferencePair(comparison, Judgment(.skip)) == nil)
  }

  @Test func defaults() throws {
    let pair = try #require(PreferencePair(comparison, Judgment(.first)))
    #expect(pair.margin == 0 && pair.weight == 1 && pair.criterion == "overall" && !pair.isTie)
    #expect(PreferencePair(comparison, Judgment(.tie))?.isTie == true)
  }

  @Test func judgmentsSurviveJSON() throws {
    let judgments = Verdict.allCases.map { Judgment($0, margin: 0.5, confidence: 0.75) }
    let json = try JSONEncoder().encode(judgments)
    #expect(try JSONDecoder().decode([Judgment].self, from: json) == judgments)
  }

  @Test func samplesSurviveJSON() throws {
    let samples = [
      Sample(prompt: "p", artifact: [1, 2]), Demonstration(prompt: "q", artifact: []),
    ]
    let json = try JSONEncoder().encode(samples)
    #expect(try JSONDecoder().decode([Sample<String, [Int]>].self, from: json) == samples)
  }
}
