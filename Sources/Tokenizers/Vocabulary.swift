/// The tokens of a model, by id and by spelling.
struct Vocabulary: Sendable {
  /// The tokens as the file spells them, by id; `nil` where an id stands for nothing.
  let tokens: [String?]
  private let lookup: ByteKeyTable
  private let ids: [Int32]

  init(_ tokens: [String?]) {
    self.tokens = tokens
    var lookup = ByteKeyTable(minimumCapacity: tokens.count)
    var ids: [Int32] = []
    for (id, token) in tokens.enumerated() {
      if let token, lookup.insert(token).isNew { ids.append(Int32(id)) }
    }
    self.lookup = lookup
    self.ids = ids
  }

  /// The token with an id; `nil` where there is none.
  subscript(id: Int) -> String? { tokens.indices.contains(id) ? tokens[id] : nil }

  /// The id of a token.
  func id(of token: String) -> Int32? { lookup.index(of: token).map { ids[$0] } }

  /// The id of the token that `bytes` spell.
  @inline(__always)
  func id(of bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
    lookup.index(of: bytes).map { ids[$0] }
  }
}
