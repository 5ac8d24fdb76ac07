import Foundation
import NeuralNetworks
import RLHFPlugin

extension Project {
  /// The policy in `directory`, frozen, for `policy` to stay near: `policy` itself where it carries that one, else a second
  /// one.
  func reference(
    of policy: D.DomainPolicy, in directory: URL
  ) throws -> D.DomainPolicy {
    if try domain.addReference(from: directory, to: policy) { return policy }
    let reference = try domain.loadPolicy(from: directory)
    reference.parameters.setTrainable(false)
    return reference
  }
}
