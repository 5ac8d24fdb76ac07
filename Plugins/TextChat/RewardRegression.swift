import RLHF

/// A regression over the terms and the measures of replies: what a reward model knows before it is trained.
///
/// The weights w minimise the Bradley–Terry loss of the differences x between the features of the preferred and the
/// other reply, Σ v (y log(1 + exp(-w·x)) + (1 - y) log(1 + exp(w·x))) + λ/2 |w|², which has one minimum. Where pairs are
/// few, gradient steps on an embedding of rare words end far from it.
struct RewardRegression {
  private let terms: Tensor
  private let measures: Tensor
  private let usesMeasures: Bool

  /// Brings the measures to a size at which the penalty hardly touches them: there are few, and each is in every reply.
  private static let measureScale = 10.0

  /// Creates a regression whose weights are 0; training leaves them alone.
  init(_ configuration: ChatRewardConfiguration, in parameters: ParameterStore) {
    let scope = parameters["regression"]
    terms =
      Embedding(configuration.lexicalBuckets, 1, initializer: .zeros, in: scope["terms"]).weight
    usesMeasures = configuration.usesMeasures
    measures =
      Embedding(1, RewardFeatures.measureCount, initializer: .zeros, in: scope["measures"]).weight
    parameters.setTrainable(false) { $0.hasPrefix("regression.") }
  }

  /// Fits the weights under the penalty λ.
  ///
  /// - Parameters:
  ///   - pairs: The features of the preferred and of the other reply, by pair.
  ///   - labels: The probability that the preferred reply is better.
  ///   - weights: The weight of each pair.
  ///   - penalty: The penalty λ.
  func fit(
    _ pairs: [(RewardFeatures, RewardFeatures)], labels: [Double], weights: [Double],
    penalty: Double
  ) {
    guard !pairs.isEmpty else { return }
    // A term of one reply alone says nothing of others.
    var frequencies: [Int: Int] = [:]
    for (chosen, rejected) in pairs {
      for features in [chosen, rejected] {
        for term in Set(features.terms) { frequencies[term, default: 0] += 1 }
      }
    }
    let known = frequencies.filter { $0.value > 1 }.keys.sorted()
    let columns = Dictionary(uniqueKeysWithValues: zip(known, known.indices))
    let measureCount = usesMeasures ? RewardFeatures.measureCount : 0
    let rows = pairs.map { chosen, rejected in
      var row: [Int: Double] = [:]
      for (features, sign) in [(chosen, 1.0), (rejected, -1.0)] {
        for (term, weight) in zip(features.terms, features.termWeights) {
          if let column = columns[term] { row[column, default: 0] += sign * Double(weight) }
        }
        for index in 0..<measureCount {
          row[known.count + index, default: 0] +=
            sign * Self.measureScale * Double(features.measures[index])
        }
      }
      return row.filter { $0.value != 0 }.sorted { $0.key < $1.key }
        .map { (column: $0.key, value: $0.value) }
    }
    let solution = SparseLogisticProblem(
      rows: rows, columns: known.count + measureCount, labels: labels, weights: weights
    ).solution(penalty: penalty)
    var termWeights = [Float](repeating: 0, count: terms.count)
    for (term, column) in columns { termWeights[term] = Float(solution[column]) }
    withoutGradient {
      terms.assign(from: Tensor(termWeights, shape: terms.shape))
      guard usesMeasures else { return }
      let scaled = solution[known.count...].map { Float($0 * Self.measureScale) }
      measures.assign(from: Tensor(scaled, shape: measures.shape))
    }
  }

  /// The score of each reply, `[B, 1]`.
  func callAsFunction(_ samples: [RewardFeatures]) -> Tensor {
    let scores = Self.sum(of: terms, over: samples)
    guard usesMeasures else { return scores }
    let values = Tensor(
      samples.flatMap(\.measures), shape: [samples.count, RewardFeatures.measureCount])
    return scores + (values * measures).sum(dim: 1, keepDim: true)
  }

  /// The weighted sum of each sample's rows of `table` `[buckets, H]`, without padding: `[B, H]`.
  static func sum(of table: Tensor, over samples: [RewardFeatures]) -> Tensor {
    let owners = samples.indices.flatMap { row in samples[row].terms.map { _ in row } }
    let weights = Tensor(samples.flatMap(\.termWeights)).unsqueezed(1)
    let rows = Tensor.embedding(weight: table, indices: Tensor(samples.flatMap(\.terms)))
    return Tensor.zeros([samples.count, table.shape[1]]).indexAdd(
      dim: 0, indices: Tensor(owners), source: rows * weights)
  }
}
