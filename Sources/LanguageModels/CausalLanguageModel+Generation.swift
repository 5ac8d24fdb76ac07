import NeuralNetworks
public import RLHFCore
import Torch

/// What a model wrote after a prompt.
public struct GeneratedSequence: Sendable, Hashable {
  /// The new tokens; the last is the stop token where one was drawn.
  public var tokens: [Int]
  /// Whether a stop token ended the sequence, and not the limit of its length.
  public var isStopped: Bool
  /// The tokens' log-probabilities in the model's own distribution at the temperature, before any other filter; at
  /// temperature 1 where the likeliest tokens were taken.
  public var logProbabilities: [Float]

  /// Creates a sequence.
  public init(tokens: [Int] = [], isStopped: Bool = false, logProbabilities: [Float] = []) {
    self.tokens = tokens
    self.isStopped = isStopped
    self.logProbabilities = logProbabilities
  }
}

extension CausalLanguageModel {
  /// Continues each of `prompts`, in order.
  ///
  /// All rows are decoded together with a cache of keys and values. What row i draws depends on `seed`, i and its
  /// prompt, not on its neighbours. A sequence ends after a stop token, after `maximumNewTokens`, or where the context
  /// is full.
  ///
  /// - Parameters:
  ///   - prompts: The tokens of each prompt, at least one and fewer than the context holds.
  ///   - options: How tokens are drawn.
  ///   - seed: Decides what is drawn.
  ///   - onToken: Told the row and the token as soon as it is drawn; an error it throws ends the generation.
  /// - Returns: What was written after each prompt, in order.
  /// - Throws: An error for impossible options or prompts, and what `onToken` throws.
  public func generate(
    _ prompts: [[Int]], options: SamplingOptions, seed: Seed,
    onToken: ((_ row: Int, _ token: Int) throws -> Void)? = nil
  ) throws -> [GeneratedSequence] {
    try options.validate()
    for (row, prompt) in prompts.enumerated() { try check(prompt, row: row) }
    guard !prompts.isEmpty else { return [] }
    return try withoutGradient {
      var generation = Generation(self, prompts, options, seed)
      return try generation.run(onToken: onToken)
    }
  }

  private func check(_ prompt: [Int], row: Int) throws {
    guard !prompt.isEmpty else {
      throw RLHFError(
        .invalidData, "Prompt \(row + 1) is empty; start it with at least one token.")
    }
    let longest = configuration.longestText
    guard prompt.count < longest else {
      throw RLHFError(
        .invalidData,
        "Prompt \(row + 1) has \(prompt.count) tokens, the model's context holds \(longest); "
          + "expected at least one fewer. Shorten the prompt.")
    }
    guard let stranger = prompt.first(where: { !(0..<vocabularySize).contains($0) }) else { return }
    throw RLHFError(
      .invalidData,
      "Prompt \(row + 1) has the token \(stranger), the model's vocabulary is 0 to "
        + "\(vocabularySize - 1). Use the tokenizer that belongs to the model.")
  }
}

/// One batch on its way from prompts to sequences.
private struct Generation {
  let model: CausalLanguageModel
  let options: SamplingOptions
  let stops: Set<Int>
  let limits: [Int]
  let cache: KeyValueCache
  var sequences: [GeneratedSequence]
  var histories: [[Int]]
  /// The prompt's index of each row that is in the batch.
  var rows: [Int]
  /// Which rows of the batch are finished, but still computed.
  var isFinished: [Bool]
  var draws: [SeededGenerator]
  /// Which tokens each row of the batch has had, `[rows, V]`; with a repetition penalty only.
  var seen: Tensor?

  init(
    _ model: CausalLanguageModel, _ prompts: [[Int]], _ options: SamplingOptions, _ seed: Seed
  ) {
    self.model = model
    self.options = options
    stops = Set(options.stopTokens)
    limits = prompts.map {
      min(options.maximumNewTokens, model.configuration.longestText - $0.count)
    }
    let longest = prompts.map(\.count).max() ?? 0
    cache = model.makeCache(capacity: longest + (limits.max() ?? 0))
    sequences = prompts.map { _ in GeneratedSequence() }
    histories = prompts
    rows = Array(prompts.indices)
    isFinished = prompts.map { _ in false }
    draws = prompts.indices.map { seed.derived("row", $0).generator }
  }

  mutating func run(
    onToken: ((Int, Int) throws -> Void)?
  ) throws -> [GeneratedSequence] {
    var logits = prefill()
    while true {
      let tokens = try draw(from: logits, onToken)
      if isFinished.allSatisfy(\.self) { return sequences }
      let kept = leave(tokens)
      logits = step(kept)
    }
  }

  /// Computes the prompts, padded on the left, and gives the logits of the first new token.
  private mutating func prefill() -> Tensor {
    let longest = histories.map(\.count).max() ?? 0
    let device = model.parameters.device
    var ids: [Int] = []
    var real: [Bool] = []
    for prompt in histories {
      let padding = longest - prompt.count
      ids += Array(repeating: 0, count: padding) + prompt
      real +=
        Array(repeating: false, count: padding)
        + Array(repeating: true, count: prompt.count)
    }
    let shape = [histories.count, longest]
    if options.repetitionPenalty != 1 {
      var flags = [Bool](repeating: false, count: histories.count * model.vocabularySize)
      for (row, prompt) in histories.enumerated() {
        for token in prompt { flags[row * model.vocabularySize + token] = true }
      }
      seen = Tensor(flags, shape: [histories.count, model.vocabularySize]).to(device)
    }
    let mask = real.contains(false) ? Tensor(real, shape: shape).to(device) : nil
    return lastLogits(Tensor(ids, shape: shape).to(device), mask)
  }

  private func step(_ tokens: [Int]) -> Tensor {
    lastLogits(
      Tensor(tokens, shape: [tokens.count, 1]).to(model.parameters.device), nil)
  }

  private func lastLogits(_ ids: Tensor, _ mask: Tensor?) -> Tensor {
    let hidden = model.hiddenStates(ids, attentionMask: mask, cache: cache)
    let last = hidden.select(dim: 1, index: ids.shape[1] - 1)
    return model.logits(last).to(.float32)
  }

  /// Draws one token for every row of the batch, and notes which rows end with it.
  private mutating func draw(
    from logits: Tensor, _ onToken: ((Int, Int) throws -> Void)?
  ) throws -> [Int] {
    let scaled =
      options.isGreedy || options.temperature == 1 ? logits : logits / options.temperature
    let own = scaled.logSoftmax(dim: 1)
    let filtered =
      options.isUnfiltered
      ? own
      : LogitFilters.apply(
        logits, options, seen: seen,
        histories: options.noRepeatNGramSize > 0
          ? rows.map { histories[$0] } : [])
    let chosen = options.isGreedy ? filtered.argmax(dim: 1) : sample(filtered)
    let indices = chosen.unsqueezed(1)
    let tokens = chosen.ints()
    let logProbabilities = own.gather(dim: 1, indices: indices).floats()
    if let seen {
      let mark = Tensor.ones(indices.shape, dtype: .bool, device: seen.device)
      self.seen = seen.scatter(dim: 1, indices: indices, source: mark)
    }
    for (position, row) in rows.enumerated() where !isFinished[position] {
      let token = tokens[position]
      sequences[row].tokens.append(token)
      sequences[row].logProbabilities.append(logProbabilities[position])
      histories[row].append(token)
      sequences[row].isStopped = stops.contains(token)
      isFinished[position] =
        sequences[row].isStopped || sequences[row].tokens.count == limits[row]
      try onToken?(row, token)
    }
    return tokens
  }

  /// Draws by the inverse of the cumulative distribution: one uniform number per row.
  private mutating func sample(_ logits: Tensor) -> Tensor {
    let uniforms = rows.map { row in draws[row].uniform() }
    return logits.softmax(dim: 1).categorical(uniforms: Tensor(uniforms).to(logits.device))
  }

  /// Lets finished rows leave the batch once they are a quarter of it, or at once where the context is full; gives the
  /// tokens of those that stay.
  private mutating func leave(_ tokens: [Int]) -> [Int] {
    let finished = rows.indices.filter { isFinished[$0] }
    let isFull = finished.contains { limits[rows[$0]] < options.maximumNewTokens }
    guard isFull || (!finished.isEmpty && finished.count * 4 >= rows.count) else { return tokens }
    let staying = rows.indices.filter { !isFinished[$0] }
    cache.keep(rows: staying)
    seen = seen?.indexSelect(dim: 0, indices: Tensor(staying).to(model.parameters.device))
    rows = staying.map { rows[$0] }
    isFinished = staying.map { _ in false }
    return staying.map { tokens[$0] }
  }
}
