import Foundation
public import NeuralNetworks
public import RLHFCore
import Torch

/// A ready-made policy for settings that are numbers: T steps of D normally distributed values.
///
/// The means come from the prompt's features and the step; the standard deviations are parameters of their own.
public final class GaussianPolicy<Prompt: Sendable, Artifact: Sendable>: Policy {
  /// The named parameters.
  public let parameters: ParameterStore
  /// The width H of the features.
  public let featureSize: Int
  /// The number of steps T.
  public let steps: Int
  /// The number of values D in a step.
  public let dimensions: Int
  private let promptSize: Int
  private let describe: @Sendable (Prompt) -> [Float]
  private let decode: @Sendable ([[Float]]) -> Artifact
  private let encode: @Sendable (Artifact) -> [[Float]]
  private let body: MLP
  private let mean: Linear
  private let logDeviation: Tensor

  /// Creates an untrained policy.
  /// - Parameters:
  ///   - promptSize: The number of numbers that describe a prompt.
  ///   - steps: The number of steps T.
  ///   - dimensions: The number of values D in a step.
  ///   - hiddenSize: The width of the hidden layers.
  ///   - initialDeviation: The standard deviation of the values at first.
  ///   - seed: The seed of the first parameters.
  ///   - describe: The numbers that describe a prompt.
  ///   - decode: The artifact that the values make, one list per step.
  ///   - encode: The values that make an artifact.
  public init(
    promptSize: Int, steps: Int, dimensions: Int, hiddenSize: Int = 64,
    initialDeviation: Double = 0.5, seed: Seed, describe: @escaping @Sendable (Prompt) -> [Float],
    decode: @escaping @Sendable ([[Float]]) -> Artifact,
    encode: @escaping @Sendable (Artifact) -> [[Float]]
  ) {
    self.promptSize = promptSize
    self.steps = steps
    self.dimensions = dimensions
    self.describe = describe
    self.decode = decode
    self.encode = encode
    featureSize = hiddenSize
    parameters = ParameterStore(seed: seed)
    body = MLP([promptSize + steps, hiddenSize, hiddenSize], in: parameters["body"])
    mean = Linear(hiddenSize, dimensions, in: parameters["mean"])
    logDeviation = parameters["deviation"].parameter(
      "log", [dimensions], .constant(log(initialDeviation)))
  }

  /// Samples one trajectory per prompt.
  public func sample(_ prompts: [Prompt], seed: Seed) throws -> Rollout {
    withoutGradient {
      let description = promptTensor(prompts)
      let noise = Tensor.stack(
        prompts.indices.map { row in
          Tensor.randn(
            [steps, dimensions], generator: RandomGenerator(seed: seed.derived("row", row)))
        }, dim: 0)
      let distribution = NormalDistribution(
        mean: mean(features(description)), logDeviation: logDeviation)
      return rollout(description, values: distribution.sample(noise: noise))
    }
  }

  /// Log-probabilities, and what else is requested, of the actions of `rollout`.
  public func evaluate(
    _ rollout: Rollout, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation {
    guard let description = rollout.actions["prompts"], let values = rollout.actions["values"]
    else { preconditionFailure("GaussianPolicy: the rollout has no 'prompts' and 'values'") }
    let features = features(description)
    let distribution = NormalDistribution(mean: mean(features), logDeviation: logDeviation)
    let logProbabilities = distribution.logProbabilities(of: values).sum(dim: -1)
    let present = rollout.mask.to(.float32)
    return PolicyEvaluation(
      logProbabilities: logProbabilities * present,
      entropies: request.wantsEntropies
        ? distribution.entropies.sum(dim: -1) * present : nil,
      features: request.wantsFeatures ? features : nil,
      distributions: request.wantsDistributions
        ? NormalActions(
          mean: distribution.mean,
          deviation: distribution.logDeviation.exp().expanded(distribution.mean.shape)) : nil)
  }

  /// What a person perceives of each trajectory.
  public func artifacts(of rollout: Rollout) throws -> [Artifact] {
    guard let values = rollout.actions["values"]?.floats() else {
      preconditionFailure("GaussianPolicy: the rollout has no 'values'")
    }
    return (0..<rollout.count).map { row in
      decode(
        (0..<steps).map { step in
          let start = (row * steps + step) * dimensions
          return Array(values[start..<start + dimensions])
        })
    }
  }

  /// The trajectories that lead to the demonstrated artifacts.
  public func rollout(of demonstrations: [Demonstration<Prompt, Artifact>]) throws -> Rollout {
    let values = try demonstrations.map { demonstration in
      let values = encode(demonstration.artifact)
      guard values.count == steps, values.allSatisfy({ $0.count == dimensions }) else {
        throw RLHFError(
          .invalidData,
          "A demonstration has \(values.count) steps; the policy takes \(steps) steps of \(dimensions) values."
        )
      }
      return values
    }
    return rollout(
      promptTensor(demonstrations.map(\.prompt)),
      values: Tensor(
        values.flatMap { $0.flatMap { $0 } }, shape: [demonstrations.count, steps, dimensions]))
  }

  private func promptTensor(_ prompts: [Prompt]) -> Tensor {
    Tensor(prompts.flatMap(describe), shape: [prompts.count, promptSize])
  }

  private func rollout(_ description: Tensor, values: Tensor) -> Rollout {
    let rows = description.shape[0]
    return Rollout(
      actions: ["prompts": description, "values": values],
      mask: Tensor(Array(repeating: true, count: rows * steps), shape: [rows, steps]),
      isComplete: Array(repeating: true, count: rows))
  }

  /// What is known before each step, `[B, T, H]`, from prompts `[B, P]`.
  private func features(_ description: Tensor) -> Tensor {
    let rows = description.shape[0]
    let prompts = description.unsqueezed(1).expanded([rows, steps, promptSize])
    let positions = Tensor.eye(steps).unsqueezed(0).expanded([rows, steps, steps])
    return body(Tensor.concatenate([prompts, positions], dim: 2)).tanh()
  }
}
