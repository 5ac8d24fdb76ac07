import Foundation
import RLHFCore

/// Advantages of whole trajectories by comparison with the latest scores of the same prompt.
///
/// No critic is needed, and a prompt need not be sampled several times at once (Black and others 2023, DDPO). A = (r - mean) / (deviation + ε) over the prompt's last `bufferSize` scores, the new ones included; over the batch where
/// there are fewer than `minimum`. The deviation divides by n.
public struct PromptAdvantage: Codable, Sendable, Equatable {
  /// The number of scores that are kept of each prompt.
  public var bufferSize: Int
  /// The number of scores of a prompt below which the batch is taken.
  public var minimum: Int
  /// What is added to the deviation.
  public static let epsilon = 1e-6
  /// The latest scores of each prompt, the oldest first.
  public private(set) var scores: [String: [Double]] = [:]

  /// Creates an estimator that has seen no scores.
  public init(bufferSize: Int = 32, minimum: Int = 16) {
    precondition(
      bufferSize > 0 && minimum > 0 && minimum <= bufferSize,
      "PromptAdvantage: a buffer of \(bufferSize) scores cannot hold the minimum of \(minimum)")
    self.bufferSize = bufferSize
    self.minimum = minimum
  }

  /// Takes note of the rewards of a batch, and gives their advantages; `prompts` names the prompt of each.
  public mutating func callAsFunction(_ rewards: [Double], prompts: [String]) -> [Double] {
    precondition(
      rewards.count == prompts.count,
      "PromptAdvantage: \(rewards.count) rewards for \(prompts.count) prompts")
    for (reward, prompt) in zip(rewards, prompts) {
      scores[prompt] = (scores[prompt] ?? []).suffix(bufferSize - 1) + [reward]
    }
    let batch = Spread(rewards)
    var spreads: [String: Spread] = [:]
    for prompt in Set(prompts) {
      let own = scores[prompt] ?? []
      spreads[prompt] = own.count < minimum ? batch : Spread(own)
    }
    return zip(rewards, prompts).map { reward, prompt in
      let spread = spreads[prompt] ?? batch
      return (reward - spread.mean) / (spread.deviation + Self.epsilon)
    }
  }

  private struct Spread {
    let mean: Double
    let deviation: Double

    init(_ values: [Double]) {
      guard !values.isEmpty else {
        (mean, deviation) = (0, 0)
        return
      }
      let mean = Statistics.mean(values)
      self.mean = mean
      deviation = Statistics.mean(values.map { ($0 - mean) * ($0 - mean) }).squareRoot()
    }
  }
}
