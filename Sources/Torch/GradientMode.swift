import CTorch

/// Whether operations of this thread are recorded for `backward()`.
public var isGradientEnabled: Bool { ct_grad_mode() }

/// Runs `body` without recording its operations, which saves memory and time.
///
/// The setting belongs to the thread, so `body` is synchronous: an asynchronous function can go on
/// in another thread.
public func withoutGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
  let previous = ct_grad_mode_set(false)
  defer { _ = ct_grad_mode_set(previous) }
  return try body()
}

/// Runs `body` with recording, also inside `withoutGradient`.
public func withGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
  let previous = ct_grad_mode_set(true)
  defer { _ = ct_grad_mode_set(previous) }
  return try body()
}
