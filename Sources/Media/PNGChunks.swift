/// The chunks of a PNG file (ISO/IEC 15948).
enum PNGChunks {
  /// The chunks that change what is seen; all others are left out.
  private static let kept: Set<String> = [
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "sBIT",
    "acTL", "fcTL", "fdAT",
  ]

  static func read(_ start: ByteReader) throws -> ParsedImage {
    var reader = start
    var image = ParsedImage(width: 0, height: 0, bytes: Array(try reader.take(8)))
    var hasData = false
    var isFirst = true
    while true {
      let (type, data) = try next(&reader)
      guard isFirst == (type == "IHDR"), type != "IHDR" || data.count == 13 else {
        throw MediaFailure.invalid(
          reader.name, "its chunk \(type.debugDescription) is misplaced", "IHDR once, and first")
      }
      isFirst = false
      switch type {
      case "IHDR":
        var header = ByteReader(Array(data), name: reader.name)
        (image.width, image.height) = (try header.bigEndian(4), try header.bigEndian(4))
        try check(depth: try header.byte(), color: try header.byte(), reader.name)
      case "IDAT": hasData = hasData || !data.isEmpty
      case "acTL": image.isAnimated = true
      case "eXIf":
        let orientation = Orientation.read(Array(data))
        if orientation != 1, image.orientation == 1 {
          image.orientation = orientation
          append("eXIf", Orientation.block(orientation)[...], to: &image.bytes)
        }
      default: break
      }
      if type == "iCCP", let name = data.firstIndex(of: 0) {
        // The profile counts; its name is anyone's.
        append(type, (Array("profile".utf8) + data[name...])[...], to: &image.bytes)
      } else if kept.contains(type) {
        append(type, data, to: &image.bytes)
      } else if type.utf8.first.map({ $0 & 0x20 == 0 }) ?? true {
        throw MediaFailure.invalid(
          reader.name, "it needs the unknown chunk \(type.debugDescription)", "a standard PNG file")
      }
      if type == "IEND" { break }
    }
    guard hasData else { throw MediaFailure.invalid(reader.name, "it has no pixels", "IDAT") }
    return image
  }

  /// A file of one pixel with the text chunks of another, wherever they stood there.
  static func texts(_ start: ByteReader) throws -> [UInt8] {
    var reader = start
    var bytes = Array(try reader.take(8))
    append(
      "IHDR", (bigEndianBytes(1, 4) + bigEndianBytes(1, 4) + [8, 0, 0, 0, 0])[...], to: &bytes)
    var type = ""
    while type != "IEND" {
      let (next, data) = try next(&reader)
      type = next
      if ["tEXt", "zTXt", "iTXt"].contains(type) { append(type, data, to: &bytes) }
    }
    append("IDAT", [], to: &bytes)
    append("IEND", [], to: &bytes)
    return bytes
  }

  /// The next chunk, whose checksum is right.
  static func next(_ reader: inout ByteReader) throws -> (type: String, data: ArraySlice<UInt8>) {
    let length = try reader.bigEndian(4)
    let begin = reader.position
    let type = try reader.letters()
    let data = try reader.take(length)
    let checked = reader.bytes[begin..<reader.position]
    guard try reader.bigEndian(4) == Int(cyclicRedundancy(checked)) else {
      throw MediaFailure.invalid(
        reader.name, "the checksum of its chunk \(type.debugDescription) is wrong",
        "an undamaged PNG file")
    }
    return (type, data)
  }

  private static func check(depth: UInt8, color: UInt8, _ name: String) throws {
    let depths: [UInt8: Set<UInt8>] = [
      0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
    ]
    guard depths[color]?.contains(depth) == true else {
      throw MediaFailure.invalid(
        name, "its colour type is \(color) with \(depth) bits", "a standard combination")
    }
  }

  static func append(_ type: String, _ data: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    let body = Array(type.utf8) + data
    bytes += bigEndianBytes(data.count, 4) + body
    bytes += bigEndianBytes(Int(cyclicRedundancy(body[...])), 4)
  }

  /// CRC-32 as in ISO 3309.
  static func cyclicRedundancy(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var remainder: UInt32 = 0xffff_ffff
    bytes.withUnsafeBufferPointer { bytes in
      table.withUnsafeBufferPointer { table in
        for byte in bytes {
          remainder = table[Int((remainder ^ UInt32(byte)) & 0xff)] ^ (remainder >> 8)
        }
      }
    }
    return remainder ^ 0xffff_ffff
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1
    }
  }
}
