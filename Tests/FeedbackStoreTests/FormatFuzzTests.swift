import Foundation
import Presentation
import RLHFCore
import Testing

@testable import FeedbackStore

/// Small random numbers, the same in every run.
private struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

/// Whatever a file holds, its reader counts it or says what is wrong; it never stops the program.
struct FormatFuzzTests {
  static let seeds: [(FeedbackFormat, String)] = [
    (
      .argilla,
      #"{"id":"1","fields":{"prompt":"q","response_a":"a","response_b":"b"},"metadata":{"scale":[1,5],"raters":["u=v"]},"suggestions":{"c":{"value":"A","agent":"m"}},"responses":{"pref":[{"value":[{"value":"response_a","rank":1},{"value":"response_b","rank":2}],"user_id":"u"}],"q_a":[{"value":3}]}}"#
    ),
    (
      .labelStudio,
      #"{"id":1,"data":{"prompt":"q","items":[{"id":"x","body":"a"},{"id":"y","body":"b"}]},"annotations":[{"completed_by":1,"lead_time":2.5,"created_at":"2024-01-02T03:04:05Z","result":[{"type":"ranker","from_name":"r","value":{"ranker":{"r":["x","y"]}}},{"type":"rating","from_name":"s","value":{"rating":3}},{"type":"choices","value":{"choices":["tie"]}},{"type":"pairwise","value":{"selected":"left"}}]}]}"#
    ),
    (
      .groundTruth,
      #"{"source":"q","item-a":"a","item-b":"b","pref":1,"pref-metadata":{"class-name":"item-b","confidence":0.5,"job-name":"j","human-annotated":"yes","creation-date":"2020-01-01T00:00:00","worker-votes":[{"label":0,"worker-id":"w","seconds":3}]}}"#
    ),
    (
      .humanEvaluation,
      #"{"inputRecord":{"prompt":"q"},"modelResponses":[{"response":"a"},{"response":"b"}],"humanEvaluationResult":{"humanAnswers":[{"workerId":"w","answerContent":{"evaluationResults":{"comparisonRank":[{"metricName":"m","result":[{"modelResponseId":"0","rank":1},{"modelResponseId":"1","rank":2}]}],"comparisonLikertScale":[{"result":2}]}}}]}}"#
    ),
    (
      .arena,
      #"{"question_id":1,"model_a":"m","model_b":"n","winner":"tie","judge":"j","conversation_a":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"conversation_b":[{"role":"user","content":"q"},{"role":"assistant","content":"b"}],"tstamp":17}"#
    ),
    (
      .mediaFolder,
      #"{"file_name":"a.png","rating":3,"scale":[1,5],"prompt":"q","rater":"u","weight":1,"created":"2020-01-01","seconds":1}"#
    ),
    (
      .csv,
      "id,kind,criterion,rater,prompt,item_1,item_2,answer,margin,lowest,highest,weight,order,seconds,created,comment\n1,pair,o,u,q,a,b,first,1,,,1,0 1,3,2020-01-01,\"x\"\"y\"\n"
    ),
  ]

  static let values: [JSONValue] = [
    nil, true, 0, -1, 1e308, -1e-300, 9_223_372_036_854_775_807, -9_223_372_036_854_775_808, 1e19,
    "", "\0", "é\u{202e}", "'; DROP TABLE raters; --", "<img src=x onerror=alert(1)>",
    "../../etc/passwd", [], [[]],
    [nil], [1, "a", [:]], [:], ["value": [:]], ["role": "user"],
    ["role": "user", "content": ["a"]],
    ["id": 1], ["rank": 1], .string(String(repeating: "x", count: 4_000)), ["type": "image"],
  ]

  private func run(
    _ format: FeedbackFormat, _ bytes: [UInt8], _ folder: URL, _ store: FeedbackStore
  ) throws {
    let file = try folder.with("fuzz", bytes)
    var options = ImportOptions(skipsInvalid: true)
    options.takesSuggestions = true
    options.addMedia = { _ in MediaReference(sha256: "00", type: "image/png") }
    for forced in [format, nil] {
      options.format = forced
      do {
        let summary = try Importer.dialogues.run([file], into: store, options: options)
        let tally = summary.tally
        #expect(
          summary.lost + tally.judgments + tally.rankings + tally.ratings + tally.known
            + tally.demonstrations > 0)
      } catch let error as RLHFError {
        #expect(!error.message.isEmpty && error.message.utf8.count < 2000)
      }
    }
  }

  @Test(arguments: seeds)
  func filesCutAnywhere(format: FeedbackFormat, seed: String) throws {
    let store = try FeedbackStore.inMemory()
    try withFolder { folder in
      let bytes = Array(seed.utf8)
      for length in stride(from: 0, to: bytes.count, by: 11) {
        try run(format, Array(bytes[..<length]), folder, store)
      }
    }
  }

  @Test(arguments: seeds)
  func bytesChangedAnywhere(format: FeedbackFormat, seed: String) throws {
    let store = try FeedbackStore.inMemory()
    try withFolder { folder in
      var dice = Dice(state: UInt64(seed.utf8.count))
      for _ in 0..<60 {
        var bytes = Array(seed.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
          let position = Int.random(in: 0..<bytes.count, using: &dice)
          switch Int.random(in: 0..<3, using: &dice) {
          case 0: bytes[position] = .random(in: 0...255, using: &dice)
          case 1: bytes.insert(contentsOf: bytes[position...].prefix(9), at: position)
          default: bytes.remove(at: position)
          }
        }
        try run(format, bytes, folder, store)
      }
    }
  }

  @Test(arguments: seeds.filter { $0.0 != .csv })
  func valuesOfOtherKinds(format: FeedbackFormat, seed: String) throws {
    let json = try JSONValue(parsing: seed)
    let store = try FeedbackStore.inMemory()
    try withFolder { folder in
      for place in 0..<Self.count(json) {
        let lines = Self.values.map { value -> String in
          var position = place
          return Self.replacing(json, &position, with: value).description
        }
        // One file for all values in one place: each line stands for itself.
        try run(format, Array(lines.joined(separator: "\n").utf8), folder, store)
      }
    }
  }

  private static func count(_ json: JSONValue) -> Int {
    switch json {
    case .array(let elements): elements.reduce(1) { $0 + count($1) }
    case .object(let members): members.values.reduce(1) { $0 + count($1) }
    default: 1
    }
  }

  private static func replacing(
    _ json: JSONValue, _ position: inout Int, with value: JSONValue
  ) -> JSONValue {
    defer { position -= 1 }
    if position == 0 { return value }
    switch json {
    case .array(let elements):
      return .array(
        elements.map { element in
          position -= 1
          return replaced(element, &position, value)
        })
    case .object(let members):
      var result = members
      for key in members.keys.sorted() {
        position -= 1
        result[key] = replaced(members[key] ?? .null, &position, value)
      }
      return .object(result)
    default: return json
    }
  }

  /// Replaces within `json`, and leaves `position` at the number of its last place.
  private static func replaced(
    _ json: JSONValue, _ position: inout Int, _ value: JSONValue
  ) -> JSONValue {
    let size = count(json)
    guard position >= 0, position < size else {
      position -= size - 1
      return json
    }
    var inner = position
    let result = replacing(json, &inner, with: value)
    position -= size - 1
    return result
  }

  @Test func deepNestingIsRefused() throws {
    let store = try FeedbackStore.inMemory()
    try withFolder { folder in
      let deep =
        #"{"winner":"tie","model_a":"m","model_b":"n","conversation_a":"#
        + String(repeating: "[", count: 100_000)
      try run(.arena, Array(deep.utf8), folder, store)
      let closed =
        #"{"winner":"tie","model_a":"m","model_b":"n","conversation_a":"#
        + String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000) + "}"
      try run(.arena, Array(closed.utf8), folder, store)
    }
  }
}
