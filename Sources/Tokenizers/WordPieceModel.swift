/// A model that takes a word's tokens from the left, the longest first (Wu and others 2016; as in BERT).
struct WordPieceModel: Sendable {
  let vocabulary: Vocabulary
  /// What a word becomes that cannot be put together.
  let unknown: Int32
  /// What stands before a token inside a word: `##`.
  let continuation: [UInt8]
  /// Words of more characters are unknown.
  let longestWord: Int

  /// Appends the tokens of `word` to `result`.
  func appendTokens(of word: UnsafeBufferPointer<UInt8>, to result: inout [Int32]) {
    let characters = word.reduce(0) { $0 + ($1 & 0xc0 == 0x80 ? 0 : 1) }
    guard characters <= longestWord else {
      result.append(unknown)
      return
    }
    let first = result.count
    var start = 0
    while start < word.count {
      guard let (id, end) = longestToken(of: word, from: start) else {
        result.removeSubrange(first...)
        result.append(unknown)
        return
      }
      result.append(id)
      start = end
    }
  }

  /// The longest token that `word` goes on with at `start`, and where it ends.
  private func longestToken(
    of word: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (id: Int32, end: Int)? {
    // Inside the word a token is spelled with the continuation before it.
    let prefix = start == 0 ? 0 : continuation.count
    let spelled = (start == 0 ? [] : continuation) + word[start...]
    return spelled.withUnsafeBufferPointer { spelled in
      var end = spelled.count
      while end > prefix {
        if let id = vocabulary.id(of: UnsafeBufferPointer(rebasing: spelled[..<end])) {
          return (id, start + end - prefix)
        }
        repeat { end -= 1 } while end > prefix && spelled[end] & 0xc0 == 0x80
      }
      return nil
    }
  }
}
