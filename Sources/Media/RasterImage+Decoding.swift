public import Foundation
import RLHFCore

extension RasterImage {
  /// Reads a PNG or JPEG file, told by its content; `name` stands in messages only.
  ///
  /// What a file says of its orientation is applied. PNG: all colour types and depths, 16 bits rounded to 8, palettes and
  /// transparent colours resolved, colour profiles not applied. JPEG: grey and RGB. Damaged, truncated, animated and
  /// other files, and those beyond `limits`, are errors; sizes are checked before memory is taken.
  public init(
    decoding bytes: [UInt8], name: String, limits: MediaLimits = MediaLimits(),
    gamma: PNGGamma = .ignored
  ) throws {
    let format = try MediaFormat(of: bytes, name: name)
    guard format == .png || format == .jpeg else {
      guard format.kind == .image else {
        throw MediaFailure.invalid(name, "it is \(format.type)", "a PNG or JPEG image")
      }
      throw MediaFailure.unsupported(name, "it is \(format.type)", "save it as PNG or JPEG")
    }
    let file = try ImageFile(bytes, name: name, limits: limits)
    guard !file.isAnimated else {
      throw MediaFailure.unsupported(name, "it is animated", "save one of its pictures")
    }
    let image =
      format == .png
      ? try PNGPixels(file.bytes, name: name).image(gamma)
      : try JPEGPixels.read(file.bytes, name: name)
    self = image.turned(file.orientation)
  }

  /// Reads a PNG or JPEG file.
  public init(
    contentsOf url: URL, limits: MediaLimits = MediaLimits(), gamma: PNGGamma = .ignored
  ) throws {
    let name = url.lastPathComponent
    let size = try MediaInput.size(of: url)
    guard size <= limits.imageBytes else {
      throw MediaFailure.tooLarge(name, "\(size) bytes", "\(limits.imageBytes)", "imageBytes")
    }
    try self.init(
      decoding: try MediaInput.read(url, upTo: limits.imageBytes), name: name, limits: limits,
      gamma: gamma)
  }
}

/// What a library in C says of a file.
enum CodecMessage {
  /// Runs `body` with room for a message, which the error holds when `body` returns nothing.
  static func checked<Result>(
    _ name: String, _ format: MediaFormat, _ body: (UnsafeMutablePointer<CChar>) -> Result?
  ) throws -> Result {
    var message = [CChar](repeating: 0, count: 256)
    let result = message.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap(body)
    }
    if let result { return result }
    let reason = String(
      decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    throw MediaFailure.invalid(
      name, "it cannot be decoded (\(reason))", "an undamaged \(format.rawValue.uppercased()) file")
  }
}
