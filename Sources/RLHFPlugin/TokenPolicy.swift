public import NeuralNetworks
public import RLHFCore
import Torch

/// A ready-made policy for short sequences over a small vocabulary: a recurrent categorical distribution per step.
///
/// Each step sees the prompt's features, the token before, the mean of the tokens so far and the position. For long
/// sequences or large vocabularies, use a transformer.
public final class TokenPolicy<Prompt: Sendable, Artifact: Sendable>: Policy {
  /// The shape of the policy.
  public struct Shape: Sendable {
    /// The number of numbers that describe a prompt.
    public var promptSize: Int
    /// The number of tokens V.
    public var vocabularySize: Int
    /// The longest response T.
    public var responseLength: Int
    /// The token that ends a response early; `nil` where every response has the full length.
    public var endToken: Int?
    /// The width H.
    public var hiddenSize: Int

    /// Creates a shape.
    public init(
      promptSize: Int, vocabularySize: Int, responseLength: Int, endToken: Int? = nil,
      hiddenSize: Int = 64
    ) {
      self.promptSize = promptSize
      self.vocabularySize = vocabularySize
      self.responseLength = responseLength
      self.endToken = endToken
      self.hiddenSize = hiddenSize
    }
  }

  /// The named parameters.
  public let parameters: ParameterStore
  /// The shape of the policy.
  public let shape: Shape
  private let describe: @Sendable (Prompt) -> [Float]
  private let decode: @Sendable ([Int]) -> Artifact
  private let encode: @Sendable (Artifact) -> [Int]
  private let promptLayer: Linear
  private let tokens: Embedding
  private let positions: Embedding
  private let body: MLP
  private let head: Linear

  /// Creates an untrained policy.
  /// - Parameters:
  ///   - shape: Its sizes.
  ///   - seed: The seed of the first parameters.
  ///   - describe: The numbers that describe a prompt, `promptSize` of them.
  ///   - decode: The artifact that tokens make.
  ///   - encode: The tokens that make an artifact, the end token left out.
  public init(
    _ shape: Shape, seed: Seed, describe: @escaping @Sendable (Prompt) -> [Float],
    decode: @escaping @Sendable ([Int]) -> Artifact, encode: @escaping @Sendable (Artifact) -> [Int]
  ) {
    self.shape = shape
    self.describe = describe
    self.decode = decode
    self.encode = encode
    parameters = ParameterStore(seed: seed)
    let width = shape.hiddenSize
    promptLayer = Linear(shape.promptSize, width, in: parameters["prompt"])
    // The last row stands for "no token yet".
    tokens = Embedding(shape.vocabularySize + 1, width, in: parameters["tokens"])
    positions = Embedding(shape.responseLength, width, in: parameters["positions"])
    body = MLP([2 * width, width, width], in: parameters["body"])
    head = Linear(width, shape.vocabularySize, in: parameters["head"])
  }

  /// The width H of the features.
  public var featureSize: Int { shape.hiddenSize }

  /// Samples one trajectory per prompt.
  public func sample(_ prompts: [Prompt], seed: Seed) throws -> Rollout {
    let uniforms = Tensor(
      prompts.indices.flatMap { row in
        var generator = seed.derived("row", row).generator
        return (0..<shape.responseLength).map { _ in Float(generator.uniform()) }
      }, shape: [prompts.count, shape.responseLength])
    let description = promptTensor(prompts)
    var chosen: [[Int]] = prompts.map { _ in [] }
    withoutGradient {
      for step in 0..<shape.responseLength {
        let padded = Tensor(
          chosen.flatMap { $0 + [0] }, shape: [prompts.count, step + 1])
        let logits = head(
          hidden(description, actions: padded).select(dim: 1, index: step))
        let cumulative = logits.softmax(dim: 1).cumulativeSum(dim: 1)
        let drawn = (cumulative .< uniforms.narrow(dim: 1, start: step, length: 1))
          .to(.int64).sum(dim: 1).clamped(max: Double(shape.vocabularySize - 1)).ints()
        for row in chosen.indices { chosen[row].append(drawn[row]) }
      }
    }
    return rollout(description, responses: chosen.map(ended))
  }

  /// Log-probabilities, and what else is requested, of the actions of `rollout`.
  public func evaluate(
    _ rollout: Rollout, _ request: EvaluationRequest
  ) throws -> PolicyEvaluation {
    guard let description = rollout.actions["prompts"], let actions = rollout.actions["tokens"]
    else { preconditionFailure("TokenPolicy: the rollout has no 'prompts' and 'tokens'") }
    let features = hidden(description, actions: actions)
    let logProbabilities = head(features).logSoftmax(dim: -1)
    let present = rollout.mask.to(.float32)
    let taken = logProbabilities.gather(dim: 2, indices: actions.unsqueezed(2)).squeezed(2)
    return PolicyEvaluation(
      logProbabilities: taken * present,
      entropies: request.wantsEntropies
        ? -(logProbabilities.exp() * logProbabilities).sum(dim: -1) * present : nil,
      features: request.wantsFeatures ? features : nil)
  }

  /// What a person perceives of each trajectory.
  public func artifacts(of rollout: Rollout) throws -> [Artifact] {
    guard let actions = rollout.actions["tokens"] else {
      preconditionFailure("TokenPolicy: the rollout has no 'tokens'")
    }
    let tokens = actions.ints()
    return zip(0..<rollout.count, rollout.lengths()).map { row, length in
      let start = row * shape.responseLength
      return decode(tokens[start..<start + length].filter { $0 != shape.endToken })
    }
  }

  /// The trajectories that lead to the demonstrated artifacts.
  public func rollout(of demonstrations: [Demonstration<Prompt, Artifact>]) throws -> Rollout {
    let responses = try demonstrations.map { demonstration in
      let tokens = encode(demonstration.artifact)
      guard tokens.count <= shape.responseLength,
        tokens.allSatisfy({ 0..<shape.vocabularySize ~= $0 }),
        shape.endToken != nil || tokens.count == shape.responseLength
      else {
        throw RLHFError(
          .invalidData,
          "A demonstration has \(tokens.count) tokens; the policy makes responses of \(shape.responseLength) from \(shape.vocabularySize) tokens."
        )
      }
      let isFull = tokens.count == shape.responseLength
      return isFull ? tokens : tokens + [shape.endToken].compactMap { $0 }
    }
    return rollout(promptTensor(demonstrations.map(\.prompt)), responses: responses)
  }

  private func promptTensor(_ prompts: [Prompt]) -> Tensor {
    Tensor(prompts.flatMap(describe), shape: [prompts.count, shape.promptSize])
  }

  /// The tokens up to and with the end token.
  private func ended(_ tokens: [Int]) -> [Int] {
    guard let end = shape.endToken, let index = tokens.firstIndex(of: end) else { return tokens }
    return Array(tokens[...index])
  }

  private func rollout(_ description: Tensor, responses: [[Int]]) -> Rollout {
    let length = shape.responseLength
    let padded = responses.flatMap { $0 + Array(repeating: 0, count: length - $0.count) }
    let mask = responses.flatMap { response in (0..<length).map { $0 < response.count } }
    return Rollout(
      actions: [
        "prompts": description, "tokens": Tensor(padded, shape: [responses.count, length]),
      ],
      mask: Tensor(mask, shape: [responses.count, length]),
      isComplete: responses.map { shape.endToken == nil || $0.last == shape.endToken })
  }

  /// What is known before each action, `[B, T, H]`, from prompts `[B, P]` and actions `[B, T]`.
  private func hidden(_ description: Tensor, actions: Tensor) -> Tensor {
    let (rows, length) = (actions.shape[0], actions.shape[1])
    let start = Tensor.full([rows, 1], Double(shape.vocabularySize), dtype: .int64)
    let before = Tensor.concatenate(
      [start, actions.narrow(dim: 1, start: 0, length: length - 1)], dim: 1)
    let embedded = tokens(before)
    let counts = Tensor((1...length).map(Float.init)).unsqueezed(1)
    let history = embedded.cumulativeSum(dim: 1) / counts
    let context =
      promptLayer(description).unsqueezed(1) + positions(Tensor.arange(0, length)) + embedded
    return body(Tensor.concatenate([context, history], dim: 2)).tanh()
  }
}
