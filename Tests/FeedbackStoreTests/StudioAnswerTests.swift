import RLHFCore
import Testing

@testable import FeedbackStore

struct StudioAnswerTests {
  static let forms: [(String, StudioAnswer)] = [
    (#"{"kind":"pair","verdict":"bothBad"}"#, StudioAnswer(.pair(.bothBad))),
    (
      #"{"comment":"close","kind":"pair","verdict":"first"}"#,
      StudioAnswer(.pair(.first), comment: "close")
    ),
    (#"{"kind":"ranking","ranks":[1,2,2,4]}"#, StudioAnswer(.ranking([1, 2, 2, 4]))),
    (#"{"kind":"rating","ratings":{"overall":5}}"#, StudioAnswer(.rating(["overall": 5]))),
    (#"{"kind":"labels","labels":["happy"]}"#, StudioAnswer(.labels(["happy"]))),
    (#"{"choice":"first","kind":"realOrGenerated"}"#, StudioAnswer(.realOrGenerated(.first))),
    (#"{"choice":"real","kind":"realOrGenerated"}"#, StudioAnswer(.realOrGenerated(.real))),
    (#"{"kind":"comment","text":"too loud"}"#, StudioAnswer(.comment("too loud"))),
    (#"{"kind":"demonstration","text":"Robin"}"#, StudioAnswer(.demonstration("Robin"))),
    (
      #"{"amended":{"kind":"pair","verdict":"tie"},"decision":"amend","kind":"review","text":"no"}"#,
      StudioAnswer(.review(.amend, amended: StudioAnswer(.pair(.tie)), text: "no"))
    ),
    (#"{"kind":"skip","reason":"unclear"}"#, StudioAnswer(.skip(reason: "unclear"))),
    (#"{"kind":"skip"}"#, StudioAnswer(.skip(reason: nil))),
  ]

  @Test(arguments: forms)
  func answersHaveOneForm(json: String, answer: StudioAnswer) throws {
    #expect(try JSONValue(encoding: answer).description == json)
    #expect(try JSONValue(parsing: json).decoded(as: StudioAnswer.self) == answer)
  }

  @Test(arguments: [
    "{}", #"{"kind":"vote"}"#, #"{"kind":"pair"}"#, #"{"kind":"pair","verdict":"left"}"#,
    #"{"kind":"ranking","ranks":["1"]}"#, #"{"kind":"review"}"#, "[]", "null",
    #"{"kind":"rating","ratings":[5]}"#, #"{"kind":"comment"}"#,
  ])
  func otherFormsAreRefused(json: String) throws {
    let value = try JSONValue(parsing: json)
    #expect(throws: (any Error).self) { try value.decoded(as: StudioAnswer.self) }
  }

  @Test func sidesAreTranslated() {
    let swapped = [1, 0]
    func canonical(_ content: StudioAnswer.Content, _ order: [Int]) -> StudioAnswer.Content {
      StudioAnswer(content).canonical(order: order).content
    }
    #expect(canonical(.pair(.first), swapped) == .pair(.second))
    #expect(canonical(.pair(.second), swapped) == .pair(.first))
    #expect(canonical(.pair(.first), [0, 1]) == .pair(.first))
    #expect(canonical(.pair(.tie), swapped) == .pair(.tie))
    #expect(canonical(.realOrGenerated(.first), swapped) == .realOrGenerated(.second))
    #expect(canonical(.realOrGenerated(.real), [0]) == .realOrGenerated(.real))
    // Shown are items 2, 0, 1; the best one was shown last, and it is item 1.
    #expect(canonical(.ranking([3, 2, 1]), [2, 0, 1]) == .ranking([2, 1, 3]))
    let review = StudioAnswer.Content.review(.amend, amended: StudioAnswer(.pair(.first)), text: "")
    #expect(
      canonical(review, swapped)
        == .review(.amend, amended: StudioAnswer(.pair(.second)), text: ""))
  }

  @Test func bothTranslationsUndoEachOther() {
    var generator = Seed(7).generator
    for _ in 0..<200 {
      let order = Array(0..<Int.random(in: 2...8, using: &generator)).shuffled(using: &generator)
      let answer = StudioAnswer(
        .ranking(order.map { _ in Int.random(in: 1...order.count, using: &generator) }))
      #expect(answer.canonical(order: order).presented(order: order) == answer)
      #expect(answer.presented(order: order).canonical(order: order) == answer)
    }
  }
}

struct StudioAnswerValidationTests {
  static func draft(_ kind: TaskKind, items: Int, criteria: [String] = []) -> TaskDraft {
    TaskDraft(
      kind: kind, criteria: criteria, prompt: 1, items: (0..<items).map(Int64.init),
      labels: ["happy", "sad"], subject: kind == .review ? "a" : nil)
  }

  static let wrong: [(StudioAnswer.Content, TaskDraft, String)] = [
    (
      .pair(.skip), draft(.pair, items: 2),
      "the verdict is 'skip'; send an answer of the kind 'skip'."
    ),
    (
      .comment("x"), draft(.pair, items: 2),
      "the answer is of the kind 'comment'; the task asks for 'pair'."
    ),
    (
      .ranking([1, 2]), draft(.ranking, items: 3),
      "the ranking has 2 ranks; expected 3 from 1 to 3."
    ),
    (
      .ranking([1, 2, 4]), draft(.ranking, items: 3),
      "the ranking has 3 ranks; expected 3 from 1 to 3."
    ),
    (
      .rating(["mood": 3]), draft(.rating, items: 1, criteria: ["overall"]),
      "the ratings are not of the criteria that the task asks for; expected overall."
    ),
    (
      .rating(["overall": 8]), draft(.rating, items: 1, criteria: ["overall"]),
      "the rating of 'overall' is 8.0; expected 1.0 to 7.0."
    ),
    (
      .rating(["overall": .nan]), draft(.rating, items: 1, criteria: ["overall"]),
      "the rating of 'overall' is nan; expected 1.0 to 7.0."
    ),
    (
      .labels(["angry"]), draft(.labels, items: 1),
      "the labels are not among those of the task, or none, or one of them twice."
    ),
    (
      .labels([]), draft(.labels, items: 1),
      "the labels are not among those of the task, or none, or one of them twice."
    ),
    (
      .realOrGenerated(.real), draft(.realOrGenerated, items: 2),
      "the choice is 'real'; expected 'first' or 'second'."
    ),
    (
      .realOrGenerated(.first), draft(.realOrGenerated, items: 1),
      "the choice is 'first'; expected 'real' or 'generated'."
    ),
    (.comment(" \n"), draft(.comment, items: 1), "the comment is empty."),
    (.demonstration(""), draft(.demonstration, items: 0), "the demonstration is empty."),
    (
      .comment(String(repeating: "x", count: 10_001)), draft(.comment, items: 1),
      "the comment has 10001 bytes; expected at most 10000."
    ),
    (
      .review(.amend, amended: nil, text: nil), draft(.review, items: 2),
      "a review that amends has an answer in 'amended', and no other review has."
    ),
    (
      .review(.amend, amended: StudioAnswer(.skip(reason: nil)), text: nil),
      draft(.review, items: 2), "a review amends by an answer; reject what should not count."
    ),
    (
      .review(.amend, amended: StudioAnswer(.comment("x")), text: nil), draft(.review, items: 2),
      "the answer is of the kind 'comment'; the task asks for 'pair'."
    ),
  ]

  @Test(arguments: wrong)
  func answersThatDoNotFit(
    content: StudioAnswer.Content, task: TaskDraft, message: String
  ) throws {
    let scale = try RatingScale(lowest: 1, highest: 7)
    let error = thrown {
      try StudioAnswer(content).validate(
        for: task, scales: ["overall": scale], reviewed: Self.draft(.pair, items: 2))
    }
    #expect(error?.code == .invalidData)
    #expect(error?.message == message)
  }

  @Test(arguments: TaskKind.allCases)
  func everyTaskCanBeSkipped(kind: TaskKind) throws {
    try StudioAnswer(.skip(reason: "unclear")).validate(for: Self.draft(kind, items: 1))
  }
}
