import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore

struct FormatReadersTests {
  @Test func argillaAsTheSDKExportsIt() throws {
    let record = """
      [{"id":"pair-0001","fields":{"prompt":"Name a bird","response_a":"Robin","response_b":"Dog"},
      "metadata":{"domain":"text"},
      "suggestions":{"choice":{"value":"B","score":0.91,"agent":"rm-v1"}},
      "responses":{"pref":[{"value":["response_a","response_b"],"user_id":"u1"},
        {"value":[{"value":"response_b","rank":1},{"value":"response_a","rank":1}],"user_id":"u2"}],
        "quality":[{"value":5,"user_id":"u1"}],"safe":[{"value":"A","user_id":"u3"}]},
      "vectors":{},"status":"pending","_server_id":null},
      {"id":"x","fields":{"prompt":"q","response_a":"a","response_b":"b","response_c":"c"},
       "responses":{"pref":[{"value":["response_c","response_a","response_b"],"user_id":"u1"},
         {"value":["response_c","response_a"],"user_id":"u2"}]},"suggestions":{}},
      {"id":"y","fields":{"prompt":"q","text":"t"},
       "responses":{"quality":[{"value":4,"user_id":"u1"},{"value":9,"user_id":"u1"}]}},
      {"id":"z","fields":{"prompt":"w","response_a":"m","response_b":"n"},"responses":{},
       "suggestions":{"choice":{"value":"B","agent":"rm-v1"}}}]
      """
    let result = try imported("a.json", record)
    #expect(result.summary.format == .argilla)
    #expect(
      result.opinions == [
        "Name a bird: Robin first Dog [overall] u1",
        "Name a bird: Robin first Dog [safe] u3",
        "Name a bird: Robin tie Dog [overall] u2",
        "q: 1 c, 2 a, 3 b [overall] u1",
        "q: t = 4.0 of 1.0…5.0 [quality] u1",
      ])
    #expect(
      result.summary.losses.map(\.reason) == [
        "a rating does not say which of several items it is about",
        "a ranking leaves items out or repeats one", "a rating is off its scale",
        "the record has no answers yet",
      ])
    let suggested = try imported("a.json", record) { $0.takesSuggestions = true }
    #expect(suggested.opinions.contains("w: m second n [overall] rm-v1"))
    #expect(suggested.opinions.count == 6)
  }

  @Test func argillaAsTheServerHasItAndFlat() throws {
    let server = """
      {"id":"1","fields":{"prompt":"q","response_1":"a","response_2":"b"},"responses":[
      {"id":"r","status":"submitted","user_id":"u1","values":{"pref":{"value":[{"value":"response_2","rank":1},{"value":"response_1","rank":2}]}}},
      {"id":"s","status":"discarded","user_id":"u2","values":{"pref":{"value":[{"value":"response_1","rank":1}]}}}],"suggestions":[]}
      """
    let first = try imported("a.jsonl", server.replacing("\n", with: "") + "\n")
    #expect(first.opinions == ["q: a second b [overall] u1"])
    #expect(first.summary.losses.map(\.reason) == ["an answer was discarded"])
    let flat = """
      {"id":"1","status":"pending","prompt":"q","response_1":"a","response_2":"b","pref.responses":[["response_1","response_2"],["response_2","response_1"]],"pref.responses.users":["u1","u2"],"pref.responses.status":["submitted","draft"],"choice.suggestion":"A","choice.suggestion.score":0.5,"choice.suggestion.agent":"m"}
      """
    let second = try imported("a.jsonl", flat + "\n")
    #expect(second.opinions == ["q: a first b [overall] u1"])
    #expect(second.summary.losses.map(\.reason) == ["an answer was a draft"])
  }

  @Test(arguments: ["comparison", "pw", "text"])
  func labelStudioPairsWhateverTheirTarget(target: String) throws {
    let tasks = """
      [{"id":7,"data":{"prompt":"q","answer1":"a","answer2":"b"},"annotations":[
        {"id":1,"completed_by":3,"result":[{"id":"p1","from_name":"comparison","to_name":"\(target)","type":"pairwise","value":{"selected":"left"}}],
         "was_cancelled":false,"ground_truth":false,"lead_time":4.2,"created_at":"2024-01-02T03:04:05.678Z"},
        {"id":2,"completed_by":{"id":4,"email":"e@x"},"result":[{"type":"pairwise","from_name":"helpful","value":{"selected":"right"}}]},
        {"id":3,"completed_by":5,"was_cancelled":true,"result":[]},
        {"id":4,"completed_by":6,"result":[{"type":"choices","from_name":"c","value":{"choices":["Tie"]}}]},
        {"id":5,"completed_by":6,"result":[{"type":"pairwise","from_name":"comparison","value":{"selected":"none"}}]}
      ],"predictions":[]},
      {"id":8,"data":{"prompt":"q","answer1":"a","answer2":"b"},"annotations":[]}]
      """
    let result = try imported("a.json", tasks)
    #expect(result.summary.format == .labelStudio)
    #expect(
      try opinions(of: result.store) { vote in
        "\(vote.rater ?? "-") \(vote.seconds.map { "\($0)" } ?? "")"
      } == [
        "q: a first b [overall] 3 4.2", "q: a second b [helpful] e@x ",
        "q: a tie b [c] 6 ",
      ])
    #expect(
      result.summary.losses.map(\.reason) == [
        "an annotation was cancelled", "no side was chosen", "the task has no annotations yet",
      ])
  }

  @Test func labelStudioRankersRatingsAndMinimalForm() throws {
    let items = #"[{"id":"x","body":"a"},{"id":"y","body":"b"},{"id":"z","body":"c"}]"#
    func task(_ ranker: String) -> String {
      #"{"id":1,"data":{"prompt":"q","items":\#(items)},"annotations":[{"completed_by":1,"result":[{"type":"ranker","from_name":"rank","to_name":"list","value":{"ranker":\#(ranker)}}]}]}"#
    }
    let tasks = [
      #"["y","x","z"]"#, #"{"rank":["z","x","y"],"_":[]}"#, #"{"1":["x"],"2":["y","z"]}"#,
      #"{"good":["x"],"bad":["y","z"]}"#, #"["x","y"]"#,
    ].map(task)
    let result = try imported("a.jsonl", tasks.joined(separator: "\n"))
    #expect(
      result.opinions == [
        "q: 1 b, 2 a, 3 c [overall] 1", "q: 1 c, 2 a, 3 b [overall] 1",
        "q: a first b [overall] 1", "q: a first c [overall] 1",
        "q: b tie c [overall] 1",
      ])
    #expect(
      result.summary.losses.map(\.reason) == [
        "the buckets of a ranker are not an order", "a ranking leaves items out or repeats one",
      ])
    let flat = """
      [{"comparison":"left","prompt":"q","answer1":"a","answer2":"b","annotator":1,"lead_time":2.5,"id":1,"annotation_id":9},
       {"stars":4,"prompt":"q","response":"a","annotator":2,"lead_time":1,"id":2,"annotation_id":10}]
      """
    #expect(
      try imported("a.json", flat).opinions == [
        "q: a = 4.0 of 1.0…5.0 [stars] 2", "q: a first b [overall] 1",
      ])
  }

  @Test func groundTruthManifests() throws {
    let lines = [
      #"{"source":"q","response-a":"a","response-b":"b","extra":[1],"pref":1,"pref-metadata":{"class-name":"response-b","confidence":0.6,"type":"groundtruth/text-classification","job-name":"job-1","human-annotated":"yes","creation-date":"2018-11-02T11:15:02.123"}}"#,
      #"{"source":"q","response-a":"a","response-b":"b","pref":0,"pref-metadata":{"confidence":1.0,"type":"groundtruth/text-classification","job-name":"job-2","human-annotated":"yes"}}"#,
      #"{"source":"q","response-a":"a","response-b":"b","pref":0,"pref-metadata":{"job-name":"j","human-annotated":"no"}}"#,
      #"{"source-ref":"s3://bucket/a.png","stars":4,"stars-metadata":{"job-name":"j","class-name":"4"}}"#,
      #"{"source":"q","response-a":"a","response-b":"b","pref":0,"pref-metadata":{"job-name":"j","confidence":7}}"#,
    ]
    let result = try imported("a.manifest", lines.joined(separator: "\n"))
    #expect(result.summary.format == .groundTruth)
    #expect(
      try opinions(of: result.store) { "\($0.rater ?? "-") \($0.weight)" } == [
        "q: a first b [overall] job-2 1.0", "q: a second b [overall] job-1 0.6",
      ])
    #expect(
      result.summary.losses.map(\.reason) == [
        "a label was given by a machine", "a file lies elsewhere; nothing is fetched",
        "the confidence of a label is out of range",
      ])
  }

  @Test func humanEvaluations() throws {
    let line = """
      {"inputRecord":{"prompt":{"text":"q"},"category":"c"},"modelResponses":[{"response":"a","modelIdentifier":"m1"},{"response":"b","modelIdentifier":"m2"}],
      "humanEvaluationResult":{"humanAnswers":[{"workerId":"w1","timeSpentInSeconds":9.5,"submissionTime":"2024-05-06T07:08:09Z","answerContent":{"evaluationResults":{
      "thumbsUpDown":[{"metricName":"Relevance","modelResponseId":"0","result":false}],
      "individualLikertScale":[{"metricName":"Correctness","modelResponseId":"1","result":2}],
      "comparisonChoice":[{"metricName":"Style","result":{"modelResponseId":"1"}}],
      "comparisonLikertScale":[{"metricName":"Depth","leftModelResponseId":"1","rightModelResponseId":"0","result":1}],
      "comparisonRank":[{"metricName":"Accuracy","result":[{"modelResponseId":"0","rank":1},{"modelResponseId":"1","rank":1}]},{"metricName":"x","result":[]}]}}}]}}
      """
    let result = try imported("a.jsonl", line.replacing("\n", with: ""))
    #expect(result.summary.format == .humanEvaluation)
    #expect(
      result.opinions == [
        "q: a = 0.0 of 0.0…1.0 [relevance] w1", "q: a second b [depth] w1",
        "q: a second b [style] w1", "q: a tie b [accuracy] w1",
        "q: b = 2.0 of 1.0…5.0 [correctness] w1",
      ])
    #expect(result.summary.losses.map(\.reason) == ["a ranking leaves items out or repeats one"])
  }

  @Test func arenaBattles() throws {
    func battle(_ winner: String, _ replies: (String, String) = ("a", "b"), earlier: String = "q")
      -> String
    {
      #"{"question_id":"1","model_a":"m1","model_b":"m2","winner":"\#(winner)","judge":"person-7","conversation_a":[{"role":"user","content":"q"},{"role":"assistant","content":"\#(replies.0)"}],"conversation_b":[{"role":"user","content":"\#(earlier)"},{"role":"assistant","content":"\#(replies.1)"}],"turn":1,"anony":true,"language":"English","tstamp":1700000000.5}"#
    }
    let lines =
      ["model_a", "model_b", "tie", "tie (bothbad)", "nobody"].map { battle($0) }
      + [battle("model_a", ("c", "c")), battle("model_a", earlier: "r")]
    let result = try imported("a.jsonl", lines.joined(separator: "\n"))
    #expect(result.summary.format == .arena)
    #expect(
      try opinions(of: result.store) {
        "\($0.rater ?? "-") \($0.created?.timeIntervalSince1970 ?? 0)"
      }
        == ["bothBad", "first", "second", "tie"].map {
          "q: a \($0) b [overall] person-7 1700000000.5"
        })
    #expect(result.summary.losses.reduce(0) { $0 + $1.count } == 3)
    let origins = try result.store.read { db in
      var found: Set<String> = []
      try StoredRecords(content: .plain).forEach(db) { found.formUnion($0.record.origins) }
      return found
    }
    #expect(origins == ["m1", "m2"])
  }

  static let tableCases: [(String, [String])] = [
    (
      "prompt,response_a,response_b,winner,rater\nq,a,b,A,u1\nq,a,b,tie,u2\n",
      ["q: a first b [overall] u1", "q: a tie b [overall] u2"]
    ),
    (
      "\u{feff}prompt;chosen;rejected\r\n\"q;\"\"x\"\"\";\"a\r\nc\";b\r\n",
      ["q;\"x\": a\r\nc first b [overall] imported"]
    ),
    (
      "question\tanswer1\tanswer2\tpreference\tcriterion\tannotator\nq\ta\tb\t2\tstyle\t5\n\n",
      ["q: a second b [style] 5"]
    ),
    (
      "prompt,response,rating,rater\rq,a,4,u1\r",
      ["q: a = 4.0 of 1.0…5.0 [overall] u1"]
    ),
    (
      "prompt,response,score,lowest,highest\nq,a,70,0,100",
      ["q: a = 70.0 of 0.0…100.0 [overall] imported"]
    ),
    (
      "session_test_id,age,session_uuid,trial_id,rating_stimulus,rating_score,rating_time,rating_comment\nt,30,u-1,tr1,C1,85,1500,good\nt,30,u-1,tr1,reference,100,900,\n",
      [
        "tr1: C1 = 85.0 of 0.0…100.0 [overall] u-1",
        "tr1: reference = 100.0 of 0.0…100.0 [overall] u-1",
      ]
    ),
    (
      "session_test_id,email,trial_id,choice_reference,choice_non_reference,choice_answer,choice_time,choice_comment\nt,e@x,p1,A.wav,B.wav,B.wav,800,\nt,e@x,p1,A.wav,B.wav,reference,800,\n",
      ["p1: A.wav first B.wav [overall] e@x", "p1: A.wav second B.wav [overall] e@x"]
    ),
  ]

  @Test(arguments: tableCases)
  func tables(content: String, expected: [String]) throws {
    let result = try imported("a.csv", content)
    #expect(result.summary.format == .csv)
    #expect(result.opinions == expected)
  }

  @Test func rowsThatCannotBeUsedAreCounted() throws {
    let content = """
      prompt,response_a,response_b,winner
      q,a,b,A
      q,a,b,Z
      q,a,a,A
      q,a,b
      q,a,b,A,more,and,more
      """
    let result = try imported("a.csv", content)
    #expect(
      result.summary.losses == [
        .init(reason: "the winner of a pair is missing or not known", count: 1, lines: [3]),
        .init(reason: "the two sides are equal", count: 1, lines: [4]),
        .init(reason: "a row has neither a winner nor a rating", count: 1, lines: [5]),
        .init(reason: "a row has more cells than the header", count: 1, lines: [6]),
      ])
    let open = #expect(throws: RLHFError.self) {
      try imported("a.csv", "prompt,response,rating\nq,\"a,4\n")
    }
    #expect(
      open?.message.hasSuffix("a.csv:2: a cell is opened with a quote and never closed.") == true)
    let unclear = #expect(throws: RLHFError.self) { try imported("a.csv", "x,y\n1,2\n") }
    #expect(
      unclear?.message.contains("the format is not clear: found a table with the columns 'x', 'y'")
        == true)
    #expect(unclear?.message.contains("--format") == true)
  }

  @Test func importingAgainAddsNothingAndRatersKeepTheirKind() throws {
    let store = try FeedbackStore.inMemory()
    _ = try store.addJudged(
      [Comparison(prompt: Dialogue("p"), first: "x", second: "y")], judgments: [Judgment(.first)],
      rater: "u1", kind: .person, origin: "here", round: 0)
    try withFolder { folder in
      let file = try folder.with(
        "a.csv", lines: ["prompt,response_a,response_b,winner,rater", "q,a,b,A,u1", "q,a,b,B,u2"])
      let first = try Importer.dialogues.run([file], into: store)
      #expect(first.tally.judgments == 2)
      let second = try Importer.dialogues.run([file], into: store)
      #expect(second.tally.isUnchanged && second.tally.known == 2)
    }
    #expect(
      try store.counts().raters.map { "\($0.rater) \($0.kind.rawValue) \($0.judgments)" } == [
        "u1 person 1", "u1 (imported) imported 1", "u2 imported 1",
      ])
  }
}
