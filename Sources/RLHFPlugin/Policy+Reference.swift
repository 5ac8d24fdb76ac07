extension Policy {
  /// Runs `body` with the policy that this one should stay near: `reference`, or where that is this one itself, what it
  /// carries as its reference.
  public func near<Result>(
    _ reference: Self, _ body: (Self) throws -> Result
  ) rethrows -> Result {
    guard reference === self else { return try body(reference) }
    guard let result = try withReference({ try body(self) }) else {
      preconditionFailure(
        "\(Self.self) was given as its own reference, but carries none; give a second policy")
    }
    return result
  }
}
