import FeedbackStore
public import RLHFCore

/// How the Studio is served.
public struct StudioOptions: StageOptions, Hashable {
  /// The address to listen on; one that others can reach needs an owner with a password.
  public var host = "127.0.0.1"
  /// The port to listen on; 0 lets the system choose one.
  public var port = 8421
  /// Where browsers find the Studio, such as `https://studio.example.org`, if not at `host` and `port`.
  ///
  /// With `https`, cookies are sent over TLS only: something in front of the Studio has to speak it.
  public var publicOrigin: String?
  /// After how many hours without a request a session ends.
  public var sessionHours = 12.0
  /// After how many seconds without a byte a connection is closed, half a request or none.
  public var idleSeconds = 30.0
  /// How many seconds a request may take to arrive.
  public var requestSeconds = 120.0
  /// How many connections are served at a time, as far as the system allows; others wait.
  public var connections = 4096
  /// How many bytes the header of a request may have.
  public var headerBytes = 32_768
  /// How long a stop waits for answers that are under way, in seconds.
  public var stopSeconds = 10.0
  /// How many attempts to sign in or to join are free, for each address and each name.
  public var signInBurst = 20
  /// How many of those attempts come back each minute.
  public var signInsPerMinute = 20.0
  /// How many writes are free for each session.
  public var writeBurst = 200
  /// How many of those writes come back each second.
  public var writesPerSecond = 20.0

  /// Creates the defaults.
  public init() {}

  /// Whether only this machine can reach the address.
  public var isLoopback: Bool { HostNames.isLoopback(host) }

  /// Checks every option.
  public func validate(_ check: inout SettingsCheck) {
    check.require(!host.isEmpty, "host", "an address", found: "empty")
    check.require((0...65_535).contains(port), "port", "a number from 0 to 65535", found: port)
    if let publicOrigin {
      check.require(
        Origin(publicOrigin) != nil, "publicOrigin",
        "a scheme and a host such as https://studio.example.org", found: publicOrigin)
    }
    check.positive(sessionHours, "sessionHours")
    check.positive(idleSeconds, "idleSeconds")
    check.positive(requestSeconds, "requestSeconds")
    check.positive(connections, "connections")
    check.require(
      (1024...1_048_576).contains(headerBytes), "headerBytes", "a number from 1024 to 1048576",
      found: headerBytes)
    check.positive(stopSeconds, "stopSeconds")
    check.positive(signInBurst, "signInBurst")
    check.positive(signInsPerMinute, "signInsPerMinute")
    check.positive(writeBurst, "writeBurst")
    check.positive(writesPerSecond, "writesPerSecond")
  }
}
