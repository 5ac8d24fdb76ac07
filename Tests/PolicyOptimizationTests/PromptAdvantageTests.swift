import Foundation
import Testing

@testable import PolicyOptimization

@Suite("Advantages by prompt") struct PromptAdvantageTests {
  @Test("a prompt with enough scores is its own measure, another takes the batch's")
  func measures() {
    var estimator = PromptAdvantage(bufferSize: 4, minimum: 3)
    let first = estimator([1, 2, 6, 3], prompts: ["a", "a", "a", "b"])
    // Of a: mean 3, variance (4 + 1 + 9) / 3. Of the batch: mean 3, variance (4 + 1 + 9 + 0) / 4.
    let own = (14.0 / 3).squareRoot() + 1e-6
    #expect(
      zip(first, [-2 / own, -1 / own, 3 / own, 0]).allSatisfy { abs($0 - $1) < 1e-12 })
    // The buffer of a now holds 2, 6, 4, 8: mean 5, variance 5.
    let second = estimator([4, 8], prompts: ["a", "a"])
    let next = 5.0.squareRoot() + 1e-6
    #expect(zip(second, [-1 / next, 3 / next]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(estimator.scores == ["a": [2, 6, 4, 8], "b": [3]])
  }

  @Test("equal scores have no advantage")
  func equal() {
    var estimator = PromptAdvantage(bufferSize: 2, minimum: 1)
    #expect(estimator([5, 5, 7], prompts: ["a", "a", "b"]) == [0, 0, 0])
    #expect(estimator([], prompts: []) == [])
  }

  @Test("it goes on from its coding")
  func coding() throws {
    var one = PromptAdvantage(bufferSize: 8, minimum: 2)
    _ = one([0.1, 0.7, 0.3], prompts: ["a", "b", "a"])
    var two = try JSONDecoder().decode(
      PromptAdvantage.self, from: JSONEncoder().encode(one))
    #expect(one([0.5, 0.2], prompts: ["b", "a"]) == two([0.5, 0.2], prompts: ["b", "a"]))
  }
}
