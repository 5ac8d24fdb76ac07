import CryptoExtras
import FeedbackStore
import Hummingbird
import Media
import RLHFCore

/// How the Studio is served.
public struct StudioOptions: Codable, Sendable, Hashable {
  /// The address to listen on.
  public var host = "127.0.0.1"
  /// The port to listen on; 0 lets the system choose one.
  public var port = 8421

  /// Creates the defaults.
  public init() {}
}
