import NeuralNetworks
import Torch

/// The filters of ``SamplingOptions`` on logits `[B, V]`; what a filter removes becomes minus infinity.
enum LogitFilters {
  /// Applies all filters of `options`, the temperature among them, in their order.
  ///
  /// - Parameters:
  ///   - logits: The model's logits, `[B, V]`.
  ///   - options: Which filters to apply.
  ///   - seen: Which tokens occurred before, Boolean `[B, V]`; for the repetition penalty.
  ///   - histories: The tokens so far of each row; for the ban of repeated n-grams.
  /// - Returns: The filtered logits, `[B, V]`.
  static func apply(
    _ logits: Tensor, _ options: SamplingOptions, seen: Tensor?, histories: [[Int]]
  ) -> Tensor {
    var result = logits
    if options.repetitionPenalty != 1, let seen {
      result = penalizeRepetition(result, seen: seen, penalty: options.repetitionPenalty)
    }
    if options.noRepeatNGramSize > 0 {
      result = banRepeatedNGrams(result, histories, size: options.noRepeatNGramSize)
    }
    if !options.isGreedy && options.temperature != 1 { result = result / options.temperature }
    if options.topK > 0 { result = topK(result, options.topK) }
    if options.topP < 1 { result = topP(result, options.topP) }
    if options.minP > 0 { result = minP(result, options.minP) }
    if options.typicalP < 1 { result = typical(result, options.typicalP) }
    return result
  }

  static func penalizeRepetition(_ logits: Tensor, seen: Tensor, penalty: Double) -> Tensor {
    let penalized = Tensor.select(where: logits .< 0, logits * penalty, logits / penalty)
    return Tensor.select(where: seen, penalized, logits)
  }

  static func topK(_ logits: Tensor, _ count: Int) -> Tensor {
    let count = min(count, logits.shape[1])
    let smallest = logits.topK(count, dim: 1).values.narrow(dim: 1, start: count - 1, length: 1)
    return logits.maskedFill(logits .< smallest, -.infinity)
  }

  static func topP(_ logits: Tensor, _ mass: Double) -> Tensor {
    let (sorted, indices) = logits.sorted(dim: 1, descending: false)
    let below = sorted.softmax(dim: 1).cumulativeSum(dim: 1)
    return remove(below .<= (1 - mass), ofAscending: indices, from: logits)
  }

  static func minP(_ logits: Tensor, _ fraction: Double) -> Tensor {
    let probabilities = logits.softmax(dim: 1)
    let largest = probabilities.max(dim: 1, keepDim: true).values
    return logits.maskedFill(probabilities .< largest * fraction, -.infinity)
  }

  static func typical(_ logits: Tensor, _ mass: Double) -> Tensor {
    let logProbabilities = logits.logSoftmax(dim: 1)
    let probabilities = logProbabilities.exp()
    let kept = probabilities .> 0
    let finite = logProbabilities.maskedFill(kept.logicalNot(), 0)
    let entropy = -(finite * probabilities).sum(dim: 1, keepDim: true)
    let surprise = (-logProbabilities - entropy).abs()
    let (sorted, indices) = surprise.sorted(dim: 1, descending: false)
    let running = probabilities.gather(dim: 1, indices: indices).cumulativeSum(dim: 1)
    let last = (running .< mass).to(.int64).sum(dim: 1, keepDim: true)
      .clamped(min: nil, max: Double(logits.shape[1] - 1))
    return logits.maskedFill(surprise .> sorted.gather(dim: 1, indices: last), -.infinity)
  }

  static func banRepeatedNGrams(_ logits: Tensor, _ histories: [[Int]], size: Int) -> Tensor {
    let vocabulary = logits.shape[1]
    var banned = [Bool](repeating: false, count: histories.count * vocabulary)
    for (row, history) in histories.enumerated() where history.count >= size {
      let ending = history.suffix(size - 1)
      for start in 0...(history.count - size)
      where history[start..<start + size - 1].elementsEqual(ending) {
        banned[row * vocabulary + history[start + size - 1]] = true
      }
    }
    let mask = Tensor(banned, shape: logits.shape).to(logits.device)
    return logits.maskedFill(mask, -.infinity)
  }

  /// Removes what `removed` says of the tokens in ascending order, but always keeps the likeliest.
  private static func remove(
    _ removed: Tensor, ofAscending indices: Tensor, from logits: Tensor
  ) -> Tensor {
    let count = logits.shape[1]
    let others = removed.narrow(dim: 1, start: 0, length: count - 1)
    let likeliest = Tensor.zeros([logits.shape[0], 1], dtype: .bool, device: logits.device)
    let sorted = Tensor.concatenate([others, likeliest], dim: 1)
    let mask = sorted.scatter(dim: 1, indices: indices, source: sorted)
    return logits.maskedFill(mask, -.infinity)
  }
}
