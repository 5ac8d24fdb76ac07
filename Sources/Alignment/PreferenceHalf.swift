public import Foundation
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

  /// What a person should know where the reward model in `gold` did not learn from other preferences than the one in
  /// `reward`; `nil` where it did, or where one of them is no run's.
  public static func remark(onGold gold: URL, reward: URL) -> String? {
    guard let one = half(of: gold), let other = half(of: reward) else { return nil }
    guard one == other || one == .all || other == .all else { return nil }
    return
      "The gold reward model learned from the half '\(one.rawValue)' of the preferences and the optimised one from '\(other.rawValue)': it is no independent judge. Train one with --half first and the other with --half second."
  }

  private static func half(of model: URL) -> PreferenceHalf? {
    let run = RunFolder(url: model.deletingLastPathComponent())
    guard let settings = try? SettingsFile.read(run.configuration) else { return nil }
    return settings["half"]?.stringValue.flatMap(PreferenceHalf.init(rawValue:)) ?? .all
  }

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
