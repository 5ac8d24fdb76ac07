/// The memory in which the parts of a word are merged, kept from word to word.
struct MergeScratch: Sendable {
  /// The parts of the word before merging, its tokens afterwards.
  var ids: [Int32] = []
  private var candidates: [MergeTable.Merge] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var queue: [UInt64] = []

  /// Words up to this length are searched from end to end for the best merge; longer ones need a queue.
  private static let longestScanned = 40

  /// Merges neighbours, the lowest rank first and of equal ranks the leftmost, until no pair has a merge.
  mutating func merge(with table: MergeTable) {
    if ids.count < 2 { return }
    if ids.count <= Self.longestScanned {
      mergeByScanning(table)
    } else {
      mergeByQueue(table)
    }
  }

  private mutating func mergeByScanning(_ table: MergeTable) {
    candidates.removeAll(keepingCapacity: true)
    for index in 1..<ids.count { candidates.append(table[ids[index - 1], ids[index]]) }
    while true {
      var best = MergeTable.Merge.none
      var place = 0
      for index in candidates.indices where candidates[index].rank < best.rank {
        best = candidates[index]
        place = index
      }
      if best.rank == .max { return }
      ids[place] = best.id
      ids.remove(at: place + 1)
      candidates.remove(at: place)
      if place > 0 { candidates[place - 1] = table[ids[place - 1], ids[place]] }
      if place < candidates.count { candidates[place] = table[ids[place], ids[place + 1]] }
    }
  }

  /// A linked list of parts and a heap of `rank << 32 | position`; entries that no longer hold are passed over.
  private mutating func mergeByQueue(_ table: MergeTable) {
    let count = ids.count
    next = (1...count).map { Int32($0) }
    previous = (0..<count).map { Int32($0) - 1 }
    queue.removeAll(keepingCapacity: true)
    for index in 1..<count { enqueue(table[ids[index - 1], ids[index]], at: index - 1) }
    while let entry = dequeue() {
      let place = Int(entry & 0xffff_ffff)
      let right = Int(next[place])
      guard ids[place] >= 0, right < count else { continue }
      let merge = table[ids[place], ids[right]]
      guard UInt64(merge.rank) == entry >> 32 else { continue }
      ids[place] = merge.id
      ids[right] = -1
      let after = Int(next[right])
      next[place] = Int32(after)
      if after < count {
        previous[after] = Int32(place)
        enqueue(table[merge.id, ids[after]], at: place)
      }
      let before = Int(previous[place])
      if before >= 0 { enqueue(table[ids[before], merge.id], at: before) }
    }
    ids.removeAll { $0 < 0 }
  }

  private mutating func enqueue(_ merge: MergeTable.Merge, at place: Int) {
    if merge.rank == .max { return }
    queue.append(UInt64(merge.rank) << 32 | UInt64(place))
    var child = queue.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if queue[parent] <= queue[child] { return }
      queue.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func dequeue() -> UInt64? {
    guard let first = queue.first else { return nil }
    let last = queue.removeLast()
    if queue.isEmpty { return first }
    queue[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= queue.count { return first }
      if child + 1 < queue.count, queue[child + 1] < queue[child] { child += 1 }
      if queue[parent] <= queue[child] { return first }
      queue.swapAt(parent, child)
      parent = child
    }
  }
}
