/// Reads numbers from bytes without ever reading past their end.
struct ByteReader {
  let bytes: [UInt8]
  /// The position of the next byte.
  var position = 0
  /// What the bytes are, for messages.
  let name: String

  init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  /// The bytes that are left.
  var remaining: Int { bytes.count - position }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw MediaFailure.invalid(
        name, "it ends after \(bytes.count) bytes, inside a part of \(count) bytes",
        "a complete file")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// The next byte.
  mutating func byte() throws -> UInt8 { try take(1).first ?? 0 }

  /// The next `count` bytes as a number, the highest byte first.
  mutating func bigEndian(_ count: Int) throws -> Int {
    try take(count).reduce(0) { $0 << 8 | Int($1) }
  }

  /// The next `count` bytes as a number, the lowest byte first.
  mutating func littleEndian(_ count: Int) throws -> Int {
    try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The next four bytes as letters.
  mutating func letters() throws -> String { String(decoding: try take(4), as: UTF8.self) }
}

/// The `count` bytes of `value`, the highest first.
func bigEndianBytes(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// The `count` bytes of `value`, the lowest first.
func littleEndianBytes(_ value: Int, _ count: Int) -> [UInt8] {
  bigEndianBytes(value, count).reversed()
}
