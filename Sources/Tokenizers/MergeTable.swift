/// The merges of a byte-pair model: which two neighbours become one token, and which go first.
///
/// A flat hash table with open addressing from pairs of ids to rank and merged id.
struct MergeTable: Sendable {
  /// What a pair becomes.
  struct Merge: Sendable {
    /// Lower ranks go first; `.max` is no merge at all.
    var rank: UInt32
    /// The id of the merged token.
    var id: Int32

    static let none = Merge(rank: .max, id: -1)
  }

  private var keys: [UInt64]
  private var merges: [Merge]
  private let shift: UInt64

  /// Of a pair that occurs twice, the last one counts.
  init(_ merges: [(left: Int32, right: Int32, merged: Int32)]) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * merges.count { bits += 1 }
    shift = 64 - bits
    keys = [UInt64](repeating: .max, count: 1 << bits)
    self.merges = [Merge](repeating: .none, count: 1 << bits)
    for (rank, merge) in merges.enumerated() {
      let key = Self.key(merge.left, merge.right)
      let slot = slot(of: key)
      keys[slot] = key
      self.merges[slot] = Merge(rank: UInt32(rank), id: merge.merged)
    }
  }

  /// The merge of two neighbours.
  @inline(__always)
  subscript(_ left: Int32, _ right: Int32) -> Merge {
    merges[slot(of: Self.key(left, right))]
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> shift)
    while keys[slot] != key, keys[slot] != .max { slot = (slot + 1) & mask }
    return slot
  }
}
