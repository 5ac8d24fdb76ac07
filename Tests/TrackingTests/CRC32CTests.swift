import Testing

@testable import Tracking

struct CRC32CTests {
  /// A read command of iSCSI, from RFC 3720, B.4.
  private static let command: [UInt8] = [
    0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0,
    0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
  ]

  /// RFC 3720, B.4, and the check value of the polynomial.
  private static let vectors: [(bytes: [UInt8], checksum: UInt32)] = [
    (Array(repeating: 0, count: 32), 0x8a91_36aa),
    (Array(repeating: 0xff, count: 32), 0x62a8_ab43),
    (Array(0..<32), 0x46dd_794e),
    (Array((0..<32).reversed()), 0x113f_db5c),
    (command, 0xd996_3a56),
    (Array("123456789".utf8), 0xe306_9283),
    ([], 0),
  ]

  @Test func vectorsOfTheStandard() {
    for (bytes, checksum) in Self.vectors {
      #expect(CRC32C.checksum(bytes) == checksum)
    }
  }
}
