/// How a word becomes tokens: one of the kinds of model that tokenizer files hold.
enum TokenModel: Sendable {
  case bytePair(BytePairModel)
  case wordPiece(WordPieceModel)

  var vocabulary: Vocabulary {
    switch self {
    case .bytePair(let model): model.vocabulary
    case .wordPiece(let model): model.vocabulary
    }
  }

  /// Appends the tokens of `word` to `result`; `scratch` lends its memory.
  @inline(__always)
  func appendTokens(
    of word: UnsafeBufferPointer<UInt8>, to result: inout [Int32], scratch: inout MergeScratch
  ) {
    switch self {
    case .bytePair(let model): model.appendTokens(of: word, to: &result, scratch: &scratch)
    case .wordPiece(let model): model.appendTokens(of: word, to: &result)
    }
  }
}
