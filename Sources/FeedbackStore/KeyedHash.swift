import Foundation
import GRDB
import RLHFCore

/// HMAC-SHA-256 (RFC 2104) under the secret of a store: names that say nothing about what they name, and choices that
/// look like chance to everybody who does not have the file.
struct KeyedHash {
  private let inner: [UInt8]
  private let outer: [UInt8]

  /// A hash under `secret`, which is at most 64 bytes long.
  init(secret: [UInt8]) {
    let key = secret + [UInt8](repeating: 0, count: 64 - secret.count)
    inner = key.map { $0 ^ 0x36 }
    outer = key.map { $0 ^ 0x5c }
  }

  /// The hash under the secret of the store.
  init(_ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "SELECT value FROM properties WHERE key = 'studio.secret'")
    self.init(secret: try Array((String.fetchOne(statement) ?? "").utf8))
  }

  /// Draws a secret for the store that has none.
  static func drawSecret(_ db: Database) throws {
    var generator = SystemRandomNumberGenerator()
    let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try db.execute(
      sql: "INSERT INTO properties (key, value) VALUES ('studio.secret', ?)",
      arguments: [ContentHash(digest: secret).description])
  }

  /// The 32 bytes of the hash of `message`.
  func digest(_ message: String) -> [UInt8] {
    ContentHash(of: outer + ContentHash(of: inner + message.utf8).bytes).bytes
  }

  /// A name of 32 hexadecimal digits for row `row` of the things called `purpose`.
  func name(_ purpose: String, _ row: Int64) -> String {
    String(ContentHash(digest: digest("\(purpose)/\(row)")).description.prefix(32))
  }

  /// A number from 0 to 2^63 - 1.
  func number(_ message: String) -> Int64 {
    let head = digest(message).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int64(head >> 1)
  }

  /// A number in `[0, 1)`.
  func fraction(_ message: String) -> Double { Double(number(message) >> 10) * 0x1p-53 }
}

extension Date {
  /// The time in milliseconds since 1970.
  var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }

  /// The time that is `milliseconds` after the start of 1970.
  init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
