public import PolicyOptimization
public import PreferenceLearning
import RLHFCore

/// A way to train a policy on preferences: an algorithm against a reward model, or a direct method.
public enum TrainingMethod: Sendable, Hashable {
  /// Policy optimisation against a reward model.
  case optimisation(PolicyAlgorithm)
  /// Learning from preferences directly.
  case direct(DirectPreferenceLoss.Kind)

  /// Finds a method by its name: an algorithm of policy optimisation, `dpo`, or another loss of the direct methods.
  public init(named name: String) throws {
    if let algorithm = PolicyAlgorithm(rawValue: name) {
      self = .optimisation(algorithm)
    } else if name == "dpo" {
      self = .direct(.sigmoid)
    } else if let loss = DirectPreferenceLoss.Kind(rawValue: name) {
      self = .direct(loss)
    } else {
      let known =
        PolicyAlgorithm.allCases.map(\.rawValue) + ["dpo"]
        + DirectPreferenceLoss.Kind.allCases.map(\.rawValue)
      throw RLHFError(
        .usage, "'\(name)' is no algorithm. Known: \(known.joined(separator: ", ")).")
    }
  }

  /// The name, as ``init(named:)`` takes it.
  public var name: String {
    switch self {
    case .optimisation(let algorithm): algorithm.rawValue
    case .direct(.sigmoid): "dpo"
    case .direct(let loss): loss.rawValue
    }
  }
}
