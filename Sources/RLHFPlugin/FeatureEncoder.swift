public import NeuralNetworks
public import RLHFCore
public import Torch

/// A ready-made encoder: a small network over numbers that describe a sample.
public final class FeatureEncoder<Prompt: Sendable, Artifact: Sendable>: Encoder {
  /// The named parameters.
  public let parameters: ParameterStore
  /// The width H of the features.
  public let featureSize: Int
  private let inputSize: Int
  private let describe: @Sendable (Sample<Prompt, Artifact>) -> [Float]
  private let body: MLP

  /// Creates an untrained encoder of samples that `describe` turns into `inputSize` numbers.
  public init(
    inputSize: Int, hiddenSize: Int = 64, seed: Seed,
    describe: @escaping @Sendable (Sample<Prompt, Artifact>) -> [Float]
  ) {
    self.inputSize = inputSize
    self.describe = describe
    featureSize = hiddenSize
    parameters = ParameterStore(seed: seed)
    body = MLP([inputSize, hiddenSize, hiddenSize], in: parameters["body"])
  }

  /// The features of each sample, `[B, H]`.
  public func features(
    of samples: [Sample<Prompt, Artifact>], dropout: Seed?
  ) throws -> Tensor {
    body(Tensor(samples.flatMap(describe), shape: [samples.count, inputSize])).tanh()
  }
}
