/// The segments of a JPEG file (ITU-T T.81).
enum JPEGSegments {
  static func read(_ start: ByteReader) throws -> ParsedImage {
    var reader = start
    _ = try reader.take(2)
    // Parts that are kept, in their order; where the file has more than one frame, the first one counts.
    var image = ParsedImage(width: 0, height: 0, bytes: [])
    var hasScan = false
    while true {
      let marker = try nextMarker(&reader)
      if marker == 0xd9 { break }
      guard marker != 0, marker != 0x01, !(0xd0...0xd8).contains(marker) else {
        throw MediaFailure.invalid(
          reader.name, "marker \(String(marker, radix: 16)) stands where none may", "a JPEG file")
      }
      let length = try reader.bigEndian(2)
      let data = try reader.take(length - 2)
      switch marker {
      case 0xe0...0xef, 0xfe: keep(marker, data, &image)
      case 0xc0...0xcf where ![0xc4, 0xc8, 0xcc].contains(marker):
        var frame = ByteReader(Array(data), name: reader.name)
        _ = try frame.byte()
        let (height, width) = (try frame.bigEndian(2), try frame.bigEndian(2))
        if image.width == 0 { (image.width, image.height) = (width, height) }
        append(marker, data, to: &image.bytes)
      case 0xda:
        append(marker, data, to: &image.bytes)
        image.bytes += scan(&reader)
        hasScan = true
      default: append(marker, data, to: &image.bytes)
      }
    }
    guard image.width > 0, hasScan else {
      throw MediaFailure.invalid(reader.name, "it has no pixels", "a frame and a scan")
    }
    var head: [UInt8] = [0xff, 0xd8]
    if image.orientation != 1 {
      let block = Array("Exif".utf8) + [0, 0] + Orientation.block(image.orientation)
      append(0xe1, block[...], to: &head)
    }
    image.bytes = head + image.bytes + [0xff, 0xd9]
    return image
  }

  /// Keeps what colours need (ICC profile, the transform that Adobe's segment names) and the orientation.
  private static func keep(_ marker: UInt8, _ data: ArraySlice<UInt8>, _ image: inout ParsedImage) {
    switch marker {
    case 0xe0 where data.starts(with: Array("JFIF".utf8) + [0]):
      // Version 1.1, square pixels, no thumbnail.
      append(marker, (Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0])[...], to: &image.bytes)
    case 0xe1 where data.starts(with: Array("Exif".utf8) + [0, 0]):
      if image.orientation == 1 { image.orientation = Orientation.read(Array(data.dropFirst(6))) }
    case 0xe2 where data.starts(with: Array("ICC_PROFILE".utf8) + [0]):
      append(marker, data, to: &image.bytes)
    case 0xee where data.starts(with: "Adobe".utf8) && data.count >= 12:
      // Version and flags are the program's; the last byte is the colour transform.
      let transform = data[data.startIndex + 11]
      append(
        marker, (Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform])[...], to: &image.bytes)
    default: break
    }
  }

  private static func nextMarker(_ reader: inout ByteReader) throws -> UInt8 {
    guard try reader.byte() == 0xff else {
      throw MediaFailure.invalid(
        reader.name, "byte \(reader.position - 1) starts no segment", "an undamaged JPEG file")
    }
    var marker = try reader.byte()
    while marker == 0xff { marker = try reader.byte() }
    return marker
  }

  /// The compressed pixels up to the next marker that is not a restart.
  private static func scan(_ reader: inout ByteReader) -> ArraySlice<UInt8> {
    let (begin, bytes) = (reader.position, reader.bytes)
    var position = begin
    bytes.withUnsafeBufferPointer { bytes in
      while position + 1 < bytes.count {
        if bytes[position] == 0xff {
          let next = bytes[position + 1]
          if next != 0, !(0xd0...0xd7).contains(next) { return }
        }
        position += 1
      }
      position = bytes.count
    }
    reader.position = position
    return bytes[begin..<position]
  }

  private static func append(
    _ marker: UInt8, _ data: ArraySlice<UInt8>, to bytes: inout [UInt8]
  ) {
    bytes += [0xff, marker] + bigEndianBytes(data.count + 2, 2) + data
  }
}
