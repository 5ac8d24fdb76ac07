/// The vocabulary and the merges of a byte-pair model, and how a word becomes tokens.
struct BytePairModel: Sendable {
  /// The parts a word is split into before merging.
  enum Symbols: Sendable {
    /// Bytes, each with its id (-1: the vocabulary lacks it).
    case bytes([Int32])
    /// Characters; one that the vocabulary lacks falls back to its bytes where all of them have a token
    /// `<0xNN>`.
    case characters(byteFallback: Bool)
  }

  let vocabulary: Vocabulary
  /// The merges in order of rank.
  let merges: [(left: Int32, right: Int32, merged: Int32)]
  let symbols: Symbols
  /// What a part becomes that the vocabulary lacks; without it such a part vanishes.
  let unknown: Int32?
  /// Whether unknown parts in a row become one unknown token.
  let fusesUnknown: Bool
  /// Whether a word that is a token as a whole needs no merges.
  let ignoresMerges: Bool

  /// The ids of bytes that end a word, where their tokens have a mark of it, as CLIP's do.
  private let finalIDs: [Int32]?
  private let table: MergeTable
  private let byteTokens: [Int32]

  init(
    vocabulary: Vocabulary, merges: [(left: Int32, right: Int32, merged: Int32)],
    isByteLevel: Bool, byteFallback: Bool = false, unknown: Int32? = nil,
    fusesUnknown: Bool = false, ignoresMerges: Bool = false, endOfWordSuffix: String = ""
  ) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.unknown = unknown
    self.fusesUnknown = fusesUnknown
    self.ignoresMerges = ignoresMerges
    table = MergeTable(merges)
    finalIDs =
      endOfWordSuffix.isEmpty
      ? nil
      : ByteAlphabet.scalars.map {
        vocabulary.id(of: String(Character($0)) + endOfWordSuffix) ?? -1
      }
    symbols =
      isByteLevel
      ? .bytes(ByteAlphabet.scalars.map { vocabulary.id(of: String(Character($0))) ?? -1 })
      : .characters(byteFallback: byteFallback)
    byteTokens = (0...255).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return vocabulary.id(of: "<0x\(digits.utf8.count < 2 ? "0" : "")\(digits)>") ?? -1
    }
  }

  /// Whether cutting a text before every `mark` that follows another character changes no token.
  ///
  /// SentencePiece's vocabularies have the mark of a space at the start of tokens alone; so no merge reaches across
  /// such a place, and a text falls into words that are met again and again.
  func allowsCuts(before mark: [UInt8]) -> Bool {
    guard case .characters = symbols, !ignoresMerges,
      mark.withUnsafeBufferPointer({ vocabulary.id(of: $0) }) != nil
    else { return false }
    return merges.allSatisfy { merge in
      guard let token = vocabulary[Int(merge.merged)] else { return false }
      let bytes = Array(token.utf8)
      return bytes.withUnsafeBufferPointer { WordCutter(mark: mark).end(in: $0, from: 0) }
        == bytes.count
    }
  }

  /// Appends the tokens of `word` to `result`; `scratch` lends its memory.
  func appendTokens(
    of word: UnsafeBufferPointer<UInt8>, to result: inout [Int32], scratch: inout MergeScratch
  ) {
    if ignoresMerges, let id = wholeToken(word) {
      result.append(id)
      return
    }
    scratch.ids.removeAll(keepingCapacity: true)
    switch symbols {
    case .bytes(let ids): appendBytes(word, ids, to: &scratch.ids)
    case .characters(let byteFallback):
      appendCharacters(word, byteFallback: byteFallback, to: &scratch.ids)
    }
    scratch.merge(with: table)
    result += scratch.ids
  }

  private func wholeToken(_ word: UnsafeBufferPointer<UInt8>) -> Int32? {
    switch symbols {
    case .bytes: vocabulary.id(of: ByteAlphabet.token(of: word))
    case .characters: vocabulary.id(of: word)
    }
  }

  private func appendBytes(
    _ word: UnsafeBufferPointer<UInt8>, _ ids: [Int32], to result: inout [Int32]
  ) {
    var pending = PendingUnknown(id: unknown, isFused: fusesUnknown)
    for (index, byte) in word.enumerated() {
      let id = (index == word.count - 1 ? finalIDs ?? ids : ids)[Int(byte)]
      if id >= 0 {
        pending.flush(into: &result)
        result.append(id)
      } else {
        pending.add(to: &result)
      }
    }
    pending.flush(into: &result)
  }

  private func appendCharacters(
    _ word: UnsafeBufferPointer<UInt8>, byteFallback: Bool, to result: inout [Int32]
  ) {
    var pending = PendingUnknown(id: unknown, isFused: fusesUnknown)
    var start = 0
    while start < word.count {
      var end = start + 1
      while end < word.count, word[end] & 0xc0 == 0x80 { end += 1 }
      let character = UnsafeBufferPointer(rebasing: word[start..<end])
      start = end
      if let id = vocabulary.id(of: character) {
        pending.flush(into: &result)
        result.append(id)
      } else if byteFallback, character.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        for byte in character { result.append(byteTokens[Int(byte)]) }
      } else {
        pending.add(to: &result)
      }
    }
    pending.flush(into: &result)
  }
}

/// An unknown token that waits for the next known character: the reference puts bytes before it that come between.
private struct PendingUnknown {
  let id: Int32?
  let isFused: Bool
  private var isWaiting = false

  init(id: Int32?, isFused: Bool) {
    self.id = id
    self.isFused = isFused
  }

  mutating func add(to result: inout [Int32]) {
    if !isFused { flush(into: &result) }
    isWaiting = true
  }

  mutating func flush(into result: inout [Int32]) {
    if isWaiting, let id { result.append(id) }
    isWaiting = false
  }
}
