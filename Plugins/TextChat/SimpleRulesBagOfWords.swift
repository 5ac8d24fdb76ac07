import Foundation

/// Logistic regression on the difference between two replies' word counts: the rule that a reward model must match.
///
/// A reply's feature for a word is log(1 + count); the score is their sum times the words' weights. With x the
/// difference between the features of the preferred and the other reply, y the label and v the pair's weight, the
/// weights minimise
///
///     Σ v (y log(1 + exp(-w·x)) + (1 - y) log(1 + exp(w·x))) + λ/2 |w|²
///
/// over the words that occur in at least two training replies. This is scikit-learn's
/// `LogisticRegression(C: 1/(2λ), fit_intercept: false)` on the differences and their mirror images.
public struct BagOfWordsRegression: Sendable {
  /// Two replies to one prompt.
  public struct Pair: Sendable {
    /// The preferred reply.
    public var chosen: String
    /// The other reply.
    public var rejected: String
    /// The probability that `chosen` is the better one.
    public var label: Double
    /// The pair's weight in the loss.
    public var weight: Double

    /// Creates a pair.
    public init(chosen: String, rejected: String, label: Double = 1, weight: Double = 1) {
      self.chosen = chosen
      self.rejected = rejected
      self.label = label
      self.weight = weight
    }
  }

  /// The weight of each word.
  public let weights: [String: Double]

  /// Fits the weights under the penalty λ.
  public init(pairs: [Pair], penalty: Double = 10) {
    let counts = pairs.map { (Self.counts(in: $0.chosen), Self.counts(in: $0.rejected)) }
    let words = Self.vocabulary(counts.flatMap { [$0.0, $0.1] })
    let index = Dictionary(uniqueKeysWithValues: zip(words, words.indices))
    let problem = SparseLogisticProblem(
      rows: counts.map { Self.difference($0, $1, index) }, columns: words.count,
      labels: pairs.map(\.label), weights: pairs.map(\.weight))
    weights = Dictionary(uniqueKeysWithValues: zip(words, problem.solution(penalty: penalty)))
  }

  /// The score of a reply; words that training did not know count nothing.
  public func score(of text: String) -> Double {
    // In the order of the words, so that the sum is the same in every process.
    Self.counts(in: text).sorted { $0.key < $1.key }
      .reduce(0) { $0 + (weights[$1.key] ?? 0) * log(1 + Double($1.value)) }
  }

  private static func counts(in text: String) -> [String: Int] {
    RewardWords.split(text).reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// The words in at least two replies, in alphabetical order.
  private static func vocabulary(_ replies: [[String: Int]]) -> [String] {
    var frequencies: [String: Int] = [:]
    for reply in replies {
      for word in reply.keys { frequencies[word, default: 0] += 1 }
    }
    return frequencies.filter { $0.value >= 2 }.keys.sorted()
  }

  private static func difference(
    _ chosen: [String: Int], _ rejected: [String: Int], _ index: [String: Int]
  ) -> [(column: Int, value: Double)] {
    var row: [(column: Int, value: Double)] = []
    for (word, count) in chosen {
      guard let column = index[word] else { continue }
      let value = log(1 + Double(count)) - log(1 + Double(rejected[word] ?? 0))
      if value != 0 { row.append((column, value)) }
    }
    for (word, count) in rejected where chosen[word] == nil {
      guard let column = index[word] else { continue }
      row.append((column, -log(1 + Double(count))))
    }
    return row.sorted { $0.column < $1.column }
  }
}
