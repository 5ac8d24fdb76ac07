import RLHFPlugin

/// Runs `body` with the policy that `policy` should stay near: `reference`, or where that is `policy` itself, what it
/// carries as its reference.
func withReference<P: Policy, Result>(
  _ reference: P, of policy: P, _ body: (P) throws -> Result
) rethrows -> Result {
  guard reference === policy else { return try body(reference) }
  guard let result = try policy.withReference({ try body(policy) }) else {
    preconditionFailure(
      "\(P.self) was given as its own reference, but carries none; give a second policy")
  }
  return result
}
