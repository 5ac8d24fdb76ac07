/// Learns the merges of a byte-pair model from words and their frequencies.
///
/// The most frequent pair of neighbours is merged first, of equally frequent ones that of the smaller ids: the
/// same merges, in the same order, as the reference trainer finds. Counts of pairs are kept up to date merge by
/// merge, and a queue holds the candidates with counts that may be outdated (they only sink).
struct BytePairTrainer {
  /// A pair that may be merged, with the words in which it stood when it was queued.
  private struct Candidate {
    var pair: Int
    var count: Int
    var words: [Int32]
  }

  /// The tokens, from the special ones and single bytes on.
  private(set) var tokens: [String]
  /// The merges found so far.
  private(set) var merges: [(left: Int32, right: Int32, merged: Int32)] = []

  private var words: [[Int32]] = []
  private let frequencies: [Int]
  private var ids = ByteKeyTable()
  private var pairs = ByteKeyTable()
  private var pairIDs: [(left: Int32, right: Int32)] = []
  private var pairCounts: [Int] = []
  private var pairWords: [[Int32]] = []
  private var queue: [Candidate] = []

  /// Starts with the special tokens and the bytes as tokens; `words` are told apart by number in `frequencies`.
  init(specialTokens: [String], words: ByteKeyTable, frequencies: [Int]) {
    tokens = []
    self.frequencies = frequencies
    for token in specialTokens + ByteAlphabet.sortedBytes.map({ ByteAlphabet.token(of: [$0]) }) {
      if ids.insert(token).isNew { tokens.append(token) }
    }
    let byteIDs = (UInt8.min...UInt8.max).map { byte in
      Int32(ids.index(of: ByteAlphabet.token(of: [byte])) ?? 0)
    }
    self.words = (0..<words.count).map { index in words[index].map { byteIDs[Int($0)] } }
  }

  /// Merges until there are `vocabularySize` tokens, or no pair is left that occurs `minimumFrequency` times.
  mutating func train(vocabularySize: Int, minimumFrequency: Int) {
    var touched: [Int] = []
    for (index, word) in words.enumerated() {
      for position in word.indices.dropFirst() {
        change(word[position - 1], word[position], by: frequencies[index], in: index, &touched)
      }
    }
    enqueue(&touched)
    while tokens.count < vocabularySize, var best = dequeue() {
      let count = pairCounts[best.pair]
      if best.count != count {
        best.count = count
        enqueue(best)
        continue
      }
      if count < max(minimumFrequency, 1) { return }
      let (left, right) = pairIDs[best.pair]
      let token = tokens[Int(left)] + tokens[Int(right)]
      let (merged, isNew) = ids.insert(token)
      if isNew { tokens.append(token) }
      merges.append((left, right, Int32(merged)))
      for word in best.words { merge(left, right, into: Int32(merged), in: Int(word), &touched) }
      enqueue(&touched)
    }
  }

  /// Merges a pair in a word from left to right, and keeps count of the pairs that go and come.
  private mutating func merge(
    _ left: Int32, _ right: Int32, into merged: Int32, in index: Int, _ touched: inout [Int]
  ) {
    var word: [Int32] = []
    swap(&word, &words[index])
    let frequency = frequencies[index]
    var count = 0
    var position = 0
    while position < word.count {
      guard position + 1 < word.count, word[position] == left, word[position + 1] == right else {
        word[count] = word[position]
        count += 1
        position += 1
        continue
      }
      if count > 0 {
        change(word[count - 1], left, by: -frequency, in: index, &touched)
        change(word[count - 1], merged, by: frequency, in: index, &touched)
      }
      position += 2
      if position < word.count {
        change(right, word[position], by: -frequency, in: index, &touched)
        change(merged, word[position], by: frequency, in: index, &touched)
      }
      word[count] = merged
      count += 1
    }
    word.removeSubrange(count...)
    swap(&word, &words[index])
  }

  /// Changes the count of a pair; one that gains is noted, with the word, for the queue.
  private mutating func change(
    _ left: Int32, _ right: Int32, by amount: Int, in word: Int, _ touched: inout [Int]
  ) {
    let key = (left, right)
    let (pair, isNew) = withUnsafeBytes(of: key) {
      pairs.insert($0.assumingMemoryBound(to: UInt8.self))
    }
    if isNew {
      pairIDs.append((left, right))
      pairCounts.append(0)
      pairWords.append([])
    }
    pairCounts[pair] += amount
    guard amount > 0, pairWords[pair].last != Int32(word) else { return }
    if pairWords[pair].isEmpty { touched.append(pair) }
    pairWords[pair].append(Int32(word))
  }

  private mutating func enqueue(_ touched: inout [Int]) {
    for pair in touched {
      if pairCounts[pair] > 0 {
        enqueue(Candidate(pair: pair, count: pairCounts[pair], words: pairWords[pair]))
      }
      pairWords[pair] = []
    }
    touched.removeAll(keepingCapacity: true)
  }

  // MARK: - The queue, a binary heap

  private func goesFirst(_ first: Int, _ second: Int) -> Bool {
    if queue[first].count != queue[second].count { return queue[first].count > queue[second].count }
    return pairIDs[queue[first].pair] < pairIDs[queue[second].pair]
  }

  private mutating func enqueue(_ candidate: Candidate) {
    queue.append(candidate)
    var child = queue.count - 1
    while child > 0, goesFirst(child, (child - 1) / 2) {
      queue.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func dequeue() -> Candidate? {
    guard !queue.isEmpty else { return nil }
    queue.swapAt(0, queue.count - 1)
    let first = queue.removeLast()
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= queue.count { return first }
      if child + 1 < queue.count, goesFirst(child + 1, child) { child += 1 }
      if !goesFirst(child, parent) { return first }
      queue.swapAt(child, parent)
      parent = child
    }
  }
}
