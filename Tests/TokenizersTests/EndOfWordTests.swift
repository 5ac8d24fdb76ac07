import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// Byte-pair models whose tokens mark the end of a word, as CLIP's do.
struct EndOfWordTests {
  private let folder = Oracles.package.appendingPathComponent("Tests/Fixtures/clip-tokenizer")

  @Test func textsGetTheIdsOfTheReference() throws {
    let tokenizer = try TextTokenizer.load(folder.appendingPathComponent("tokenizer.json"))
    let expected = try OracleValue(contentsOf: folder.appendingPathComponent("expected.json"))
    #expect(!expected["cases"].array.isEmpty)
    for item in expected["cases"].array {
      let ids = tokenizer.encode(item["text"].string ?? "", addSpecialTokens: true)
      #expect(ids == item["ids"].array.map(\.int), "\(item["text"].string ?? "")")
    }
  }
}
