import Foundation

/// What the parts of ``ChatRewardEncoder`` read of one sample, prepared once.
struct RewardFeatures {
  /// The rows of the reply's words and word pairs in the lexical table.
  var terms: [Int]
  /// The weight of each term; their squares sum to a constant, so that a reply cannot gain by length alone.
  var termWeights: [Float]
  /// Measures of the reply, each within about -1...1; see ``measureCount``.
  var measures: [Float]
  /// The words that the transformer reads: two rows of its table for each (Svenstrup and others
  /// 2017).
  var words: [(first: Int, second: Int)]
  /// What each of `words` is.
  var kinds: [Kind]

  /// What a word that the transformer reads is.
  enum Kind: Int, CaseIterable {
    /// Of the conversation before the reply.
    case prompt
    /// Of the reply.
    case reply
    /// Of the reply, and in the conversation too.
    case repeated
  }

  /// The number of ``measures``.
  static let measureCount = 7

  /// The norm of ``termWeights``: how fast the lexical part learns, compared with the others.
  private static let termNorm: Float = 5

  /// The longest reply, in words, that the measures tell from longer ones.
  private static let longestReply = 512.0

  init(of reply: String, to prompt: ChatPrompt, configuration: ChatRewardConfiguration) {
    let replyWords = RewardWords.split(reply)
    let promptWords = prompt.messages.flatMap { RewardWords.split($0.content) }
    (terms, termWeights) =
      configuration.lexicalSize > 0 || configuration.penalty != nil
      ? Self.terms(of: replyWords, buckets: configuration.lexicalBuckets) : ([], [])
    measures = configuration.usesMeasures ? Self.measures(of: replyWords, to: promptWords) : []
    words = []
    kinds = []
    guard configuration.layers > 0 else { return }
    let known = Set(promptWords)
    let read = Self.ends(of: replyWords, count: configuration.replyWords)
    // A full stop that no text has starts each part, so that neither is empty.
    let texts =
      ["<prompt>"] + promptWords.suffix(configuration.promptWords) + ["<reply>"] + read + ["<end>"]
    let promptCount = min(promptWords.count, configuration.promptWords) + 1
    words = texts.map { word in
      (
        Int(hash(word) % UInt64(configuration.wordBuckets)),
        Int(hash("2 \(word)") % UInt64(configuration.wordBuckets))
      )
    }
    kinds = texts.indices.map { index in
      index < promptCount ? .prompt : known.contains(texts[index]) ? .repeated : .reply
    }
  }

  /// log(1 + count) of each word and each pair of neighbours, the reply's start and end included, scaled to one norm.
  private static func terms(of words: [String], buckets: Int) -> (rows: [Int], weights: [Float]) {
    var counts: [UInt64: Int] = [:]
    var order: [UInt64] = []
    func count(_ term: String) {
      let key = hash(term)
      if counts[key, default: 0] == 0 { order.append(key) }
      counts[key, default: 0] += 1
    }
    for word in words { count(word) }
    let framed = ["^"] + words + ["$"]
    for (first, second) in zip(framed, framed.dropFirst()) { count("\(first) \(second)") }
    let values = order.map { Float(log(1 + Double(counts[$0] ?? 0))) }
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return (
      order.map { Int($0 % UInt64(buckets)) }, values.map { $0 / norm * termNorm }
    )
  }

  /// The logarithm of the length, three hinges of it, the shares of the reply's and of the conversation's distinct
  /// words that the other has too, and the share of distinct words.
  private static func measures(of reply: [String], to prompt: [String]) -> [Float] {
    let length = min(log(Double(max(reply.count, 1))), log(longestReply))
    let distinct = Set(reply)
    let spoken = distinct.filter(RewardWords.isSpoken)
    let asked = Set(prompt).filter(RewardWords.isSpoken)
    let common = Double(spoken.intersection(asked).count)
    let hinges = [8.0, 32, 128].map { max(0, length - log($0)) / 3 }
    return
      ([length / 3 - 1] + hinges + [
        common / Double(max(spoken.count, 1)), common / Double(max(asked.count, 1)),
        Double(distinct.count) / Double(max(reply.count, 1)),
      ]).map { Float($0) }
  }

  /// The first and the last words of a text that is too long.
  private static func ends(of words: [String], count: Int) -> [String] {
    guard words.count > count else { return words }
    return Array(words.prefix(count / 2) + words.suffix(count - count / 2))
  }
}

/// FNV-1a, finished by SplitMix64: the same in every process.
private func hash(_ text: String) -> UInt64 {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
  value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
  return value ^ (value >> 31)
}
