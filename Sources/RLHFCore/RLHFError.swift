/// An error that a person can act on: a stable code, a message, and what caused it.
///
/// The message says what was found, what was expected and what to do about it, in one line, and names the
/// file, line or field where there is one. Prompts, artifacts and ratings stay out of it.
public struct RLHFError: Error, Sendable, CustomStringConvertible {
  /// What kind of mistake it is, for programs that react to errors and for the exit code.
  public enum Code: String, Sendable, CaseIterable {
    /// A setting is impossible or a key is unknown: exit code 2.
    case invalidConfiguration
    /// A command was called with arguments that do not fit together: exit code 2.
    case usage
    /// Data does not have the expected form.
    case invalidData
    /// A file or folder is missing.
    case notFound
    /// A file could not be read or written.
    case inputOutput
    /// A model directory, checkpoint or weight file does not fit what should be loaded.
    case incompatibleModel
    /// A format, architecture or option that is not supported.
    case unsupported
    /// Training cannot go on: a loss is not finite, a gate is not passed.
    case training
    /// The disk is full; nothing of the request was kept.
    case storageFull
    /// The request contradicts what is there already.
    case conflict
    /// The one who asks may not do this.
    case forbidden
    /// The work was stopped on request.
    case cancelled
  }

  /// The kind of mistake.
  public let code: Code
  /// One line for a person.
  public let message: String
  /// The error underneath, if any.
  public let cause: (any Error)?

  /// Creates an error with a one-line `message`.
  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The message, and the cause behind it.
  public var description: String {
    guard let cause else { return message }
    return "\(message) (\(cause))"
  }
}
