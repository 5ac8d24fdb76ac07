import Foundation
import RLHFCore
import TestSupport
import Testing
import Tokenizers

/// Small tokenizers of every kind, with components and flags of added tokens that the oracles lack, on texts half of
/// which are random (`Tests/Oracles/tokenizer_cases.py`).
struct TokenizerCasesTests {
  @Test(arguments: ["bytes", "characters", "words"])
  func `every case equals the reference`(base: String) throws {
    let file = try TokenizerCases(base)
    #expect(!file.cases.isEmpty)
    for entry in file.cases {
      let name = try #require(entry["name"]?.stringValue)
      let folder = try file.folder(of: entry)
      try expectReference(TextTokenizer.load(folder.url), entry, name)
      let copy = try TemporaryFolder()
      try TextTokenizer.load(folder.url).save(to: copy.url)
      try expectReference(TextTokenizer.load(copy.url), entry, "\(name), saved and loaded")
    }
  }

  @Test(arguments: ["bert", "bert-cased"])
  func `a vocabulary of words is the same tokenizer`(name: String) throws {
    let file = try TokenizerCases("words")
    let entry = try #require(file.cases.first { $0["name"]?.stringValue == name })
    let folder = try TemporaryFolder()
    try AtomicFile.write(file.vocabulary.joined(separator: "\n") + "\n", to: folder("vocab.txt"))
    let configuration: JSONValue = [
      "tokenizer_class": "BertTokenizer", "do_lower_case": .bool(name == "bert"),
      "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
    ]
    try AtomicFile.write(configuration.description, to: folder("tokenizer_config.json"))
    let tokenizer = try TextTokenizer.load(folder.url)
    try expectReference(tokenizer, entry, name)
    #expect(tokenizer.id(of: .classification) == 2 && tokenizer.id(of: .separator) == 3)
    let copy = try TemporaryFolder()
    try tokenizer.save(to: copy.url)
    #expect(try TextTokenizer.load(copy.url).configuration == tokenizer.configuration)
  }

  @Test func `a long text is cut between the tokens around it`() throws {
    let file = try TokenizerCases("words")
    let folder = try file.folder(of: #require(file.cases.first))
    let tokenizer = try TextTokenizer.load(folder.url)
    let text = "the quick brown fox jumps over the lazy dog"
    let whole = tokenizer.encode(text, addSpecialTokens: true)
    for limit in [0, 1, 2, 5, 1000] {
      let cut = tokenizer.encode(text, addSpecialTokens: true, maximumLength: limit)
      #expect(cut.count == min(limit, whole.count))
      if limit > 1 { #expect(cut.first == 2 && cut.last == 3) }
      if limit == 5 { #expect(Array(cut[1..<4]) == Array(whole[1..<4])) }
    }
  }

  @Test func `a broken vocabulary of words is refused`() throws {
    func load(_ words: String, _ configuration: String = "{}") throws {
      let folder = try TemporaryFolder()
      try AtomicFile.write(words, to: folder("vocab.txt"))
      try AtomicFile.write(configuration, to: folder("tokenizer_config.json"))
      _ = try TextTokenizer.load(folder.url)
    }
    var error = #expect(throws: RLHFError.self) { try load("[PAD]\n[UNK]\n[CLS]\nfox\n") }
    #expect(error?.message.contains("vocab.txt has no token '[SEP]'") == true)
    error = #expect(throws: RLHFError.self) { try load("[UNK]\n[CLS]\n[SEP]\nfox\nfox\n") }
    #expect(error?.message.contains("vocab.txt:5: the token 'fox' occurs a second time") == true)
    error = #expect(throws: RLHFError.self) {
      try load("[UNK]\n[CLS]\n[SEP]\n", #"{"tokenizer_class": "MPNetTokenizer"}"#)
    }
    #expect(error?.message.contains("MPNetTokenizer") == true)
  }

  @Test func `a token that is missing is named`() throws {
    let file = try TokenizerCases("bytes")
    let folder = try file.folder(of: #require(file.cases.first))
    let nameless = try TextTokenizer.load(folder.url)
    var error = #expect(throws: RLHFError.self) {
      try nameless.requiredID(of: .endOfSequence, for: "fine-tuning")
    }
    #expect(error?.message.contains("names no eos_token, which fine-tuning needs") == true)
    try AtomicFile.write(#"{"eos_token": "</nothing>"}"#, to: folder("tokenizer_config.json"))
    let lacking = try TextTokenizer.load(folder.url)
    error = #expect(throws: RLHFError.self) {
      try lacking.requiredID(of: .endOfSequence, for: "fine-tuning")
    }
    #expect(error?.message.contains("eos_token is '</nothing>', which is not in") == true)
    try AtomicFile.write(#"{"eos_token": "<|end|>"}"#, to: folder("tokenizer_config.json"))
    let complete = try TextTokenizer.load(folder.url)
    #expect(try complete.requiredID(of: .endOfSequence, for: "x") == complete.id(of: "<|end|>"))
  }
}

/// Expects the ids and texts that the reference gives; `entry` is in the form of the oracles.
func expectReference(_ tokenizer: TextTokenizer, _ entry: JSONValue, _ name: String) throws {
  func integers(_ json: JSONValue?) -> [Int] { json?.arrayValue?.compactMap(\.integerValue) ?? [] }
  func expectEqual(_ found: String, _ wanted: JSONValue?, _ what: String) {
    #expect(found.utf8.elementsEqual((wanted?.stringValue ?? "").utf8), "\(name), \(what)")
  }
  for encoded in entry["encode"]?.arrayValue ?? [] {
    let text = try #require(encoded["text"]?.stringValue)
    let ids = integers(encoded["ids"])
    let special = encoded["ids_with_special"]
    let withSpecial = special?.isNull == false ? integers(special) : ids
    #expect(tokenizer.encode(text) == ids, "\(name), \(text)")
    #expect(tokenizer.encode(text, addSpecialTokens: true) == withSpecial, "\(name), \(text)")
    expectEqual(tokenizer.decode(ids), encoded["decoded"], text)
    expectEqual(
      tokenizer.decode(withSpecial, skipSpecialTokens: true), encoded["decoded_skip_special"], text)
    expectStreamed(tokenizer, withSpecial, skipSpecialTokens: true, name)
  }
  for decoded in entry["decode_ids"]?.arrayValue ?? [] {
    let ids = integers(decoded["ids"])
    expectEqual(tokenizer.decode(ids), decoded["decoded"], "\(ids)")
    expectStreamed(tokenizer, ids, skipSpecialTokens: false, name)
  }
}

/// Expects the pieces of a streaming decoder to be what decoding all ids at once gives.
private func expectStreamed(
  _ tokenizer: TextTokenizer, _ ids: [Int], skipSpecialTokens: Bool, _ name: String
) {
  var decoder = StreamingDecoder(tokenizer, skipSpecialTokens: skipSpecialTokens)
  let pieces = ids.map { decoder.append($0) } + [decoder.finish()]
  let whole = tokenizer.decode(ids, skipSpecialTokens: skipSpecialTokens)
  #expect(pieces.joined().utf8.elementsEqual(whole.utf8), "\(name), \(ids)")
}

/// A file of `Tests/Fixtures/tokenizers`.
private struct TokenizerCases {
  /// The tokens in the order of their ids.
  let vocabulary: [String]
  let cases: [JSONValue]
  private let merges: JSONValue

  init(_ base: String) throws {
    let url = Oracles.package.appending(path: "Tests/Fixtures/tokenizers/\(base).json")
    let json = try JSONValue(parsing: Data(contentsOf: url))
    vocabulary = json["vocab"]?.arrayValue?.compactMap(\.stringValue) ?? []
    merges = json["merges"] ?? .null
    cases = json["cases"]?.arrayValue ?? []
  }

  /// A folder with the tokenizer of a case.
  ///
  /// The vocabulary is written as text: a dictionary of strings would take two spellings of a letter for one.
  func folder(of entry: JSONValue) throws -> TemporaryFolder {
    let members = vocabulary.enumerated().map { "\(JSONValue.string($1).description):\($0)" }
    var model = "\"vocab\":{\(members.joined(separator: ","))}"
    if !merges.isNull { model += ",\"merges\":\(merges.description)" }
    let document = try #require(entry["document"]?.description)
    let folder = try TemporaryFolder()
    try AtomicFile.write(
      document.replacingOccurrences(of: "\"vocab\":null", with: model), to: folder("tokenizer.json")
    )
    return folder
  }
}
