import Foundation
import LanguageModels
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Tokenizers
import Torch

@testable import TextChat

/// Text chat on a model directory whose tokenizer comes from SentencePiece, as Llama 2's does.
@Suite("A model directory with a tokenizer of SentencePiece") struct SentencePieceDirectoryTests {
  /// `tokenizer.json` with bytes, letters and a few merges.
  private static let tokenizerFile: JSONValue = {
    let bytes = (0...255).map { "<0x" + String(format: "%02X", $0) + ">" }
    let letters = (97...122).map { String(UnicodeScalar(UInt8($0))) }
    let merges = [["▁", "t"], ["h", "e"], ["▁t", "he"], ["i", "s"], ["▁", "is"]]
    let tokens = ["<unk>", "<s>", "</s>"] + bytes + ["▁"] + letters + merges.map { $0.joined() }
    let vocabulary = Dictionary(
      uniqueKeysWithValues: tokens.enumerated().map { ($1, JSONValue.integer($0)) })
    let added = (0..<3).map { id -> JSONValue in
      ["id": .integer(id), "content": .string(tokens[id]), "special": true, "normalized": false]
    }
    return [
      "added_tokens": .array(added),
      "normalizer": [
        "type": "Sequence",
        "normalizers": [
          ["type": "Prepend", "prepend": "▁"],
          ["type": "Replace", "pattern": ["String": " "], "content": "▁"],
        ],
      ],
      "pre_tokenizer": nil,
      "post_processor": [
        "type": "TemplateProcessing",
        "single": [
          ["SpecialToken": ["id": "<s>", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]],
        ],
        "special_tokens": ["<s>": ["id": "<s>", "ids": [1], "tokens": ["<s>"]]],
      ],
      "decoder": [
        "type": "Sequence",
        "decoders": [
          ["type": "Replace", "pattern": ["String": "▁"], "content": " "],
          ["type": "ByteFallback"], ["type": "Fuse"],
          ["type": "Strip", "content": " ", "start": 1, "stop": 0],
        ],
      ],
      "model": [
        "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
        "vocab": .object(vocabulary),
        "merges": .array(merges.map { .array($0.map { .string($0) }) }),
      ],
    ]
  }()

  private func directory(end: Int?, roles: JSONValue) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var configuration = LanguageModelConfiguration.llama(
      vocabularySize: 291, contextLength: 96, hiddenSize: 16, layers: 1, heads: 2,
      keyValueHeads: 2)
    configuration.endTokens = end.map { [$0] } ?? []
    try CausalLanguageModel(configuration, seed: 3).save(to: folder.url)
    try AtomicFile.write(Self.tokenizerFile.description, to: folder("tokenizer.json"))
    try AtomicFile.write(roles.description, to: folder("tokenizer_config.json"))
    return folder
  }

  private func domain() -> TextChat {
    var domain = TextChat()
    domain.configuration.promptLength = 48
    domain.configuration.replyLength = 40
    return domain
  }

  private let demonstrations = [
    Demonstration(prompt: ChatPrompt("is it?"), artifact: ChatReply("the answer is yes")),
    Demonstration(prompt: ChatPrompt("the sky"), artifact: ChatReply("Größe 12 🙂  ok")),
  ]

  @Test("is trained, sampled and saved")
  func works() throws {
    let folder = try directory(end: 2, roles: ["eos_token": "</s>"])
    let policy = try domain().loadPolicy(from: folder.url)
    let replies = try policy.artifacts(of: policy.rollout(of: demonstrations))
    #expect(replies == demonstrations.map(\.artifact))
    let loss = try policy.supervisedLoss(of: demonstrations, seed: 1, isTraining: false)
    #expect(loss.sum.item().isFinite && loss.count > 10)
    let sampled = try policy.artifacts(of: policy.sample(demonstrations.map(\.prompt), seed: 4))
    #expect(sampled.count == 2)
    let copy = try TemporaryFolder()
    try domain().savePolicy(policy, to: copy.url)
    let again = try domain().loadPolicy(from: copy.url)
    #expect(try again.artifacts(of: again.rollout(of: demonstrations)) == replies)
  }

  @Test("takes the tokenizer's end token where config.json has none, and says where none is")
  func endToken() throws {
    let named = try directory(end: nil, roles: ["eos_token": "</s>"])
    #expect(try domain().loadPolicy(from: named.url).format.stopTokens == [2])
    let nameless = try directory(end: nil, roles: [:])
    let error = #expect(throws: RLHFError.self) { try domain().loadPolicy(from: nameless.url) }
    #expect(error?.message.contains("no token that ends a reply") == true)
  }
}
