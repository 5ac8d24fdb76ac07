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

  /// The tokens as the vocabulary spells them, by id; `nil` where an id stands for nothing.
  let tokens: [String?]
  /// The merges in order of rank.
  let merges: [(left: Int32, right: Int32, merged: Int32)]
  let symbols: Symbols
  /// What a part becomes that the vocabulary lacks; without it such a part vanishes.
  let unknown: Int32?
  /// Whether unknown parts in a row become one unknown token.
  let fusesUnknown: Bool
  /// Whether a word that is a token as a whole needs no merges.
  let ignoresMerges: Bool

  private let lookup: ByteKeyTable
  private let ids: [Int32]
  private let table: MergeTable
  private let byteTokens: [Int32]

  init(
    tokens: [String?], merges: [(left: Int32, right: Int32, merged: Int32)], isByteLevel: Bool,
    byteFallback: Bool = false, unknown: Int32? = nil, fusesUnknown: Bool = false,
    ignoresMerges: Bool = false
  ) {
    self.tokens = tokens
    self.merges = merges
    self.unknown = unknown
    self.fusesUnknown = fusesUnknown
    self.ignoresMerges = ignoresMerges
    var lookup = ByteKeyTable(minimumCapacity: tokens.count)
    var ids: [Int32] = []
    for (id, token) in tokens.enumerated() {
      if let token, lookup.insert(token).isNew { ids.append(Int32(id)) }
    }
    func id(of token: String) -> Int32 { lookup.index(of: token).map { ids[$0] } ?? -1 }
    self.lookup = lookup
    self.ids = ids
    table = MergeTable(merges)
    symbols =
      isByteLevel
      ? .bytes(ByteAlphabet.scalars.map { id(of: String(Character($0))) })
      : .characters(byteFallback: byteFallback)
    byteTokens = (0...255).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return id(of: "<0x\(digits.utf8.count < 2 ? "0" : "")\(digits)>")
    }
  }

  /// The id of a token as the vocabulary spells it.
  func id(of token: String) -> Int32? { lookup.index(of: token).map { ids[$0] } }

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
    case .bytes: id(of: ByteAlphabet.token(of: word))
    case .characters: lookup.index(of: word).map { ids[$0] }
    }
  }

  private func appendBytes(
    _ word: UnsafeBufferPointer<UInt8>, _ ids: [Int32], to result: inout [Int32]
  ) {
    var afterUnknown = false
    for byte in word { append(ids[Int(byte)], to: &result, afterUnknown: &afterUnknown) }
  }

  private func appendCharacters(
    _ word: UnsafeBufferPointer<UInt8>, byteFallback: Bool, to result: inout [Int32]
  ) {
    var afterUnknown = false
    var start = 0
    while start < word.count {
      var end = start + 1
      while end < word.count, word[end] & 0xc0 == 0x80 { end += 1 }
      let character = UnsafeBufferPointer(rebasing: word[start..<end])
      start = end
      if let index = lookup.index(of: character) {
        append(ids[index], to: &result, afterUnknown: &afterUnknown)
      } else if byteFallback, character.allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        for byte in character {
          append(byteTokens[Int(byte)], to: &result, afterUnknown: &afterUnknown)
        }
      } else {
        append(-1, to: &result, afterUnknown: &afterUnknown)
      }
    }
  }

  @inline(__always)
  private func append(_ id: Int32, to result: inout [Int32], afterUnknown: inout Bool) {
    if id >= 0 {
      result.append(id)
      afterUnknown = false
    } else if let unknown {
      if !(fusesUnknown && afterUnknown) { result.append(unknown) }
      afterUnknown = true
    }
  }
}
