import CImageCodecs

/// The pixels of a PNG file with the values that are stored; palettes and transparent colours are resolved.
struct PNGPixels {
  /// Samples of 1 to 8 bits, scaled to 0...255, or of 16 bits.
  enum Samples {
    case bytes([UInt8])
    case words([UInt16])
  }

  let width: Int
  let height: Int
  /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
  let channels: Int
  let samples: Samples
  /// The exponent of the file's gAMA chunk, where nothing else says what the values mean.
  let gamma: Double?

  /// Decodes a file whose chunks were checked; one with too little data for its size is refused before memory is taken.
  init(_ bytes: [UInt8], name: String) throws {
    let layout = try PNGLayout(bytes, name: name)
    try layout.checkData(name)
    var header = ci_header()
    samples = try bytes.withUnsafeBufferPointer { file in
      let reader = try CodecMessage.checked(name, .png) {
        ci_png_open(file.baseAddress, file.count, &header, $0)
      }
      defer { ci_png_close(reader) }
      let count = Int(header.width) * Int(header.height) * Int(header.channels)
      return header.bits == 8
        ? .bytes(try Self.read(reader, count, name)) : .words(try Self.read(reader, count, name))
    }
    width = Int(header.width)
    height = Int(header.height)
    channels = Int(header.channels)
    gamma = layout.gamma
  }

  private static func read<Sample: FixedWidthInteger>(
    _ reader: ci_png_reader, _ count: Int, _ name: String
  ) throws -> [Sample] {
    try CodecMessage.checked(name, .png) { message in
      var isComplete = false
      let samples = [Sample](unsafeUninitializedCapacity: count) { buffer, filled in
        isComplete = ci_png_read(reader, buffer.baseAddress, message)
        filled = isComplete ? count : 0
      }
      return isComplete ? samples : nil
    }
  }

  /// The pixels with 8 bits; grey with alpha becomes RGBA.
  func image(_ handling: PNGGamma) -> RasterImage {
    let exponent = handling == .applied ? gamma.flatMap(PNGGamma.exponent) : nil
    let shown: [UInt8]
    switch samples {
    case .bytes(let bytes):
      let table = exponent.map { PNGGamma.table($0, levels: 256) }
      shown = table.map { reduced(bytes, colors: $0, alpha: Array(0...255)) } ?? bytes
    case .words(let words):
      let rounded = (0..<65536).map { UInt8(($0 + 128) / 257) }
      let table = exponent.map { PNGGamma.table($0, levels: 65536) }
      shown = reduced(words, colors: table ?? rounded, alpha: rounded)
    }
    guard channels == 2 else {
      return RasterImage(width: width, height: height, channels: channels, samples: shown)
    }
    let spread = [UInt8](unsafeUninitializedCapacity: 2 * shown.count) { buffer, filled in
      for index in 0..<2 * shown.count {
        buffer[index] = shown[index / 4 * 2 + (index % 4 == 3 ? 1 : 0)]
      }
      filled = 2 * shown.count
    }
    return RasterImage(width: width, height: height, channels: 4, samples: spread)
  }

  private func reduced<Sample: FixedWidthInteger>(
    _ samples: [Sample], colors: [UInt8], alpha: [UInt8]
  ) -> [UInt8] {
    let alphaChannel = channels.isMultiple(of: 2) ? channels - 1 : -1
    return [UInt8](unsafeUninitializedCapacity: samples.count) { buffer, filled in
      colors.withUnsafeBufferPointer { colors in
        for index in samples.indices {
          let value = Int(samples[index])
          buffer[index] = index % channels == alphaChannel ? alpha[value] : colors[value]
        }
      }
      filled = samples.count
    }
  }
}
