import RLHFCore

/// A scheme, a host and a port, as a browser names where a page comes from (RFC 6454).
struct Origin: Hashable, Sendable, CustomStringConvertible {
  let scheme: String
  let host: String
  let port: Int

  /// Reads `scheme://host` or `scheme://host:port`, with nothing behind it.
  init?(_ text: String) {
    guard let separator = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<separator.lowerBound].lowercased()
    guard let usual = Self.usualPorts[scheme],
      let authority = Authority(String(text[separator.upperBound...]))
    else { return nil }
    self.scheme = scheme
    host = authority.host
    port = authority.port ?? usual
  }

  /// The origin as browsers write it.
  var description: String {
    port == Self.usualPorts[scheme] ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
  }

  private static let usualPorts = ["http": 80, "https": 443]

  /// Whether this is what `authority` names, its port left out where it is the usual one.
  func matches(_ authority: Authority) -> Bool {
    host == authority.host && port == authority.port ?? Self.usualPorts[scheme]
  }
}

/// The host and the port of a request: the header `Host`.
struct Authority: Hashable, Sendable {
  let host: String
  let port: Int?

  /// Reads `host`, `host:port` or `[IPv6]:port`.
  init?(_ text: String) {
    let text = text.lowercased()
    let end: String.Index
    if text.hasPrefix("[") {
      guard let bracket = text.firstIndex(of: "]") else { return nil }
      end = text.index(after: bracket)
    } else {
      end = text.firstIndex(of: ":") ?? text.endIndex
    }
    let host = String(text[..<end])
    guard !host.isEmpty, host.utf8.allSatisfy(Self.isAllowed) else { return nil }
    if end == text.endIndex {
      port = nil
    } else {
      let digits = text[text.index(after: end)...]
      guard text[end] == ":", !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
        let number = Int(digits), number <= 65_535
      else { return nil }
      port = number
    }
    self.host = host.hasSuffix(".") ? String(host.dropLast()) : host
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"),
      UInt8(ascii: "["), UInt8(ascii: "]"):
      true
    default: false
    }
  }
}

/// The names under which the Studio answers.
///
/// A page elsewhere whose name is made to lead to this machine (DNS rebinding) asks under its own name, and gets
/// nothing.
struct HostNames: Sendable {
  private let names: Set<String>

  /// The names of this machine, the address listened on unless it stands for all, and the public name.
  init(_ options: StudioOptions) {
    var names: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
    let isEvery = ["0.0.0.0", "::", "[::]"].contains(options.host)
    if !isEvery, let name = Authority(Self.bracketed(options.host)) { names.insert(name.host) }
    if let origin = options.publicOrigin.flatMap(Origin.init) { names.insert(origin.host) }
    self.names = names
  }

  /// Whether requests may name `authority`.
  func allow(_ authority: Authority?) -> Bool {
    authority.map { names.contains($0.host) } ?? false
  }

  /// An address as it stands in a link: IPv6 in brackets.
  static func bracketed(_ host: String) -> String {
    host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
  }

  /// Whether only this machine can reach `host`.
  static func isLoopback(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    let isFour = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } && parts[0] == "127"
    return isFour || ["localhost", "::1", "[::1]"].contains(host.lowercased())
  }
}
