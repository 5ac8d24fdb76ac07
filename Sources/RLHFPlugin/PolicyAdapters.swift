public import Foundation
public import NeuralNetworks

/// Adapters that are trained in place of a model, and what they are adapters of.
public struct PolicyAdapters {
  /// What the policy should stay near, where it carries that too.
  public enum Reference {
    /// The model without adapters.
    case base
    /// The model with adapters as they were.
    case frozen(AdapterSet)
  }

  /// The adapters that are trained.
  public let set: AdapterSet
  /// The directory of the model.
  public let base: URL
  /// What the policy should stay near.
  public var reference: Reference?

  /// Takes in the adapters on the model in the directory `base`.
  public init(_ set: AdapterSet, on base: URL) {
    self.set = set
    self.base = base.resolvingSymlinksInPath().standardizedFileURL
  }

  /// Whether the model of the adapters lies in `directory`.
  public func areOn(_ directory: URL) -> Bool {
    directory.resolvingSymlinksInPath().standardizedFileURL.path == base.path
  }

  /// Lets the policy in `directory` be the reference: the model itself, or other adapters on it, kept beside and frozen.
  ///
  /// Returns whether it can be: whether the model is the same. `parameters` are the model's.
  public mutating func addReference(
    from directory: URL, on parameters: ParameterStore
  ) throws -> Bool {
    if AdapterDirectory.exists(at: directory) {
      let adapters = try AdapterDirectory(directory)
      guard areOn(try adapters.baseFolder()) else { return false }
      reference = .frozen(
        try adapters.load(onto: parameters, isEnabled: false, isTrainable: false))
    } else {
      guard areOn(directory) else { return false }
      reference = .base
    }
    return true
  }

  /// Runs `body` with the reference in place of the adapters; `nil` where there is none.
  public func withReference<Result>(_ body: () throws -> Result) rethrows -> Result? {
    switch reference {
    case nil: nil
    case .base: try set.withDisabled(body)
    case .frozen(let frozen): try set.withDisabled { try frozen.withEnabled(body) }
    }
  }
}
