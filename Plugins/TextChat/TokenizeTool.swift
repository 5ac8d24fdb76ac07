import Foundation
import RLHF
import Tokenizers

/// What `rlhf tokenize` does: texts to ids, ids to texts.
struct TokenizeTool {
  struct Options: Codable {
    /// Whether what the tokenizer puts around a text is added.
    var specialTokens = false
    /// Whether special tokens are left out of the decoded text.
    var skipSpecialTokens = false
  }

  let tokenizer: TextTokenizer
  let options: Options

  init(model: URL, options: JSONValue) throws {
    tokenizer = try TextTokenizer.load(model)
    self.options = try Settings.decode(options, over: Options(), source: "tokenize")
  }

  /// The ids, the tokens as the vocabulary spells them, and the text that decoding the ids gives.
  func callAsFunction(_ line: JSONValue) throws -> JSONValue {
    let ids: [Int]
    if let text = line.stringValue ?? line["text"]?.stringValue {
      ids = tokenizer.encode(text, addSpecialTokens: options.specialTokens)
    } else if let list = line.arrayValue ?? line["ids"]?.arrayValue {
      ids = try LineFields.ids(list, in: "ids")
    } else {
      throw RLHFError(
        .invalidData,
        "Found \(LineFields.description(of: line)); expected {\"text\": …}, a string, {\"ids\": […]} or a list of ids."
      )
    }
    return [
      "ids": .array(ids.map { .integer($0) }), "tokens": LineFields.tokens(ids, tokenizer),
      "decoded": .string(tokenizer.decode(ids, skipSpecialTokens: options.skipSpecialTokens)),
    ]
  }
}

/// What lines of `rlhf tokenize` and `rlhf logprobs` have in common.
enum LineFields {
  /// The whole numbers of a list.
  static func ids(_ list: [JSONValue], in name: String) throws -> [Int] {
    try list.enumerated().map { index, value in
      guard let id = value.integerValue else {
        throw RLHFError(
          .invalidData,
          "Entry \(index + 1) of '\(name)' is \(value.kind); expected a whole number.")
      }
      return id
    }
  }

  /// The tokens as the vocabulary spells them; `null` where an id stands for nothing.
  static func tokens(_ ids: [Int], _ tokenizer: TextTokenizer) -> JSONValue {
    .array(ids.map { id in tokenizer.token(of: id).map { .string($0) } ?? .null })
  }

  /// What a line is, without its content.
  static func description(of line: JSONValue) -> String {
    guard let fields = line.objectValue else { return line.kind }
    let names = fields.keys.sorted().map { "'\($0)'" }
    return names.isEmpty ? "an empty object" : "an object with \(names.joined(separator: ", "))"
  }
}
