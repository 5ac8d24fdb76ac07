import RLHFCore
import RLHFPlugin
import Testing

@Suite("Rankings and ratings in imported lines") struct OpinionLineTests {
  private func record(_ json: String) throws -> FeedbackRecord<String, Int>? {
    let value = try JSONValue(parsing: json)
    return try OpinionLine(value.objectValue ?? [:]).record(of: "p") {
      try $0.decoded(as: Int.self)
    }
  }

  private func ranking(_ json: String) throws -> [Int]? {
    guard case .ranking(let ranking) = try record(json) else { return nil }
    return ranking.artifacts
  }

  private func rating(_ json: String) throws -> Rating<String, Int>? {
    guard case .rating(let rating) = try record(json) else { return nil }
    return rating
  }

  @Test("the completion with the lowest rank comes first")
  func rankings() throws {
    #expect(try ranking(#"{"completions": [10, 20, 30], "ranking": [2, 3, 1]}"#) == [30, 10, 20])
    #expect(try ranking(#"{"completions": [10, 20], "ranking": [0.5, 0]}"#) == [20, 10])
    #expect(throws: UnusableRecord("a ranking has equal ranks")) {
      try record(#"{"completions": [10, 20], "ranking": [1, 1]}"#)
    }
    #expect(throws: UnusableRecord("a ranking has fewer than two artifacts")) {
      try record(#"{"completions": [10], "ranking": [1]}"#)
    }
  }

  @Test("labels and ratings have their scale")
  func ratings() throws {
    #expect(
      try rating(#"{"completion": 7, "label": true}"#)
        == Rating(prompt: "p", artifact: 7, value: 1, scale: .desirability))
    #expect(try rating(#"{"artifact": 7, "label": 0}"#)?.isDesirable == false)
    let stars = try rating(#"{"completion": 7, "rating": 4, "criterion": "clarity"}"#)
    #expect(stars?.scale == .five && stars?.criterion == "clarity" && stars?.isDesirable == true)
    #expect(
      try rating(#"{"completion": 7, "rating": 4, "scale": [0, 8]}"#)?.isDesirable == nil)
    #expect(throws: UnusableRecord("a rating is off its scale")) {
      try record(#"{"completion": 7, "rating": 9}"#)
    }
    #expect(try record(#"{"completion": 7}"#) == nil)
  }

  @Test(
    "a line of no known form is named",
    arguments: [
      (#"{"label": true}"#, "no 'completion'"),
      (#"{"completion": 7, "label": "yes"}"#, "'label' is a string"),
      (#"{"completion": 7, "label": 2}"#, "'label' is a number"),
      (#"{"completion": 7, "rating": "4"}"#, "'rating' is a string"),
      (#"{"completion": 7, "rating": 4, "scale": 5}"#, "'scale' is a number"),
      (#"{"completion": 7, "rating": 4, "scale": [5, 1]}"#, "above the lowest"),
      (#"{"completion": 7, "rating": 4, "criterion": 1}"#, "'criterion' is a number"),
      (#"{"completions": 7, "ranking": [1]}"#, "'completions' is a number"),
      (#"{"completions": [7, 8], "ranking": [1]}"#, "a number for each of 2"),
      (#"{"completions": [7, 8]}"#, "a number for each of 2"),
    ])
  func mistakes(json: String, expected: String) throws {
    let error = #expect(throws: RLHFError.self) { try record(json) }
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
  }
}
