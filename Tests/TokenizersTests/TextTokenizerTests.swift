import Foundation
import RLHFCore
import Testing
import Tokenizers

private let texts = [
  "The quick brown fox doesn't jump over the lazy dog.", "Grüße aus Köln, 12345 mal!",
  "日本語のテキスト 🙂👍🏽\n\n  two  spaces\tand a tab", "the the the quick quick brown",
]

/// Trained here: lossless, the same every time, and the same after a round trip through files.
struct TextTokenizerTests {
  private func trained(_ pattern: WordPattern = .gpt2) throws -> TextTokenizer {
    try TextTokenizer.train(
      on: texts, vocabularySize: 300, specialTokens: ["<|user|>"],
      configuration: TokenizerConfiguration(endOfSequence: "<|end|>", padding: "<|pad|>"),
      pattern: pattern)
  }

  @Test(arguments: WordPattern.allCases)
  func `any text comes back`(pattern: WordPattern) throws {
    let tokenizer = try trained(pattern)
    var generator = Seed(7).generator
    for _ in 0..<10_000 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...24, using: &generator) {
        let limit: UInt32 =
          [0x80, 0x300, 0x3000, 0x1_0000, 0x11_0000].randomElement(
            using: &generator) ?? 0x80
        if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) {
          scalars.append(scalar)
        }
      }
      let text = String(scalars)
      let back = tokenizer.decode(tokenizer.encode(text))
      #expect(back.utf8.elementsEqual(text.utf8))
    }
  }

  @Test func `training is deterministic`() throws {
    let text = texts.joined(separator: " ")
    #expect(try trained().encode(text) == trained().encode(text))
  }

  @Test func `saved and loaded it is the same`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tokenizer-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let tokenizer = try trained()
    try tokenizer.save(to: folder)
    let loaded = try TextTokenizer.load(folder)
    #expect(loaded.configuration == tokenizer.configuration)
    #expect(loaded.vocabularySize == tokenizer.vocabularySize)
    for text in texts + ["<|user|>hi<|end|>"] {
      #expect(loaded.encode(text) == tokenizer.encode(text))
    }
    #expect(loaded.endOfSequenceID == tokenizer.id(of: "<|end|>"))
  }

  @Test func `streamed pieces are the whole`() throws {
    let tokenizer = try trained()
    for text in texts {
      let ids = tokenizer.encode(text)
      var decoder = StreamingDecoder(tokenizer)
      let pieces = ids.map { decoder.append($0) } + [decoder.finish()]
      #expect(pieces.joined() == text)
      #expect(!pieces.joined().contains("\u{fffd}"))
    }
  }

  @Test func `impossible settings are refused`() throws {
    #expect(throws: RLHFError.self) {
      try TextTokenizer.train(on: texts, vocabularySize: 256, specialTokens: ["<|end|>"])
    }
    #expect(throws: RLHFError.self) { try TextTokenizer.train(on: [], vocabularySize: 300) }
    #expect(throws: RLHFError.self) { try TextTokenizer.train(on: [""], vocabularySize: 300) }
    #expect(throws: RLHFError.self) { try trained().validate([1, 100_000]) }
    #expect(try trained().decode([-1, 100_000]) == "")
  }

  @Test(arguments: [
    "", "{\"model\": {", "[]", "{}", "{\"pre_tokenizer\": {\"type\": \"Whitespace\"}}",
    """
    {"pre_tokenizer": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": {"a": 0},
     "merges": ["a b"]}}
    """,
  ])
  func `a broken file is refused`(content: String) throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tokenizer-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try AtomicFile.write(content, to: file)
    let error = #expect(throws: RLHFError.self) { try TextTokenizer.load(file) }
    #expect(error?.message.contains(file.lastPathComponent) == true)
  }
}
