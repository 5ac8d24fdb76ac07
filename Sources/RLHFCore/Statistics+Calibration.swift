import Foundation

/// The predictions of one range of probabilities, beside how often they came true.
public struct ReliabilityBin: Sendable, Hashable, Codable {
  /// The lower edge, which belongs to the bin before; 0 belongs to the first bin.
  public var low: Double
  /// The upper edge, which belongs to this bin.
  public var high: Double
  /// How many predictions fell in the bin.
  public var count: Int
  /// The mean prediction of the bin; not a number where it is empty.
  public var meanProbability: Double
  /// The share of the bin's predictions that came true; not a number where it is empty.
  public var frequency: Double

  /// Creates a bin.
  public init(
    low: Double, high: Double, count: Int, meanProbability: Double, frequency: Double
  ) {
    self.low = low
    self.high = high
    self.count = count
    self.meanProbability = meanProbability
    self.frequency = frequency
  }

  private enum CodingKeys: String, CodingKey {
    case low, high, count, meanProbability, frequency
  }

  /// Decodes a bin; what is missing or `null` is not a number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    low = try container.decode(Double.self, forKey: .low)
    high = try container.decode(Double.self, forKey: .high)
    count = try container.decode(Int.self, forKey: .count)
    meanProbability = try container.decodeIfPresent(Double.self, forKey: .meanProbability) ?? .nan
    frequency = try container.decodeIfPresent(Double.self, forKey: .frequency) ?? .nan
  }

  /// Encodes the bin, an empty one without its means.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(low, forKey: .low)
    try container.encode(high, forKey: .high)
    try container.encode(count, forKey: .count)
    guard count > 0 else { return }
    try container.encode(meanProbability, forKey: .meanProbability)
    try container.encode(frequency, forKey: .frequency)
  }
}

extension Statistics {
  /// The Brier score: the mean squared error of `probabilities`; 0 is perfect, 0.25 is a coin's.
  public static func brierScore(probabilities: [Double], outcomes: [Bool]) -> Double {
    checkLengths("brierScore", probabilities.count, outcomes.count)
    return mean(
      zip(probabilities, outcomes).map { ($0 - ($1 ? 1 : 0)) * ($0 - ($1 ? 1 : 0)) })
  }

  /// The log loss in nats: the mean of `-log p` of what happened; a coin's is 0.693.
  ///
  /// A certain prediction that fails counts as one of probability 2⁻⁵².
  public static func logLoss(probabilities: [Double], outcomes: [Bool]) -> Double {
    checkLengths("logLoss", probabilities.count, outcomes.count)
    return mean(
      zip(probabilities, outcomes).map { probability, outcome in
        -log(max(outcome ? probability : 1 - probability, .ulpOfOne))
      })
  }

  /// The area under the ROC curve: how often a true case scores above a false one, ties counted half.
  public static func areaUnderCurve(scores: [Double], outcomes: [Bool]) -> Double {
    checkLengths("areaUnderCurve", scores.count, outcomes.count)
    let ranks = ranks(of: scores)
    let positives = Double(outcomes.count { $0 })
    let negatives = Double(outcomes.count) - positives
    let rankSum = zip(ranks, outcomes).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
    return (rankSum - positives * (positives + 1) / 2) / (positives * negatives)
  }

  /// The share of predictions on the right side of a half; a half counts half.
  public static func accuracy(probabilities: [Double], outcomes: [Bool]) -> Double {
    checkLengths("accuracy", probabilities.count, outcomes.count)
    return mean(
      zip(probabilities, outcomes).map { $0 == 0.5 ? 0.5 : ($0 > 0.5) == $1 ? 1 : 0 })
  }

  /// The predictions in `count` bins of equal width: the points of a reliability diagram.
  public static func reliabilityBins(
    probabilities: [Double], outcomes: [Bool], count: Int = 10
  ) -> [ReliabilityBin] {
    precondition(count > 0, "reliabilityBins: \(count) bins; wanted at least 1")
    let edges = (0...count).map { $0 == count ? 1 : Double($0) * (1 / Double(count)) }
    return reliabilityBins(probabilities: probabilities, outcomes: outcomes, edges: edges)
  }

  /// The predictions in bins between `edges`, which rise from 0 to 1.
  public static func reliabilityBins(
    probabilities: [Double], outcomes: [Bool], edges: [Double]
  ) -> [ReliabilityBin] {
    checkLengths("reliabilityBins", probabilities.count, outcomes.count)
    precondition(
      edges.count > 1 && edges.first == 0 && edges.last == 1
        && zip(edges, edges.dropFirst()).allSatisfy(<),
      "reliabilityBins: edges \(edges); wanted numbers that rise from 0 to 1")
    let count = edges.count - 1
    var members = [[(probability: Double, outcome: Bool)]](repeating: [], count: count)
    for (probability, outcome) in zip(probabilities, outcomes) {
      precondition(
        probability >= 0 && probability <= 1,
        "reliabilityBins: a probability of \(probability); wanted 0 to 1")
      let bin = edges.dropFirst().firstIndex { probability <= $0 } ?? count
      members[bin - 1].append((probability, outcome))
    }
    return members.indices.map { index in
      let bin = members[index]
      return ReliabilityBin(
        low: edges[index], high: edges[index + 1], count: bin.count,
        meanProbability: mean(bin.map(\.probability)),
        frequency: mean(bin.map { $0.outcome ? 1 : 0 }))
    }
  }

  /// The expected calibration error: the mean gap between prediction and frequency over all predictions.
  public static func expectedCalibrationError(_ bins: [ReliabilityBin]) -> Double {
    let total = bins.reduce(0) { $0 + $1.count }
    guard total > 0 else { return .nan }
    return bins.reduce(0) { $0 + gap($1) * Double($1.count) } / Double(total)
  }

  /// The largest gap between prediction and frequency of any bin that is not empty.
  public static func maximumCalibrationError(_ bins: [ReliabilityBin]) -> Double {
    bins.filter { $0.count > 0 }.map(gap).max() ?? .nan
  }

  /// The temperature `T` that minimises the log loss of `sigmoid(logit(p) / T)`.
  ///
  /// After Guo and others 2017. Above 1 the predictions were too bold, below 1 too timid. The answer stays within 0.001 ... 1000: the
  /// ends are reached where the outcomes are perfectly separated or unrelated to the predictions.
  public static func fittedTemperature(probabilities: [Double], outcomes: [Bool]) -> Double {
    checkLengths("fittedTemperature", probabilities.count, outcomes.count)
    guard !probabilities.isEmpty else { return .nan }
    let logits = probabilities.map(logit)
    /// The derivative of the loss by `1 / T`, which grows with it: the loss is convex.
    func slope(_ inverse: Double) -> Double {
      zip(logits, outcomes).reduce(0) { sum, item in
        sum + (sigmoid(item.0 * inverse) - (item.1 ? 1 : 0)) * item.0
      }
    }
    var (low, high) = (log(1e-3), log(1e3))
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if slope(exp(middle)) < 0 { low = middle } else { high = middle }
    }
    return exp(-(low + high) / 2)
  }

  /// The predictions at `temperature`: `sigmoid(logit(p) / T)`.
  public static func probabilities(_ probabilities: [Double], at temperature: Double) -> [Double] {
    probabilities.map { sigmoid(logit($0) / temperature) }
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  private static func gap(_ bin: ReliabilityBin) -> Double {
    bin.count == 0 ? 0 : abs(bin.meanProbability - bin.frequency)
  }

  private static func logit(_ probability: Double) -> Double {
    let inside = min(max(probability, .ulpOfOne), 1 - .ulpOfOne)
    return log(inside) - log1p(-inside)
  }
}
