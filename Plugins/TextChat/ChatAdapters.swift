import Foundation
import NeuralNetworks

/// The adapters of a policy, and what they are adapters of.
struct ChatAdapters {
  /// What the policy should stay near, where it carries that too.
  enum Reference {
    /// The model without adapters.
    case base
    /// The model with adapters as they were.
    case frozen(AdapterSet)
  }

  /// The adapters that are trained.
  let set: AdapterSet
  /// The directory of the model.
  let base: URL
  /// What the policy should stay near.
  var reference: Reference?

  init(_ set: AdapterSet, on base: URL) {
    self.set = set
    self.base = base.resolvingSymlinksInPath().standardizedFileURL
  }

  /// Whether the model of the adapters lies in `directory`.
  func areOn(_ directory: URL) -> Bool {
    directory.resolvingSymlinksInPath().standardizedFileURL.path == base.path
  }

  /// Runs `body` with the reference in place of the adapters; `nil` where there is none.
  func withReference<Result>(_ body: () throws -> Result) rethrows -> Result? {
    switch reference {
    case nil: nil
    case .base: try set.withDisabled(body)
    case .frozen(let frozen): try set.withDisabled { try frozen.withEnabled(body) }
    }
  }
}
