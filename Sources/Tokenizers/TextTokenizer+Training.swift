import RLHFCore

extension TextTokenizer {
  /// Trains a byte-level tokenizer on `texts`.
  ///
  /// Ids go to the special tokens first, then to the 256 bytes, then to merges; so the vocabulary is smaller than
  /// asked for where the texts have too few pairs that occur `minimumFrequency` times. The same texts give the same
  /// tokenizer, and the one that the trainer of the `tokenizers` package gives.
  ///
  /// - Parameters:
  ///   - texts: What to learn from, text by text; no token reaches across the border of two.
  ///   - vocabularySize: How many tokens to have, special ones and bytes included.
  ///   - specialTokens: Tokens that no text is split into, only found where they are written out. Those with a role
  ///     in `configuration` need not be repeated.
  ///   - configuration: The tokens with a role, and the chat template.
  ///   - minimumFrequency: How often a pair must occur to become a token.
  ///   - pattern: How texts are cut into words.
  /// - Returns: The trained tokenizer.
  /// - Throws: ``RLHFError`` where there is no text, or the vocabulary is too small for the bytes.
  public static func train(
    on texts: some Sequence<String>, vocabularySize: Int, specialTokens: [String] = [],
    configuration: TokenizerConfiguration = TokenizerConfiguration(), minimumFrequency: Int = 2,
    pattern: WordPattern = .gpt2
  ) throws -> TextTokenizer {
    let special = unique(specialTokens + configuration.roles.compactMap(\.token))
    try check(special, vocabularySize, minimumFrequency)
    let (words, frequencies) = count(texts, pattern)
    guard words.count > 0 else {
      throw RLHFError(
        .invalidData,
        "There is no text to train the tokenizer on; expected at least one that is not empty.")
    }
    var trainer = BytePairTrainer(
      specialTokens: special, words: words, frequencies: frequencies)
    trainer.train(vocabularySize: vocabularySize, minimumFrequency: minimumFrequency)
    let addedTokens = special.enumerated().map { AddedToken(id: $0, content: $1) }
    let steps: [PreTokenizer.Step] = [.words(pattern)]
    let pipeline = TokenizerPipeline(
      model: .bytePair(
        BytePairModel(
          vocabulary: Vocabulary(trainer.tokens), merges: trainer.merges, isByteLevel: true)),
      addedTokens: addedTokens, preTokenizer: PreTokenizer(steps: steps), decoder: .byteLevel,
      document: document(addedTokens, pattern))
    var complete = configuration
    complete.maximumLength = configuration.maximumLength
    return TextTokenizer(
      pipeline: pipeline, configuration: complete,
      configurationFile: .object([
        ("tokenizer_class", .string("PreTrainedTokenizerFast")),
        ("clean_up_tokenization_spaces", .bool(false)),
      ]))
  }

  private static func unique(_ tokens: [String]) -> [String] {
    var known = ByteKeyTable()
    return tokens.filter { known.insert($0).isNew }
  }

  private static func check(
    _ special: [String], _ vocabularySize: Int, _ minimumFrequency: Int
  ) throws {
    if special.contains(where: \.isEmpty) {
      throw RLHFError(
        .invalidConfiguration, "A special token is empty; give it a name like <|end|>.")
    }
    if let token = special.first(where: { ByteAlphabet.bytes(of: $0)?.count == 1 }) {
      throw RLHFError(
        .invalidConfiguration,
        "The special token '\(token)' is a single character, which stands for a byte already; "
          + "give it a name like <|end|>.")
    }
    let least = 256 + special.count
    guard vocabularySize >= least else {
      throw RLHFError(
        .invalidConfiguration,
        "The vocabulary size is \(vocabularySize); 256 bytes and \(special.count) special tokens need at "
          + "least \(least).")
    }
    guard vocabularySize <= 1 << 24 else {
      throw RLHFError(
        .invalidConfiguration,
        "The vocabulary size is \(vocabularySize); expected at most \(1 << 24).")
    }
    guard minimumFrequency >= 0 else {
      throw RLHFError(
        .invalidConfiguration,
        "The minimum frequency is \(minimumFrequency); expected 0 or more.")
    }
  }

  /// The words of all texts in the order of their first occurrence, and how often each occurs.
  private static func count(
    _ texts: some Sequence<String>, _ pattern: WordPattern
  ) -> (words: ByteKeyTable, frequencies: [Int]) {
    var words = ByteKeyTable()
    var frequencies: [Int] = []
    let preTokenizer = PreTokenizer(steps: [.words(pattern)])
    for var text in texts {
      text.withUTF8 { bytes in
        preTokenizer.forEachWord(in: bytes) { word in
          let (index, isNew) = words.insert(word)
          if isNew { frequencies.append(0) }
          frequencies[index] += 1
        }
      }
    }
    return (words, frequencies)
  }

  /// The tokenizer file but for vocabulary and merges.
  private static func document(
    _ addedTokens: [AddedToken], _ pattern: WordPattern
  ) -> OrderedJSON {
    func byteLevel(prefixSpace: Bool, trims: Bool, usesPattern: Bool) -> OrderedJSON {
      .object([
        ("type", .string("ByteLevel")), ("add_prefix_space", .bool(prefixSpace)),
        ("trim_offsets", .bool(trims)), ("use_regex", .bool(usesPattern)),
      ])
    }
    var preTokenizer = byteLevel(prefixSpace: false, trims: true, usesPattern: pattern == .gpt2)
    if pattern != .gpt2 {
      let split = OrderedJSON.object([
        ("type", .string("Split")),
        ("pattern", .object([("Regex", .string(pattern.expression))])),
        ("behavior", .string("Isolated")), ("invert", .bool(false)),
      ])
      preTokenizer = .object([
        ("type", .string("Sequence")), ("pretokenizers", .array([split, preTokenizer])),
      ])
    }
    return .object([
      ("version", .string("1.0")), ("truncation", .null), ("padding", .null),
      ("added_tokens", .array(addedTokens.map(\.json))), ("normalizer", .null),
      ("pre_tokenizer", preTokenizer),
      ("post_processor", byteLevel(prefixSpace: true, trims: false, usesPattern: true)),
      ("decoder", byteLevel(prefixSpace: true, trims: true, usesPattern: true)),
      (
        "model",
        .object([
          ("type", .string("BPE")), ("dropout", .null), ("unk_token", .null),
          ("continuing_subword_prefix", .null), ("end_of_word_suffix", .null),
          ("fuse_unk", .bool(false)), ("byte_fallback", .bool(false)),
          ("ignore_merges", .bool(false)), ("vocab", .null), ("merges", .null),
        ])
      ),
    ])
  }
}
