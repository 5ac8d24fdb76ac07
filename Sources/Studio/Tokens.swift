import Crypto
import Foundation
import RLHFCore

/// Secrets that are handed out, and what is kept of them.
enum Tokens {
  /// 256 random bits, as 43 characters that may stand in a link.
  static func random() -> String {
    base64URL(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
  }

  /// What is kept of a token: its SHA-256.
  static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

  /// The token against forged requests of the session that `token` opens.
  ///
  /// It follows from the token, so that nothing but hashes need be kept and a page that is loaded again gets the same.
  static func csrf(of token: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(
      for: Array("csrf".utf8), using: SymmetricKey(data: Array(token.utf8)))
    return base64URL(Array(code))
  }

  /// Whether two secrets are equal, in a time that does not depend on where they differ.
  static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    guard first.count == second.count else { return false }
    return zip(first, second).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  static func base64URL(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  /// The bytes of text made by `base64URL`.
  static func bytes(base64URL text: String) -> [UInt8]? {
    let text = text.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Data(base64Encoded: text + padding).map(Array.init)
  }
}

/// The cookie that holds the token of a session.
struct SessionCookie: Sendable {
  /// The name; with TLS, one that browsers take over TLS alone and for this host alone.
  let name: String
  private let isSecure: Bool

  /// Cookies know no ports, so the name tells Studios on one machine apart.
  init(_ options: StudioOptions) {
    isSecure = options.publicOrigin.flatMap(Origin.init)?.scheme == "https"
    name = isSecure ? "__Host-rlhf-session" : "rlhf-session-\(options.port)"
  }

  /// The token in the header `Cookie`.
  func token(in header: String?) -> String? {
    for pair in (header ?? "").split(separator: ";") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, halves[0].filter({ $0 != " " }) == name else { continue }
      let value = halves[1].filter { $0 != " " }
      return (20...100).contains(value.utf8.count) ? String(value) : nil
    }
    return nil
  }

  /// The header `Set-Cookie` that keeps `token` for as long as the browser runs, or forgets it.
  func header(_ token: String?) -> String {
    let end = token == nil ? "; Max-Age=0" : ""
    let secure = isSecure ? "; Secure" : ""
    return "\(name)=\(token ?? ""); Path=/; HttpOnly; SameSite=Strict\(secure)\(end)"
  }
}
