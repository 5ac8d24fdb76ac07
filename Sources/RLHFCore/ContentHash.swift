/// The SHA-256 of some content: by it a prompt, an artifact or a file is known again.
public struct ContentHash: Sendable, Hashable, CustomStringConvertible {
  /// The 32 bytes of the hash.
  public let bytes: [UInt8]

  /// The hash of bytes.
  public init(of content: [UInt8]) {
    var builder = Builder()
    content.withUnsafeBytes { builder.update($0) }
    self = builder.finish()
  }

  /// The hash of what `read` puts into the buffer it is given, piece by piece; it returns how many bytes, 0 at the end.
  public init(
    reading read: (UnsafeMutableRawBufferPointer) throws -> Int
  ) rethrows {
    var builder = Builder()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try read($0) }
      if count == 0 { break }
      buffer.withUnsafeBytes { builder.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    self = builder.finish()
  }

  /// A hash that is known already, by its bytes.
  public init(digest: [UInt8]) { bytes = digest }

  /// Takes in content piece by piece.
  public struct Builder: Sendable {
    private var hash = SHA256()

    /// Creates a builder that has seen nothing.
    public init() {}

    /// Takes in more of the content.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bytes) }

    /// The hash of all that was taken in.
    public consuming func finish() -> ContentHash { ContentHash(digest: hash.digest()) }
  }

  /// The hash as 64 hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    let characters = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xf)]] }
    return String(decoding: characters, as: UTF8.self)
  }

  /// A number in `[0, 1)` that depends on nothing but the content.
  public var fraction: Double {
    let head = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Double(head >> 11) * 0x1p-53
  }
}
