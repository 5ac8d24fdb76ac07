import Foundation
import RLHF

/// A program that rates drawn scenes in place of people: it prefers what is nearer to a clean drawing of the prompt.
///
/// Its hidden utility is -log(d + 0.001) for the least mean squared difference d from a bank of clean drawings; it errs
/// like the Bradley–Terry model at a temperature of 0.3. Blur, noise, blocks and wrong colours all cost.
struct ScriptedImageRater: Rater {
  /// The name under which the judgments are kept.
  let id = "scripted-fidelity"
  /// The scenes that it knows.
  let scenes: DrawnScenes
  /// How noisy its judgments are; 0 never errs.
  var temperature = 0.3

  /// Judges each comparison, in order; prompts that ask for no drawing are skipped.
  func judge(
    _ comparisons: [Comparison<ImagePrompt, ImageArtifact>], seed: Seed
  ) async throws -> [Judgment] {
    let bank = DrawnBank(scenes, prompts: comparisons.map(\.prompt), offset: 0.5)
    return try comparisons.enumerated().map { index, comparison in
      let utilities = try [comparison.first, comparison.second].map { artifact in
        try Self.utility(of: Sample(prompt: comparison.prompt, artifact: artifact), by: bank)
      }
      guard let first = utilities[0], let second = utilities[1] else { return Judgment(.skip) }
      guard temperature > 0 else {
        return Judgment(first == second ? .tie : first > second ? .first : .second)
      }
      var generator = seed.derived("noise", index).generator
      let probability = 1 / (1 + exp((second - first) / temperature))
      return Judgment(generator.uniform() < probability ? .first : .second)
    }
  }

  /// The hidden utility; `nil` where the prompt asks for no drawing.
  static func utility(
    of sample: Sample<ImagePrompt, ImageArtifact>, by bank: DrawnBank
  ) throws -> Double? {
    try bank.distance(of: sample, .squared).map { -log($0 + 1e-3) }
  }
}

/// A judge of drawn scenes that training never sees: it measures mean absolute differences from clean drawings of its
/// own, and does not err.
///
/// What differs by less than a hundredth is a tie.
struct ScriptedImageJudge: Rater {
  /// The name under which the judgments are kept.
  let id = "scripted-held-out-judge"
  /// The scenes that it knows.
  let scenes: DrawnScenes

  /// Judges each comparison, in order; prompts that ask for no drawing are skipped.
  func judge(
    _ comparisons: [Comparison<ImagePrompt, ImageArtifact>], seed: Seed
  ) async throws -> [Judgment] {
    let bank = DrawnBank(scenes, prompts: comparisons.map(\.prompt), offset: 0.2)
    return try comparisons.map { comparison in
      let distances = try [comparison.first, comparison.second].map { artifact in
        try bank.distance(
          of: Sample(prompt: comparison.prompt, artifact: artifact), .absolute)
      }
      guard let first = distances[0], let second = distances[1] else { return Judgment(.skip) }
      guard abs(first - second) >= 0.01 * max(first, second) else { return Judgment(.tie) }
      return Judgment(first < second ? .first : .second)
    }
  }
}
