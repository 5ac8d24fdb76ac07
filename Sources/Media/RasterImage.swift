/// Pixels in memory: 8 bits a sample, colours as sRGB encodes them, alpha not multiplied in.
public struct RasterImage: Sendable, Hashable {
  /// The width in pixels.
  public let width: Int
  /// The height in pixels.
  public let height: Int
  /// 1 for grey, 3 for red, green and blue, 4 with alpha.
  public let channels: Int
  /// Rows from the top, pixels from the left, the channels of a pixel side by side.
  public var samples: [UInt8] {
    didSet { Self.check(width, height, channels, samples.count) }
  }

  /// Creates an image of `width * height * channels` samples.
  public init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    Self.check(width, height, channels, samples.count)
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  /// Creates an image of one colour, which says with 1, 3 or 4 numbers how many channels there are.
  public init(width: Int, height: Int, color: [UInt8]) {
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * color.count)
    for _ in 0..<width * height { samples += color }
    self.init(width: width, height: height, channels: color.count, samples: samples)
  }

  private static func check(_ width: Int, _ height: Int, _ channels: Int, _ count: Int) {
    precondition(
      width > 0 && height > 0 && [1, 3, 4].contains(channels)
        && count == width * height * channels,
      "RasterImage: \(count) samples for \(width) by \(height) pixels of \(channels) channels")
  }

  /// The sample of a channel, `x` pixels from the left and `y` from the top.
  public subscript(x: Int, y: Int, channel: Int) -> UInt8 {
    get { samples[(y * width + x) * channels + channel] }
    set { samples[(y * width + x) * channels + channel] = newValue }
  }

  /// The samples of the pixel `x` from the left and `y` from the top.
  public func pixel(_ x: Int, _ y: Int) -> ArraySlice<UInt8> {
    let start = (y * width + x) * channels
    return samples[start..<start + channels]
  }

  /// The image with another number of channels, as Pillow's `convert` makes it.
  ///
  /// Grey is repeated or weighted after ITU-R BT.601 (`0.299 R + 0.587 G + 0.114 B`), alpha is 255 or dropped; to see
  /// a transparent image as people do, put it ``over(_:)`` a background.
  public func converted(channels target: Int) -> RasterImage {
    if target == channels { return self }
    return mapped(channels: target) { pixel, result in
      if target == 1 {
        let sum = 19595 * UInt32(pixel[0]) + 38470 * UInt32(pixel[1]) + 7471 * UInt32(pixel[2])
        result[0] = UInt8(truncatingIfNeeded: (sum + 0x8000) >> 16)
      } else {
        for channel in 0..<3 { result[channel] = pixel[channels == 1 ? 0 : channel] }
        if target == 4 { result[3] = 255 }
      }
    }
  }

  /// The image as it looks before a ground of one colour (red, green and blue): RGB, without alpha.
  ///
  /// Samples are mixed as they are encoded, as browsers do.
  public func over(_ background: [UInt8] = [255, 255, 255]) -> RasterImage {
    precondition(background.count == 3, "over: a colour of \(background.count) samples, not 3")
    guard channels == 4 else { return converted(channels: 3) }
    return mapped(channels: 3) { pixel, result in
      let alpha = UInt32(pixel[3])
      for channel in 0..<3 {
        let sum = UInt32(pixel[channel]) * alpha + UInt32(background[channel]) * (255 - alpha)
        result[channel] = UInt8((sum + 127) / 255)
      }
    }
  }

  /// An image of the same size whose pixels `body` makes from these.
  func mapped(
    channels target: Int,
    _ body: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
  ) -> RasterImage {
    let count = width * height
    let result = [UInt8](unsafeUninitializedCapacity: count * target) { buffer, filled in
      samples.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
        for index in 0..<count { body(from + index * channels, to + index * target) }
      }
      filled = count * target
    }
    return RasterImage(width: width, height: height, channels: target, samples: result)
  }
}
