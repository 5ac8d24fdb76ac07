/// How an image is to be turned: the one entry of an EXIF block that is kept.
enum Orientation {
  private static let tag = 0x0112

  /// The orientation, 1 to 8, of a TIFF structure; 1 where it says nothing sensible.
  static func read(_ tiff: [UInt8]) -> Int {
    (try? find(ByteReader(tiff, name: "EXIF"))) ?? 1
  }

  /// A TIFF structure that holds nothing but the orientation.
  static func block(_ orientation: Int) -> [UInt8] {
    // Little-endian header, one directory of one entry: tag, type SHORT, count 1, value; no further directory.
    [0x49, 0x49, 0x2a, 0] + littleEndianBytes(8, 4) + littleEndianBytes(1, 2)
      + littleEndianBytes(tag, 2) + littleEndianBytes(3, 2) + littleEndianBytes(1, 4)
      + littleEndianBytes(orientation, 4) + littleEndianBytes(0, 4)
  }

  private static func find(_ start: ByteReader) throws -> Int {
    var reader = start
    let order = try reader.take(2)
    let isLittle = order.elementsEqual([0x49, 0x49])
    func number(_ count: Int) throws -> Int {
      isLittle ? try reader.littleEndian(count) : try reader.bigEndian(count)
    }
    guard isLittle || order.elementsEqual([0x4d, 0x4d]), try number(2) == 42 else { return 1 }
    reader.position = try number(4)
    guard reader.remaining > 0 else { return 1 }
    for _ in 0..<(try number(2)) {
      let (entry, type, _) = (try number(2), try number(2), try number(4))
      let value = try number(2)
      _ = try number(2)
      if entry == tag, type == 3 { return (1...8).contains(value) ? value : 1 }
    }
    return 1
  }
}
