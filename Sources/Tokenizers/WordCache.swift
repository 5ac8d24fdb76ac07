import Synchronization

/// The tokens of words met before, and the memory for new ones.
struct WordCache: Sendable {
  private var words = ByteKeyTable()
  private var starts: [Int32] = [0]
  private var ids: [Int32] = []
  private var scratch = MergeScratch()

  /// Longer words are rarely met twice.
  private static let longestWord = 64
  private static let mostWords = 1 << 16

  /// Appends the tokens of `word` to `result`.
  @inline(__always)
  mutating func appendTokens(
    of word: UnsafeBufferPointer<UInt8>, by model: TokenModel, to result: inout [Int]
  ) {
    guard word.count <= Self.longestWord else {
      var found: [Int32] = []
      model.appendTokens(of: word, to: &found, scratch: &scratch)
      result += found.lazy.map { Int($0) }
      return
    }
    let (index, isNew) = words.insert(word)
    if isNew {
      model.appendTokens(of: word, to: &ids, scratch: &scratch)
      starts.append(Int32(ids.count))
    }
    for position in Int(starts[index])..<Int(starts[index + 1]) {
      result.append(Int(ids[position]))
    }
    if isNew, words.count >= Self.mostWords { forget() }
  }

  private mutating func forget() {
    words.removeAll()
    starts.removeAll(keepingCapacity: true)
    starts.append(0)
    ids.removeAll(keepingCapacity: true)
  }
}

/// Lends word caches to the threads that encode: as many as there were ever threads at once.
final class WordCachePool: Sendable {
  private let caches = Mutex<[WordCache]>([])

  func take() -> WordCache { caches.withLock { $0.popLast() } ?? WordCache() }

  func give(_ cache: consuming WordCache) {
    let cache = cache
    caches.withLock { $0.append(cache) }
  }
}
