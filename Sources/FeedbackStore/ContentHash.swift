public import Foundation
import RLHFCore

/// The SHA-256 of some content: by it the store knows a prompt, an artifact or a file again.
public struct ContentHash: Sendable, Hashable, CustomStringConvertible {
  /// The 32 bytes of the hash.
  public let bytes: [UInt8]

  init(digest: [UInt8]) {
    bytes = digest
  }

  /// The hash of bytes.
  public init(of content: [UInt8]) {
    var hash = SHA256()
    content.withUnsafeBytes { hash.update($0) }
    bytes = hash.digest()
  }

  /// The hash of a file, read in pieces.
  public init(ofFile url: URL) throws {
    var hash = SHA256()
    let file = try InputFile(url)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
      if count == 0 { break }
      buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    bytes = hash.digest()
  }

  /// The hash as 64 hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    let characters = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xf)]] }
    return String(decoding: characters, as: UTF8.self)
  }

  /// A number in `[0, 1)` that depends on nothing but the content.
  var fraction: Double {
    let head = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Double(head >> 11) * 0x1p-53
  }
}
