/// Thrown by a domain for data that is well formed but teaches nothing, such as a comparison of equal sides.
///
/// An import counts such records by reason and goes on; every other error stops it.
public struct UnusableRecord: Error, Sendable, Hashable, CustomStringConvertible {
  /// Why the record cannot be used, in a few words that name no content: records with equal reasons are counted
  /// together.
  public let reason: String

  /// Creates the error with its reason.
  public init(_ reason: String) {
    self.reason = reason
  }

  /// The reason.
  public var description: String { reason }
}
