import CImageCodecs

/// Decodes the pixels of JPEG files.
enum JPEGPixels {
  /// Reads grey and RGB; the file's structure and size were checked before.
  static func read(_ bytes: [UInt8], name: String) throws -> RasterImage {
    try bytes.withUnsafeBufferPointer { file in
      var header = ci_header()
      let reader = try CodecMessage.checked(name, .jpeg) {
        ci_jpeg_open(file.baseAddress, file.count, &header, $0)
      }
      defer { ci_jpeg_close(reader) }
      let count = Int(header.width) * Int(header.height) * Int(header.channels)
      let samples = try CodecMessage.checked(name, .jpeg) { message in
        var isComplete = false
        let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
          isComplete = ci_jpeg_read(reader, buffer.baseAddress, message)
          filled = isComplete ? count : 0
        }
        return isComplete ? samples : nil
      }
      return RasterImage(
        width: Int(header.width), height: Int(header.height), channels: Int(header.channels),
        samples: samples)
    }
  }
}
