/// A small picture whose pixels follow from a number.
struct TestPicture {
  var seed: Int

  /// The picture as a PNG file, its pixels stored without compression.
  var png: [UInt8] {
    let (width, height) = (96, 64)
    var pixels: [UInt8] = []
    for y in 0..<height {
      pixels.append(0)  // The filter of the row: none.
      for x in 0..<width {
        pixels += [
          UInt8((x * 2 + seed * 37) & 255), UInt8((y * 3 + seed * 59) & 255), UInt8((x + y) & 255),
        ]
      }
    }
    let header = Self.big(width) + Self.big(height) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + Self.chunk("IHDR", header) + Self.chunk("IDAT", Self.stored(pixels))
      + Self.chunk("IEND", [])
  }

  /// A zlib stream (RFC 1950) of one stored block (RFC 1951, 3.2.4).
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    let length = UInt16(bytes.count)
    let size = [UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)]
    return [0x78, 0x01, 1] + size + bytes + big(Int(b << 16 | a))
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    var check = UInt32.max
    for byte in body {
      check ^= UInt32(byte)
      for _ in 0..<8 { check = check & 1 == 1 ? check >> 1 ^ 0xEDB8_8320 : check >> 1 }
    }
    return big(content.count) + body + big(Int(~check))
  }

  private static func big(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
  }
}

/// A second of a steady sound: a square wave, quiet.
struct TestSound {
  /// How many waves there are in the second.
  var tone: Int

  /// The sound as a WAV file of 16 bits.
  var wav: [UInt8] {
    let rate = 16_000
    let samples = (0..<rate).flatMap { index -> [UInt8] in
      let value = Int16(index * tone * 2 / rate % 2 == 0 ? 3000 : -3000)
      return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(value >> ($0 * 8) & 255) }
    }
    let format =
      little(1, 2) + little(1, 2) + little(rate, 4) + little(rate * 2, 4) + little(2, 2)
      + little(16, 2)
    return Array("RIFF".utf8) + little(36 + samples.count, 4) + Array("WAVEfmt ".utf8)
      + little(16, 4)
      + format + Array("data".utf8) + little(samples.count, 4) + samples
  }
}
