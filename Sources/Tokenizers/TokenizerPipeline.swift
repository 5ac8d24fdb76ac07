/// The parts of a tokenizer that loading or training settles once and for all.
final class TokenizerPipeline: Sendable {
  let model: BytePairModel
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
  private let rawMatcher: AddedTokenMatcher
  private let normalizedMatcher: AddedTokenMatcher
  /// What every id adds to the bytes of a text, one after the other, where the decoder is byte-level.
  private let pieces: [UInt8]
  private let pieceStarts: [Int]
  private let caches = WordCachePool()

  init(
    model: BytePairModel, addedTokens: [AddedToken], normalizer: Normalizer? = nil,
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
    vocabularySize = max(model.tokens.count, (addedByID.keys.max() ?? -1) + 1)
    rawMatcher = AddedTokenMatcher(addedTokens.filter { !$0.isNormalized })
    normalizedMatcher = AddedTokenMatcher(addedTokens.filter(\.isNormalized)) {
      normalizer?.normalized($0) ?? $0
    }
    var pieces: [UInt8] = []
    var starts = [0]
    for id in 0..<vocabularySize {
      let token = addedByID[id]?.content ?? (id < model.tokens.count ? model.tokens[id] : nil)
      if let token { pieces += ByteAlphabet.bytes(of: token) ?? Array(token.utf8) }
      starts.append(pieces.count)
    }
    self.pieces = pieces
    pieceStarts = starts
  }

  func token(of id: Int) -> String? {
    if let added = addedByID[id] { return added.content }
    return model.tokens.indices.contains(id) ? model.tokens[id] : nil
  }

  func id(of token: String) -> Int? {
    addedTokens.first { $0.content.utf8.elementsEqual(token.utf8) }?.id
      ?? model.id(of: token).map { Int($0) }
  }

  func isSpecial(_ id: Int) -> Bool { addedByID[id]?.isSpecial ?? false }

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
      if let id {
        result.append(id)
      } else if let normal = normalizer?.normalized(piece) {
        normal.withUnsafeBufferPointer { encodeNormalized($0, &cache, into: &result) }
      } else {
        encodeNormalized(piece, &cache, into: &result)
      }
    }
    caches.give(cache)
  }

  private func encodeNormalized(
    _ text: UnsafeBufferPointer<UInt8>, _ cache: inout WordCache, into result: inout [Int]
  ) {
    normalizedMatcher.split(text) { piece, id in
      if let id {
        result.append(id)
      } else {
        preTokenizer.forEachWord(in: piece) { word in
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
      for id in ids where !(skipSpecialTokens && isSpecial(id)) { bytes += self.bytes(of: id) }
      return String(decoding: bytes, as: UTF8.self)
    case .joined:
      return tokens(ids, skipSpecialTokens).joined(separator: " ")
    case .steps(let steps):
      let tokens = tokens(ids, skipSpecialTokens).map { Array($0.utf8) }
      return String(decoding: TokenDecoder.decoded(tokens, by: steps), as: UTF8.self)
    }
  }

  private func tokens(_ ids: [Int], _ skipSpecialTokens: Bool) -> [String] {
    ids.compactMap { skipSpecialTokens && isSpecial($0) ? nil : token(of: $0) }
  }
}
