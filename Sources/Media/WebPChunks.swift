/// The chunks of a WebP file (RFC 9649).
enum WebPChunks {
  private static let kept: Set<String> = ["VP8X", "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP"]

  static func read(_ start: ByteReader) throws -> ParsedImage {
    var reader = start
    _ = try reader.take(4)
    let length = try reader.littleEndian(4)
    guard length >= 4, length <= reader.remaining else {
      throw MediaFailure.invalid(
        reader.name, "its header promises \(length) bytes, \(reader.remaining) are there",
        "a complete WebP file")
    }
    let end = reader.position + length
    _ = try reader.take(4)
    var image = ParsedImage(width: 0, height: 0, bytes: [])
    var hasImage = false
    while reader.position + 8 <= end {
      let type = try reader.letters()
      let size = try reader.littleEndian(4)
      guard size <= end - reader.position else {
        throw MediaFailure.invalid(
          reader.name, "its chunk \(type.debugDescription) is longer than the file",
          "an undamaged WebP file")
      }
      var data = Array(try reader.take(size))
      if size % 2 == 1, reader.position < end { _ = try reader.byte() }
      if type == "VP8X", let first = data.first {
        // No EXIF and no XMP follow any more.
        data[0] = first & ~0x0c
      }
      if image.width == 0, let size = try extent(type, data, reader.name) {
        (image.width, image.height) = size
      }
      hasImage = hasImage || ["VP8 ", "VP8L", "ANMF"].contains(type)
      guard kept.contains(type) else { continue }
      image.bytes += Array(type.utf8) + littleEndianBytes(data.count, 4) + data
      if data.count % 2 == 1 { image.bytes.append(0) }
    }
    guard hasImage else { throw MediaFailure.invalid(reader.name, "it has no pixels", "an image") }
    image.bytes =
      Array("RIFF".utf8) + littleEndianBytes(image.bytes.count + 4, 4) + Array("WEBP".utf8)
      + image.bytes
    return image
  }

  /// The size that a chunk states, if it is one of those that do.
  private static func extent(
    _ type: String, _ data: [UInt8], _ name: String
  ) throws -> (Int, Int)? {
    var reader = ByteReader(data, name: name)
    switch type {
    case "VP8X":
      _ = try reader.take(4)
      return (try reader.littleEndian(3) + 1, try reader.littleEndian(3) + 1)
    case "VP8 ":
      _ = try reader.take(3)
      guard try reader.take(3).elementsEqual([0x9d, 0x01, 0x2a]) else {
        throw MediaFailure.invalid(name, "its first frame has no start code", "a key frame")
      }
      return (try reader.littleEndian(2) & 0x3fff, try reader.littleEndian(2) & 0x3fff)
    case "VP8L":
      guard try reader.byte() == 0x2f else {
        throw MediaFailure.invalid(name, "its pixels have no signature", "a lossless WebP image")
      }
      let bits = try reader.littleEndian(4)
      return (bits & 0x3fff + 1, bits >> 14 & 0x3fff + 1)
    default: return nil
    }
  }
}
