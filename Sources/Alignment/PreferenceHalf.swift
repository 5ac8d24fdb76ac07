import RLHFCore
import RLHFPlugin

/// Which half of the training preferences a stage may see.
///
/// A reward model that is optimised ends up being exploited. One trained on the other half, the gold reward model, is
/// scored along the run and shows when (Gao et al. 2023).
public enum PreferenceHalf: String, Codable, Sendable, CaseIterable {
  /// All of them.
  case all
  /// The first half.
  case first
  /// The other half.
  case second

  /// Whether what was said about `prompt` belongs to the half.
  ///
  /// A prompt's half depends on the prompt alone: not on the seed of the project, nor on what else it holds.
  func contains(_ prompt: some Encodable) throws -> Bool {
    guard self != .all else { return true }
    let name = try JSONValue(encoding: prompt).description
    let isFirst = Seed(0).derived("half").derived(name).value.isMultiple(of: 2)
    return isFirst == (self == .first)
  }
}

extension Preferences where Prompt: Encodable {
  /// What belongs to `half`.
  func of(_ half: PreferenceHalf) throws -> Preferences {
    guard half != .all else { return self }
    return Preferences(
      pairs: try pairs.filter { try half.contains($0.prompt) },
      rankings: try rankings.filter { try half.contains($0.prompt) },
      ratings: try ratings.filter { try half.contains($0.prompt) })
  }
}
