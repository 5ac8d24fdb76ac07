/// The parts of a tokenizer that loading or training settles once and for all.
final class TokenizerPipeline: Sendable {
  let model: TokenModel
  let addedTokens: [AddedToken]
  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer
  let decoder: TokenDecoder
  /// The ids that go before and after a text.
  let prefix: [Int]
  let suffix: [Int]
  /// The tokenizer file without vocabulary and merges.
  let document: OrderedJSON

  /// One more than the largest id.
  let vocabularySize: Int
  private let addedByID: [Int: AddedToken]
  private let spellings: [Int: String]
  private let rawMatcher: AddedTokenMatcher
  private let normalizedMatcher: AddedTokenMatcher
  /// What every id adds to the bytes of a text, one after the other, where the decoder is byte-level.
  private let pieces: [UInt8]
  private let pieceStarts: [Int]
  private let caches = WordCachePool()

  init(
    model: TokenModel, addedTokens: [AddedToken], normalizer: Normalizer? = nil,
    preTokenizer: PreTokenizer, decoder: TokenDecoder, prefix: [Int] = [], suffix: [Int] = [],
    document: OrderedJSON
  ) {
    self.model = model
    self.addedTokens = addedTokens
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
    self.decoder = decoder
    self.prefix = prefix
    self.suffix = suffix
    self.document = document
    let addedByID = Dictionary(addedTokens.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    self.addedByID = addedByID
    // The reference spells a token that is looked for in normalised text in its normalised form.
    let spellings = addedByID.mapValues { token in
      token.isNormalized ? normalizer?.normalized(token.content) ?? token.content : token.content
    }
    self.spellings = spellings
    vocabularySize = max(
      model.vocabulary.tokens.count, (addedByID.keys.max() ?? -1) + 1)
    rawMatcher = AddedTokenMatcher(addedTokens.filter { !$0.isNormalized })
    normalizedMatcher = AddedTokenMatcher(addedTokens.filter(\.isNormalized)) {
      normalizer?.normalized($0) ?? $0
    }
    var pieces: [UInt8] = []
    var starts = [0]
    for id in 0..<vocabularySize {
      if let token = spellings[id] ?? model.vocabulary[id] {
        pieces += ByteAlphabet.bytes(of: token) ?? Array(token.utf8)
      }
      starts.append(pieces.count)
    }
    self.pieces = pieces
    pieceStarts = starts
  }

  func token(of id: Int) -> String? {
    spellings[id] ?? model.vocabulary[id]
  }

  func id(of token: String) -> Int? {
    addedTokens.first { $0.content.utf8.elementsEqual(token.utf8) }?.id
      ?? model.vocabulary.id(of: token).map { Int($0) }
  }

  func isSpecial(_ id: Int) -> Bool { addedByID[id]?.isSpecial ?? false }

  /// Whether decoding without special tokens leaves an id out: a special token that is spelled as it was added.
  func isLeftOut(_ id: Int) -> Bool {
    guard let token = addedByID[id], token.isSpecial else { return false }
    return spellings[id].map { $0.utf8.elementsEqual(token.content.utf8) } ?? true
  }

  /// The bytes that an id adds to a text.
  func bytes(of id: Int) -> ArraySlice<UInt8> {
    guard id >= 0, id < vocabularySize else { return [] }
    return pieces[pieceStarts[id]..<pieceStarts[id + 1]]
  }

  // MARK: - Encoding

  /// Appends the ids of `text` to `result`.
  func encode(_ text: UnsafeBufferPointer<UInt8>, into result: inout [Int]) {
    var cache = caches.take()
    rawMatcher.split(text) { piece, id in
      let startsText = piece.baseAddress == text.baseAddress
      if let id {
        result.append(id)
      } else if let normal = normalizer?.normalized(piece) {
        normal.withUnsafeBufferPointer {
          encodeNormalized($0, startsText, &cache, into: &result)
        }
      } else {
        encodeNormalized(piece, startsText, &cache, into: &result)
      }
    }
    caches.give(cache)
  }

  private func encodeNormalized(
    _ text: UnsafeBufferPointer<UInt8>, _ startsText: Bool, _ cache: inout WordCache,
    into result: inout [Int]
  ) {
    normalizedMatcher.split(text) { piece, id in
      if let id {
        result.append(id)
      } else {
        let isFirst = startsText && piece.baseAddress == text.baseAddress
        preTokenizer.forEachWord(in: piece, startsText: isFirst) { word in
          cache.appendTokens(of: word, by: model, to: &result)
        }
      }
    }
  }

  // MARK: - Decoding

  func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String {
    switch decoder {
    case .byteLevel:
      var bytes: [UInt8] = []
      bytes.reserveCapacity(4 * ids.count)
      for id in ids where !(skipSpecialTokens && isLeftOut(id)) { bytes += self.bytes(of: id) }
      return String(decoding: bytes, as: UTF8.self)
    case .joined:
      return tokens(ids, skipSpecialTokens).joined(separator: " ")
    case .steps(let steps):
      let tokens = tokens(ids, skipSpecialTokens).map { Array($0.utf8) }
      return String(decoding: TokenDecoder.decoded(tokens, by: steps), as: UTF8.self)
    }
  }

  private func tokens(_ ids: [Int], _ skipSpecialTokens: Bool) -> [String] {
    ids.compactMap { skipSpecialTokens && isLeftOut($0) ? nil : token(of: $0) }
  }
}
