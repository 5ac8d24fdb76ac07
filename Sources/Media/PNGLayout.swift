/// What a PNG file of checked chunks says before a pixel is decoded.
struct PNGLayout {
  private(set) var width = 0
  private(set) var height = 0
  /// The bits of a pixel as they are stored.
  private(set) var bitsPerPixel = 0
  /// The bytes of the compressed pixels.
  private(set) var dataBytes = 0
  /// The exponent of gAMA; `nil` where there is none, or sRGB, a profile or code points take its place.
  private(set) var gamma: Double?

  init(_ bytes: [UInt8], name: String) throws {
    var reader = ByteReader(bytes, name: name)
    _ = try reader.take(8)
    var isKnown = false
    while reader.remaining > 0 {
      let length = try reader.bigEndian(4)
      let type = try reader.letters()
      var data = ByteReader(type == "IDAT" ? [] : Array(try reader.take(length)), name: name)
      switch type {
      case "IHDR": try readHeader(&data)
      case "IDAT":
        _ = try reader.take(length)
        dataBytes += length
      case "gAMA" where length == 4:
        let value = try data.bigEndian(4)
        gamma = value > 0 ? Double(value) / 100_000 : nil
      case "sRGB", "iCCP", "cICP": isKnown = true
      default: break
      }
      _ = try reader.take(4)
    }
    if isKnown { gamma = nil }
  }

  private mutating func readHeader(_ data: inout ByteReader) throws {
    (width, height) = (try data.bigEndian(4), try data.bigEndian(4))
    let depth = Int(try data.byte())
    // Grey and palettes have one sample, then RGB, grey with alpha, RGBA.
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4]
    bitsPerPixel = depth * (samples[Int(try data.byte())] ?? 1)
  }

  /// Deflate makes at most 1032 bytes of one, so that a small file cannot ask for much memory.
  func checkData(_ name: String) throws {
    let needed = width * height / 8 * bitsPerPixel
    guard needed <= 1032 * (dataBytes + 1) else {
      throw MediaFailure.invalid(
        name, "it has \(dataBytes) bytes of pixel data for \(width) by \(height) pixels",
        "as many pixels as its header says")
    }
  }
}
