import Foundation
import RLHFCore

extension TokenizerFile {
  /// The tokenizer file that a `vocab.txt` of BERT stands for: one token per line, its id the number of the line.
  ///
  /// `configuration` is the content of `tokenizer_config.json`: whether letters are made small, and so on.
  init(source: String, vocabulary: Data, configuration: OrderedJSON) throws {
    let type = configuration["tokenizer_class"]?.string ?? "BertTokenizer"
    let known = ["Bert", "Electra"]
    guard known.contains(where: type.contains) else {
      throw RLHFError(
        .unsupported,
        "\(source): a vocab.txt of the tokenizer \(type) is not supported, only BERT's is. Convert it with "
          + "transformers' AutoTokenizer.from_pretrained(…).save_pretrained(…).")
    }
    guard let text = String(validating: vocabulary, as: UTF8.self) else {
      throw RLHFError(.invalidData, "\(source) is not UTF-8; expected one token per line.")
    }
    var members: [OrderedJSON.Member] = []
    var ids = ByteKeyTable()
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for (id, line) in lines.enumerated() {
      let token = String(line.last == "\r" ? line.dropLast() : line)
      guard ids.insert(token).isNew else {
        throw RLHFError(
          .invalidData, "\(source):\(id + 1): the token '\(token)' occurs a second time.")
      }
      members.append((token, .integer(id)))
    }
    func special(_ role: TokenRole, _ usual: String) -> String {
      let value = configuration[role.rawValue]
      return value?.string ?? value?["content"]?.string ?? usual
    }
    let unknown = special(.unknown, "[UNK]")
    let (start, end) = (special(.classification, "[CLS]"), special(.separator, "[SEP]"))
    for token in [unknown, start, end] where ids.index(of: token) == nil {
      throw RLHFError(
        .invalidData,
        "\(source) has no token '\(token)', which BERT's tokenizer needs; add a line with it, or name "
          + "another in tokenizer_config.json.")
    }
    let added = [special(.padding, "[PAD]"), unknown, start, end, special(.mask, "[MASK]")]
    let addedTokens = added.compactMap { token in
      ids.index(of: token).map { AddedToken(id: $0, content: token).json }
    }
    func pair(_ token: String) -> OrderedJSON {
      .array([.string(token), .integer(ids.index(of: token) ?? 0)])
    }
    self.init(
      source: source,
      root: .object([
        ("version", .string("1.0")), ("truncation", .null), ("padding", .null),
        ("added_tokens", .array(addedTokens)),
        (
          "normalizer",
          .object([
            ("type", .string("BertNormalizer")), ("clean_text", .bool(true)),
            ("handle_chinese_chars", configuration["tokenize_chinese_chars"] ?? .bool(true)),
            ("strip_accents", configuration["strip_accents"] ?? .null),
            ("lowercase", configuration["do_lower_case"] ?? .bool(true)),
          ])
        ),
        ("pre_tokenizer", .object([("type", .string("BertPreTokenizer"))])),
        (
          "post_processor",
          .object([("type", .string("BertProcessing")), ("sep", pair(end)), ("cls", pair(start))])
        ),
        (
          "decoder",
          .object([
            ("type", .string("WordPiece")), ("prefix", .string("##")), ("cleanup", .bool(true)),
          ])
        ),
        (
          "model",
          .object([
            ("type", .string("WordPiece")), ("unk_token", .string(unknown)),
            ("continuing_subword_prefix", .string("##")),
            ("max_input_chars_per_word", .integer(100)), ("vocab", .object(members)),
          ])
        ),
      ]))
  }
}
