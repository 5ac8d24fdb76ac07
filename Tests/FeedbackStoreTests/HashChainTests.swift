import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

struct HashChainTests {
  @Test func linesAreWrittenInOneForm() {
    let line = HashChain.line(
      [
        "vote": "0190c0de-0000-7000-8000-000000000001", "task": "t1", "schema": "vote.v1",
        "order": [1, 0], "items": ["sha256:aa", "sha256:bb"], "answer": "a", "annotator": "u1",
      ], after: HashChain.start)
    let zeros = String(repeating: "0", count: 64)
    #expect(
      line == #"{"annotator":"u1","answer":"a","items":["sha256:aa","sha256:bb"],"order":[1,0],"#
        + #""prev":"\#(zeros)","schema":"vote.v1","task":"t1","#
        + #""vote":"0190c0de-0000-7000-8000-000000000001"}"#)
    #expect(
      HashChain.hash(line).description
        == "997903a26449de6624e7e5bddca27f9d725e2987bf059013c4a3871bf5f17419")
    #expect(HashChain.hash(line + " ") != HashChain.hash(line))
  }

  @Test func theLogSaysWhatWasAnsweredAndIsAChain() throws {
    try Backend.memory.runStudio { studio in
      try studio.add(count: 3)
      let rater = try studio.raters(1)[0]
      let first = try studio.answer(rater, .pair(.first))
      try studio.answer(rater, .skip(reason: "unclear"))
      try studio.withdraw(first.id, rater: rater)
      let lines = try studio.store.answerLog()
      let log = try lines.map { try JSONValue(parsing: $0) }
      #expect(log.map { $0["kind"] } == ["pair", "skip", "withdrawal"])
      #expect(log.map { $0["schema"] } == ["vote.v1", "vote.v1", "vote.v1"])
      #expect(log[0]["prev"]?.stringValue == HashChain.start)
      for (line, next) in zip(lines, log.dropFirst()) {
        #expect(next["prev"]?.stringValue == HashChain.hash(line).description)
      }
      #expect(log[2]["supersedes"]?.stringValue == first.id)
      #expect(log[0]["vote"]?.stringValue == first.id)
      #expect(log[0]["answer"] == (try JSONValue(encoding: first.answer)))
      #expect(log[0]["order"] == (try JSONValue(encoding: first.order)))
      #expect(log[0]["items"]?.arrayValue?.count == 2)
      let prompts = try (0..<3).map { try Payload(Brief("p\($0)"), JSONEncoder()) }
      let known = prompts.map { JSONValue.string("sha256:\($0.hash)") }
      #expect(log.allSatisfy { $0["prompt"].map(known.contains) ?? false })
      #expect(try studio.store.isAnswerLogIntact())
    }
  }

  @Test(arguments: [
    "UPDATE answers SET line = replace(line, 'pair', 'pear') WHERE id = 2",
    "UPDATE answers SET content = '{\"kind\":\"pair\",\"verdict\":\"tie\"}' WHERE id = 2",
    "DELETE FROM answers WHERE id = 2",
    "UPDATE answers SET hash = x'00' WHERE id = 1",
  ])
  func changesAreFound(sql: String) throws {
    try Backend.memory.runStudio { studio in
      try studio.add(count: 4)
      let rater = try studio.raters(1)[0]
      for _ in 0..<4 { try studio.answer(rater, .pair(.first)) }
      #expect(thrown { try studio.store.write { try $0.execute(sql: sql) } } != nil)
      #expect(try studio.store.isAnswerLogIntact())
      try studio.store.write { db in
        try db.execute(
          sql: "DROP TRIGGER answers_no_update; DROP TRIGGER answers_no_delete;")
        try db.execute(sql: sql)
      }
      #expect(try !studio.store.isAnswerLogIntact())
    }
  }
}

struct KeyedHashTests {
  /// The first two cases of RFC 4231.
  @Test(arguments: [
    (
      [UInt8](repeating: 0x0b, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
  ])
  func isTheHMACOfTheStandard(secret: [UInt8], message: String, digest: String) {
    #expect(ContentHash(digest: KeyedHash(secret: secret).digest(message)).description == digest)
  }

  @Test func everyStoreHasASecretOfItsOwn() throws {
    func name(_ store: FeedbackStore) throws -> String {
      try store.read { try KeyedHash($0).name("task", 1) }
    }
    let store = try FeedbackStore.inMemory()
    #expect(try name(store) == name(store))
    #expect(try name(store) != name(.inMemory()))
    #expect(try store.read { try KeyedHash($0).name("lease", 1) } != name(store))
  }
}
