/// The printable characters that byte-level tokenizers write bytes with (GPT-2's `bytes_to_unicode`).
///
/// Printable bytes of Latin-1 stand for themselves; the other 68 are U+0100 and the following, in order.
enum ByteAlphabet {
  /// The character of every byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt8 = 0
    return (UInt8.min...UInt8.max).map { byte in
      if isPrintable(byte) { return Unicode.Scalar(byte) }
      defer { next += 1 }
      return Unicode.Scalar(0x100 + UInt16(next)) ?? Unicode.Scalar(byte)
    }
  }()

  /// The bytes in the order of their characters: the order in which a vocabulary lists them.
  static let sortedBytes: [UInt8] = (UInt8.min...UInt8.max).sorted {
    scalars[Int($0)] < scalars[Int($1)]
  }

  /// The byte of every character below U+0144; -1 where there is none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
    return bytes
  }()

  /// The byte that `scalar` stands for.
  static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    guard scalar.value < 0x144 else { return nil }
    return UInt8(exactly: bytes[Int(scalar.value)])
  }

  /// The bytes that `token` stands for; `nil` when one of its characters stands for none.
  static func bytes(of token: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(token.utf8.count)
    for scalar in token.unicodeScalars {
      guard let byte = byte(of: scalar) else { return nil }
      result.append(byte)
    }
    return result
  }

  /// The characters that stand for `bytes`.
  static func token(of bytes: some Sequence<UInt8>) -> String {
    var scalars = String.UnicodeScalarView()
    for byte in bytes { scalars.append(Self.scalars[Int(byte)]) }
    return String(scalars)
  }

  private static func isPrintable(_ byte: UInt8) -> Bool {
    (0x21...0x7e).contains(byte) || (0xa1...0xac).contains(byte) || byte >= 0xae
  }
}
