import Foundation
import RLHFCore
import TestSupport
import Testing
import Tokenizers

/// Ids and text equal to those of the `tokenizers` package, for every tokenizer of the oracles.
@Suite(
  .enabled(
    if: Oracles.has("tokenizers"),
    "No oracles of tokenizers: set RLHF_ORACLES to the folder that holds tokenizers/"))
struct TokenizerOracleTests {
  @Test(arguments: Oracles.names(in: "tokenizers", holding: "expected.json"))
  func `equals the reference`(name: String) throws {
    let folder = Oracles.folder.appendingPathComponent("tokenizers/\(name)")
    let tokenizer = try TextTokenizer.load(folder)
    let expected = try json(folder.appendingPathComponent("expected.json"))
    #expect(tokenizer.vocabularySize == expected["vocabulary_size"]?.integerValue)
    #expect(expected["encode"]?.arrayValue?.isEmpty == false)
    try expectReference(tokenizer, expected, name)
    for (id, token) in expected["id_to_token"]?.objectValue ?? [:] {
      #expect(try tokenizer.token(of: #require(Int(id))) == token.stringValue)
    }
  }

  @Test(
    .enabled(if: Oracles.has("tokenizers/long_text.json"), "No long_text.json"),
    arguments: Oracles.names(in: "tokenizers", holding: "tokenizer.json"))
  func `a long text equals the reference`(name: String) throws {
    let long = try json(Oracles.folder.appendingPathComponent("tokenizers/long_text.json"))
    let text = try #require(long["text"]?.stringValue)
    let tokenizer = try TextTokenizer.load(
      Oracles.folder.appendingPathComponent("tokenizers/\(name)"))
    #expect(tokenizer.encode(text) == long["ids"]?[name]?.arrayValue?.compactMap(\.integerValue))
  }

  private func json(_ url: URL) throws -> JSONValue {
    try JSONValue(parsing: Data(contentsOf: url))
  }
}
