import NeuralNetworks
import RLHFCore
import RLHFPlugin

@testable import PolicyOptimization

/// A small task with a known optimum: four choices out of three, and the prompt says which is wanted.
enum ToyTraining {
  typealias Toy = TokenPolicy<Int, [Int]>

  static let prompts = [0, 1, 2]

  static func policy(endToken: Int? = nil) -> Toy {
    Toy(
      .init(
        promptSize: 3, vocabularySize: endToken == nil ? 3 : 4, responseLength: 4,
        endToken: endToken, hiddenSize: 16), seed: 1,
      describe: { wanted in (0..<3).map { $0 == wanted ? 1 : 0 } }, decode: { $0 },
      encode: { $0 })
  }

  static func options(_ algorithm: PolicyAlgorithm = .ppo) -> PolicyOptions {
    var options = PolicyOptions()
    options.algorithm = algorithm
    options.iterations = 20
    options.batchSize = 32
    options.minibatchSize = 16
    options.microbatchSize = 16
    options.learningRate = 0.01
    options.criticLearningRate = 0.01
    options.kl.coefficient = 0.02
    return options
  }

  static func trainer(
    _ options: PolicyOptions, seed: Seed = 1, endToken: Int? = nil
  ) -> PolicyTrainer<Toy> {
    let reference = policy(endToken: endToken)
    reference.parameters.setTrainable(false)
    return PolicyTrainer(
      policy: policy(endToken: endToken), reference: reference, options: options, seed: seed)
  }

  /// The share of choices that are the wanted one.
  static func score(_ samples: [Sample<Int, [Int]>]) -> [Double] {
    samples.map { sample in
      Double(sample.artifact.count { $0 == sample.prompt }) / Double(max(sample.artifact.count, 1))
    }
  }
}
