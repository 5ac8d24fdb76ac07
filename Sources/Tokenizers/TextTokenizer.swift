public import RLHFCore

/// A tokenizer as a model directory holds it: by byte pairs (Sennrich and others 2016), on bytes as in GPT-2 (Radford
/// and others 2019) or on characters as in SentencePiece, or by word pieces (Wu and others 2016) as in BERT.
///
/// Loaded from a `tokenizer.json`, it gives the ids and the text that the `tokenizers` package gives with the same
/// file; trained here, it works on bytes. Byte-level tokenizers know every text: decoding what was encoded gives the
/// text back, unless the tokenizer normalises it. Values share their tables; copies are cheap, and any number of
/// threads can use one at a time.
public struct TextTokenizer: Tokenizer {
  /// The tokens with a role and the chat template; they are saved with the tokenizer.
  public var configuration: TokenizerConfiguration

  let pipeline: TokenizerPipeline
  /// What `tokenizer_config.json` held when it was loaded.
  var configurationFile: OrderedJSON

  init(
    pipeline: TokenizerPipeline, configuration: TokenizerConfiguration,
    configurationFile: OrderedJSON
  ) {
    self.pipeline = pipeline
    self.configuration = configuration
    self.configurationFile = configurationFile
  }

  /// The number of tokens.
  public var vocabularySize: Int { pipeline.vocabularySize }

  /// The tokens that are found in the text as they are written there, special ones and others.
  public var addedTokens: [AddedToken] { pipeline.addedTokens }

  /// The id of the token that starts a text.
  public var beginningOfSequenceID: Int? { id(of: .beginningOfSequence) }

  /// The id of the token that ends a text.
  public var endOfSequenceID: Int? { id(of: .endOfSequence) }

  /// The id of the token that fills the shorter rows of a batch.
  public var paddingID: Int? { id(of: .padding) }

  /// The id of the token for what the vocabulary lacks.
  public var unknownID: Int? { id(of: .unknown) }

  /// The tokens of a text.
  public func encode(_ text: String, addSpecialTokens: Bool) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(text.utf8.count / 3 + 2)
    if addSpecialTokens { result += pipeline.prefix }
    var text = text
    text.withUTF8 { pipeline.encode($0, into: &result) }
    if addSpecialTokens { result += pipeline.suffix }
    return result
  }

  /// The tokens of a text, those at the end left out that are beyond `maximumLength`; what the tokenizer puts around
  /// a text is counted and stays.
  public func encode(_ text: String, addSpecialTokens: Bool, maximumLength: Int) -> [Int] {
    let ids = encode(text, addSpecialTokens: false)
    let prefix = addSpecialTokens ? pipeline.prefix : []
    let suffix = addSpecialTokens ? pipeline.suffix : []
    let room = max(maximumLength - prefix.count - suffix.count, 0)
    return Array((prefix + ids.prefix(room) + suffix).prefix(max(maximumLength, 0)))
  }

  /// The text of tokens.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    pipeline.decode(ids, skipSpecialTokens: skipSpecialTokens)
  }

  /// The id of a token; `nil` where the vocabulary lacks it.
  public func id(of token: String) -> Int? { pipeline.id(of: token) }

  /// The token with an id; `nil` where there is none.
  public func token(of id: Int) -> String? { pipeline.token(of: id) }

  /// Whether an id stands for a special token.
  public func isSpecial(_ id: Int) -> Bool { pipeline.isSpecial(id) }

  /// Throws where one of `ids` stands for no token, as `decode(_:skipSpecialTokens:)` does not.
  public func validate(_ ids: some Sequence<Int>) throws(RLHFError) {
    for (position, id) in ids.enumerated() where token(of: id) == nil {
      throw RLHFError(
        .invalidData,
        "Token \(position + 1) is \(id), which the tokenizer's vocabulary of \(vocabularySize) does not "
          + "have. Use the tokenizer that made these ids.")
    }
  }
}
