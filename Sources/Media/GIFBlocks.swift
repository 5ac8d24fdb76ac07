/// The blocks of a GIF file (version 89a).
enum GIFBlocks {
  static func read(_ start: ByteReader) throws -> ParsedImage {
    var reader = start
    var image = ParsedImage(width: 0, height: 0, bytes: Array(try reader.take(6)))
    let screen = try reader.take(7)
    image.bytes += screen
    let flags = screen[screen.startIndex + 4]
    image.width = Int(screen[screen.startIndex]) | Int(screen[screen.startIndex + 1]) << 8
    image.height = Int(screen[screen.startIndex + 2]) | Int(screen[screen.startIndex + 3]) << 8
    image.bytes += try colors(flags, &reader)
    var hasImage = false
    blocks: while true {
      let begin = reader.position
      switch try reader.byte() {
      case 0x3b:
        image.bytes.append(0x3b)
        break blocks
      case 0x2c:
        let frame = try reader.take(9)
        _ = try colors(frame[frame.startIndex + 8], &reader)
        _ = try reader.byte()
        try skipData(&reader)
        image.bytes += reader.bytes[begin..<reader.position]
        hasImage = true
      case 0x21:
        let label = try reader.byte()
        let size = Int(try reader.byte())
        let head = try reader.take(size)
        if size > 0 { try skipData(&reader) }
        // Delays and disposal, and how often an animation runs; comments and others' data are left out.
        let loops = ["NETSCAPE2.0", "ANIMEXTS1.0"].contains { head.elementsEqual($0.utf8) }
        if label == 0xf9 || (label == 0xff && loops) {
          image.bytes += reader.bytes[begin..<reader.position]
        }
      default:
        throw MediaFailure.invalid(
          reader.name, "byte \(begin) starts no block", "an undamaged GIF file")
      }
    }
    guard hasImage else { throw MediaFailure.invalid(reader.name, "it has no pixels", "an image") }
    return image
  }

  private static func colors(_ flags: UInt8, _ reader: inout ByteReader) throws -> ArraySlice<UInt8>
  {
    flags & 0x80 == 0 ? [] : try reader.take(3 << (Int(flags & 7) + 1))
  }

  private static func skipData(_ reader: inout ByteReader) throws {
    while true {
      let size = Int(try reader.byte())
      if size == 0 { return }
      _ = try reader.take(size)
    }
  }
}
