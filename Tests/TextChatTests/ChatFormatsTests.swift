import Foundation
import RLHFCore
import Testing

@testable import TextChat

struct ChatFormatsTests {
  private typealias Pair = PreferencePair<ChatPrompt, ChatReply>
  private typealias Record = FeedbackRecord<ChatPrompt, ChatReply>

  private func records(_ json: String, _ turns: DemonstrationTurns = .every) throws -> [Record] {
    try chatRecords(from: JSONValue(parsing: json), turns: turns)
  }

  private func pair(_ json: String) throws -> Pair? {
    guard case .preference(let pair) = try records(json).first else { return nil }
    return pair
  }

  private func demonstrations(
    _ json: String, _ turns: DemonstrationTurns = .every
  ) throws -> [Demonstration<ChatPrompt, ChatReply>] {
    try records(json, turns).compactMap {
      guard case .demonstration(let demonstration) = $0 else { return nil }
      return demonstration
    }
  }

  private func prompt(_ json: String) throws -> ChatPrompt? {
    guard case .prompt(let prompt) = try records(json).first else { return nil }
    return prompt
  }

  private let capital = ChatPrompt("What is the capital of Peru?")

  // MARK: - Preferences

  @Test(arguments: [
    // hh-rlhf
    #"{"chosen":"\n\nHuman: What is the capital of Peru?\n\nAssistant: Lima.","rejected":"\n\nHuman: What is the capital of Peru?\n\nAssistant: Cusco."}"#,
    // an explicit prompt, in strings and in messages, and in strings with transcripts
    #"{"prompt":"What is the capital of Peru?","chosen":" Lima.","rejected":"Cusco.\n"}"#,
    #"{"prompt":"\n\nHuman: What is the capital of Peru?\n\nAssistant:","chosen":" Lima.","rejected":" Cusco."}"#,
    #"{"prompt":[{"role":"user","content":"What is the capital of Peru?"}],"chosen":[{"role":"assistant","content":"Lima."}],"rejected":[{"role":"assistant","content":"Cusco."}]}"#,
    // an explicit prompt that the sides repeat
    #"{"prompt":"What is the capital of Peru?","chosen":[{"role":"user","content":"What is the capital of Peru?"},{"role":"assistant","content":"Lima."}],"rejected":[{"role":"user","content":"What is the capital of Peru?"},{"role":"assistant","content":"Cusco."}]}"#,
    // an implicit prompt, in strings and in messages
    #"{"chosen":"What is the capital of Peru? Lima.","rejected":"What is the capital of Peru? Cusco."}"#,
    #"{"chosen":[{"role":"user","content":"What is the capital of Peru?"},{"role":"assistant","content":"Lima."}],"rejected":[{"role":"user","content":"What is the capital of Peru?"},{"role":"assistant","content":"Cusco."}],"id":7}"#,
    // parts, other names of roles, a null that says nothing
    #"{"prompt":null,"chosen":[{"role":"human","content":[{"type":"text","text":"What is the capital "},{"type":"text","text":"of Peru?"}]},{"role":"gpt","content":"Lima."}],"rejected":[{"role":"user","content":"What is the capital of Peru?"},{"role":"model","content":"Cusco."}]}"#,
  ])
  func formsOfAPreference(json: String) throws {
    #expect(
      try pair(json)
        == Pair(prompt: capital, chosen: ChatReply("Lima."), rejected: ChatReply("Cusco.")))
  }

  @Test func transcriptsOfSeveralTurns() throws {
    let json =
      #"{"chosen":"\n\nHuman: Hi\n\nAssistant: Hello.\n\nBye\nHuman: no turn\n\nHuman: Who?\n\nHuman: Well?\n\nAssistant: Me","rejected":"\n\nHuman: Hi\n\nAssistant: Hello.\n\nBye\nHuman: no turn\n\nHuman: Who?\n\nHuman: Well?\n\nAssistant: You"}"#
    let expected: [ChatMessage] = [
      .init(role: .user, content: "Hi"),
      .init(role: .assistant, content: "Hello.\n\nBye\nHuman: no turn"),
      .init(role: .user, content: "Who?"), .init(role: .user, content: "Well?"),
    ]
    let pair = try pair(json)
    #expect(pair?.prompt.messages == expected)
    #expect(pair?.chosen.text == "Me" && pair?.rejected.text == "You")
  }

  @Test func sharedBeginningsEndWithAWord() throws {
    let pair = try pair(#"{"chosen":"The sky is blue.","rejected":"The sky is black."}"#)
    #expect(pair?.prompt == ChatPrompt("The sky is"))
    #expect(pair?.chosen.text == "blue." && pair?.rejected.text == "black.")
  }

  @Test func marginFactsAndSystem() throws {
    let pair = try pair(
      #"{"system":"Be brief.","prompt":"Q","chosen":"a","rejected":"b","margin":1.5,"facts":["12 °C|12C","wind"]}"#
    )
    #expect(pair?.margin == 1.5)
    #expect(
      pair?.prompt
        == ChatPrompt(
          messages: [
            ChatMessage(role: .system, content: "Be brief."),
            ChatMessage(role: .user, content: "Q"),
          ], facts: ["12 °C|12C", "wind"]))
  }

  @Test(arguments: [
    (
      #"{"chosen":"\n\nHuman: a\n\nAssistant: b","rejected":"\n\nHuman: a\n\nAssistant: b "}"#,
      "the two sides are equal"
    ),
    (
      #"{"chosen":"\n\nHuman: a\n\nAssistant: b","rejected":"\n\nHuman: c\n\nAssistant: d"}"#,
      "the sides differ before the last turn"
    ),
    (
      #"{"chosen":"\n\nHuman: a\n\nAssistant: b\n\nHuman: c","rejected":"\n\nHuman: a\n\nAssistant: b"}"#,
      "a side does not end with a turn of the assistant"
    ),
    (
      #"{"chosen":"\n\nHuman: a\n\nAssistant:","rejected":"\n\nHuman: a\n\nAssistant: b"}"#,
      "a reply is empty"
    ),
    (
      #"{"chosen":"\n\nHuman:\n\nAssistant: a","rejected":"\n\nHuman:\n\nAssistant: b"}"#,
      "the prompt is empty"
    ),
    (#"{"prompt":"a","chosen":"b","rejected":"b"}"#, "the two sides are equal"),
    (#"{"prompt":"a","chosen":"","rejected":"b"}"#, "a reply is empty"),
    (#"{"prompt":" \n","chosen":"a","rejected":"b"}"#, "the prompt is empty"),
    (#"{"prompt":[],"chosen":"a","rejected":"b"}"#, "'prompt' is an empty list"),
    (#"{"prompt":"a","chosen":"b","rejected":"c","margin":-1}"#, "the margin is negative"),
    (#"{"chosen":"same","rejected":"same"}"#, "the two sides are equal"),
    (#"{"chosen":"a b","rejected":"c d"}"#, "the sides have no prompt in common"),
    (#"{"chosen":"a b","rejected":"a "}"#, "the sides have no prompt in common"),
    (
      #"{"prompt":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"chosen":"c","rejected":"d"}"#,
      "the prompt ends with a turn of the assistant"
    ),
    (
      #"{"prompt":"a","chosen":[{"role":"user","content":"b"}],"rejected":"c"}"#,
      "'chosen' does not end with a turn of the assistant"
    ),
    (
      #"{"prompt":"a","chosen":"c","rejected":[{"role":"user","content":"b"},{"role":"assistant","content":"d"}]}"#,
      "'rejected' holds more than one turn after the prompt"
    ),
    (
      #"{"messages":[{"role":"user","content":"a"}]}"#,
      "the conversation has no turn in which the assistant replies to a person"
    ),
    (
      #"{"messages":[{"role":"assistant","content":"a"}]}"#,
      "the conversation has no turn in which the assistant replies to a person"
    ),
    (
      #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":" "}]}"#,
      "the conversation has no turn in which the assistant replies to a person"
    ),
    (
      #"{"messages":[{"role":"user","content":"a"},{"role":"tool","content":"b"}]}"#,
      "a turn has a role other than system, user and assistant"
    ),
    (
      #"{"messages":[{"role":"user","content":[{"type":"image"}]},{"role":"assistant","content":"b"}]}"#,
      "a turn holds something else than text"
    ),
    (#"{"messages":[]}"#, "'messages' is an empty list"),
    (#"{"prompt":"a","completion":" "}"#, "a reply is empty"),
    (#"{"instruction":"a","output":""}"#, "a reply is empty"),
    (#"{"instruction":" ","output":"b"}"#, "the prompt is empty"),
    (#"{"prompt":""}"#, "the prompt is empty"), (#"{"turns":[""]}"#, "the prompt is empty"),
  ])
  func recordsThatTeachNothing(json: String, reason: String) {
    #expect(throws: UnusableRecord(reason)) { try records(json) }
  }

  @Test(arguments: [
    ("[1]", "found an array, expected a JSON object."),
    (
      "{}",
      "found the keys of an empty object; expected 'chosen' and 'rejected', 'messages', 'prompt' (with 'completion'), or 'instruction' and 'output'."
    ),
    (
      #"{"instruction":"a","response1":"b"}"#,
      "found the keys 'instruction', 'response1'; expected 'chosen' and 'rejected', 'messages', 'prompt' (with 'completion'), or 'instruction' and 'output'."
    ),
    (
      #"{"prompt":"a","chosen":"b"}"#,
      "found the keys 'chosen', 'prompt', but no 'rejected'; expected 'chosen' and 'rejected'."
    ),
    (
      #"{"text":"a"}"#,
      "the record is one string 'text', in which prompt and reply cannot be told apart; expected 'messages', 'prompt' and 'completion', or 'chosen' and 'rejected'."
    ),
    (
      #"{"prompt":"a","completion":"b","label":"good"}"#,
      "'label' is a string; expected true or false."
    ),
    (
      #"{"prompt":"a","completions":["b","c"],"ranking":[1]}"#,
      "'ranking' does not have a number for each of 2 'completions'; expected the rank of each, the lowest best."
    ),
    (
      #"{"prompt":"a","completion":"b","rating":"much"}"#,
      "'rating' is a string; expected a number."
    ),
    (
      #"{"prompt":3,"chosen":"b","rejected":"c"}"#,
      "'prompt' is a number; expected a string or a list of {\"role\", \"content\"}."
    ),
    (
      #"{"chosen":"a","rejected":[{"role":"user","content":"a"}]}"#,
      "'chosen' and 'rejected' have different forms; expected the same form on both sides."
    ),
    (
      #"{"prompt":"a","chosen":"b","rejected":"c","margin":"2"}"#,
      "'margin' is a string; expected a number."
    ),
    (#"{"prompt":"a","facts":"b"}"#, "'facts' is a string; expected a list of strings."),
    (#"{"prompt":"a","facts":["b",1]}"#, "'facts' is an array; expected a list of strings."),
    (#"{"messages":"a"}"#, "'messages' is a string; expected a list of {\"role\", \"content\"}."),
    (
      #"{"messages":[{"role":"user"}]}"#,
      "'messages[0]' is not a message; expected an object with 'role' and 'content'."
    ),
    (
      #"{"messages":[{"role":"user","content":"a"},{"role":"user","content":1}]}"#,
      "'messages[1].content' is a number; expected a string."
    ),
    (#"{"turns":[]}"#, "'turns' is not a list of strings; expected the turns of a person."),
    (#"{"instruction":1,"output":"a"}"#, "'instruction' is a number; expected a string."),
  ])
  func formsThatAreNotKnown(json: String, message: String) {
    let error = #expect(throws: RLHFError.self) { try records(json) }
    #expect(error?.message == message)
  }

  // MARK: - Demonstrations and prompts

  private let conversation =
    #"{"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"},{"role":"assistant","content":" Hello.","rating":"Good"},{"role":"user","content":"Bye"},{"role":"assistant","content":"Farewell."}]}"#

  @Test func everyTurnOfAConversation() throws {
    let messages: [ChatMessage] = [
      .init(role: .system, content: "Be kind."), .init(role: .user, content: "Hi"),
      .init(role: .assistant, content: "Hello."), .init(role: .user, content: "Bye"),
    ]
    let every = try demonstrations(conversation)
    #expect(every.map(\.prompt.messages) == [Array(messages[..<2]), messages])
    #expect(every.map(\.artifact.text) == ["Hello.", "Farewell."])
    #expect(try demonstrations(conversation, .last) == [every[1]])
  }

  @Test func turnsOfTheAssistantInARow() throws {
    // The second of two turns in a row has no prompt that ends with a person's turn.
    let json =
      #"{"messages":[{"role":"assistant","content":"Welcome"},{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"assistant","content":"c"}]}"#
    #expect(try demonstrations(json).map(\.artifact.text) == ["b"])
    #expect(try demonstrations(json).first?.prompt.messages.count == 2)
  }

  @Test(arguments: [
    #"{"prompt":"What is the capital of Peru?","completion":"Lima."}"#,
    #"{"prompt":[{"role":"user","content":"What is the capital of Peru?"}],"completion":[{"role":"assistant","content":"Lima."}]}"#,
    #"{"messages":[{"role":"user","content":"What is the capital of Peru?"},{"role":"assistant","content":"Lima."}]}"#,
    #"{"instruction":"What is the capital of Peru?","input":"","output":"Lima."}"#,
    #"{"instruction":"What is the capital of Peru?","output":"Lima.","generator":"x"}"#,
  ])
  func formsOfADemonstration(json: String) throws {
    #expect(
      try demonstrations(json) == [Demonstration(prompt: capital, artifact: ChatReply("Lima."))])
  }

  @Test func rankingsAndRatings() throws {
    func ranking(_ json: String) throws -> Ranking<ChatPrompt, ChatReply>? {
      guard case .ranking(let ranking) = try records(json).first else { return nil }
      return ranking
    }
    func rating(_ json: String) throws -> Rating<ChatPrompt, ChatReply>? {
      guard case .rating(let rating) = try records(json).first else { return nil }
      return rating
    }
    let replies = ["Lima.", "Cusco.", "I do not know."].map { ChatReply($0) }
    #expect(
      try ranking(
        #"{"prompt":"What is the capital of Peru?","completions":["Cusco.","Lima.","I do not know."],"ranking":[2,1,3]}"#
      ) == Ranking(prompt: capital, artifacts: replies))
    #expect(
      try rating(
        #"{"prompt":[{"role":"user","content":"What is the capital of Peru?"}],"completion":[{"role":"assistant","content":"Lima."}],"label":true}"#
      ) == Rating(prompt: capital, artifact: replies[0], value: 1, scale: .desirability))
    #expect(
      try rating(
        #"{"prompt":"What is the capital of Peru?","completion":"Cusco.","rating":2,"criterion":"truth"}"#
      )
        == Rating(
          prompt: capital, artifact: replies[1], value: 2, scale: .five, criterion: "truth"))
    #expect(
      try rating(
        #"{"prompt":"What is the capital of Peru?","completion":"Cusco.","rating":2,"scale":[0,10]}"#
      )?.scale == RatingScale(lowest: 0, highest: 10))
    for json in [
      #"{"prompt":"a","completions":["b","c"],"ranking":[1,1]}"#,
      #"{"prompt":"a","completions":["b"],"ranking":[1]}"#,
      #"{"prompt":"a","completion":"b","rating":7}"#,
      #"{"prompt":"a","completion":"","label":true}"#,
    ] {
      #expect(throws: UnusableRecord.self) { try records(json) }
    }
  }

  @Test func alpacaInputs() throws {
    let json = #"{"instruction":"Translate.","input":"Guten Tag","output":"Good day"}"#
    #expect(try demonstrations(json).first?.prompt == ChatPrompt("Translate.\n\nGuten Tag"))
  }

  @Test(arguments: [
    #"{"prompt":"What is the capital of Peru?"}"#,
    #"{"prompt":"\n\nHuman: What is the capital of Peru?\n\nAssistant:"}"#,
    #"{"prompt":[{"role":"user","content":"What is the capital of Peru?"},{"role":"assistant","content":""}]}"#,
    #"{"question_id":81,"category":"geography","turns":["What is the capital of Peru?","And now?"]}"#,
  ])
  func formsOfAPrompt(json: String) throws {
    #expect(try prompt(json) == capital)
  }

  // MARK: - Export

  @Test func exportedLinesComeBack() throws {
    var pair = Pair(
      prompt: ChatPrompt(
        messages: [
          ChatMessage(role: .system, content: "s"), ChatMessage(role: .user, content: "é\0\"\nx"),
        ], facts: ["f"]), chosen: ChatReply("a"), rejected: ChatReply("b"), margin: 2)
    let line = try #require(trlPreferenceLine(for: pair))
    #expect(try self.pair(line.description) == pair)
    #expect(
      line.description
        == #"{"chosen":[{"content":"a","role":"assistant"}],"facts":["f"],"margin":2,"prompt":[{"content":"s","role":"system"},{"content":"é\u0000\"\nx","role":"user"}],"rejected":[{"content":"b","role":"assistant"}]}"#
    )
    pair.label = 0.5
    #expect(trlPreferenceLine(for: pair) == nil)
    pair.label = 0.25
    #expect(try self.pair(#require(trlPreferenceLine(for: pair)).description)?.chosen.text == "b")
  }
}
