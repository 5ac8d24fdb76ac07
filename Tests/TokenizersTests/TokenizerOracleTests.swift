import Foundation
import RLHFCore
import Testing
import Tokenizers

/// The folder of the reference numbers: `RLHF_ORACLES`, or `shared/oracles` beside the checkout.
private let oracles: URL = {
  if let path = ProcessInfo.processInfo.environment["RLHF_ORACLES"] {
    return URL(fileURLWithPath: path).appendingPathComponent("tokenizers")
  }
  return URL(fileURLWithPath: #filePath).appendingPathComponent(
    "../../../../shared/oracles/tokenizers"
  ).standardizedFileURL
}()

/// Ids and text equal to those of the `tokenizers` package.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: oracles.path),
    "No oracles: set RLHF_ORACLES to the folder that holds tokenizers/"))
struct TokenizerOracleTests {
  @Test(arguments: ["gpt2", "llama3", "qwen"])
  func `equals the reference`(name: String) throws {
    let folder = oracles.appendingPathComponent(name)
    let tokenizer = try BytePairTokenizer.load(folder)
    let expected = try json(folder.appendingPathComponent("expected.json"))
    #expect(tokenizer.vocabularySize == expected["vocabulary_size"]?.integerValue)
    for entry in expected["encode"]?.arrayValue ?? [] {
      let ids = integers(entry["ids"])
      let text = try #require(entry["text"]?.stringValue)
      let special = entry["ids_with_special"]?.isNull == false ? entry["ids_with_special"] : nil
      #expect(tokenizer.encode(text) == ids)
      #expect(tokenizer.encode(text, addSpecialTokens: true) == special.map(integers) ?? ids)
      #expect(tokenizer.decode(ids) == entry["decoded"]?.stringValue)
      #expect(
        tokenizer.decode(ids, skipSpecialTokens: true)
          == entry["decoded_skip_special"]?.stringValue)
    }
    for entry in expected["decode_ids"]?.arrayValue ?? [] {
      #expect(tokenizer.decode(integers(entry["ids"])) == entry["decoded"]?.stringValue)
    }
    for (id, token) in expected["id_to_token"]?.objectValue ?? [:] {
      #expect(try tokenizer.token(of: #require(Int(id))) == token.stringValue)
    }
    let long = try json(oracles.appendingPathComponent("long_text.json"))
    let text = try #require(long["text"]?.stringValue)
    #expect(tokenizer.encode(text) == integers(long["ids"]?[name]))
  }

  @Test(arguments: ["spm", "spm_modern"])
  func `SentencePiece style is refused`(name: String) throws {
    let error = #expect(throws: RLHFError.self) {
      try BytePairTokenizer.load(oracles.appendingPathComponent(name))
    }
    #expect(error?.code == .unsupported)
  }

  private func json(_ url: URL) throws -> JSONValue {
    try JSONValue(parsing: Data(contentsOf: url))
  }

  private func integers(_ json: JSONValue?) -> [Int] {
    json?.arrayValue?.compactMap(\.integerValue) ?? []
  }
}
