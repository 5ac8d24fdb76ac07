extension RasterImage {
  /// The part that starts `x` from the left and `y` from the top and lies inside the image.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> RasterImage {
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= self.width
        && y + height <= self.height,
      "cropped: \(width) by \(height) from (\(x), \(y)) of \(self.width) by \(self.height)")
    return placed(width, height) { column, row in (column + x, row + y) }
  }

  /// The middle part; where the image is smaller, `color` (black, transparent) surrounds it.
  ///
  /// Half pixels go to the left and the top, as `CLIPImageProcessor` rounds.
  public func centerCropped(width: Int, height: Int, color: [UInt8]? = nil) -> RasterImage {
    let (left, top) = (max(width - self.width, 0), max(height - self.height, 0))
    let enough = padded(
      left: (left + 1) / 2, top: (top + 1) / 2, right: left / 2, bottom: top / 2, color: color)
    return enough.cropped(
      x: (enough.width - width) / 2, y: (enough.height - height) / 2, width: width, height: height)
  }

  /// The image with a border of `color`; black, transparent where there is alpha, if none is given.
  public func padded(
    left: Int = 0, top: Int = 0, right: Int = 0, bottom: Int = 0, color: [UInt8]? = nil
  ) -> RasterImage {
    let color = color ?? [UInt8](repeating: 0, count: channels)
    precondition(
      min(left, top, right, bottom) >= 0 && color.count == channels,
      "padded: \((left, top, right, bottom)) with \(color.count) of \(channels) channels")
    var result = RasterImage(
      width: width + left + right, height: height + top + bottom, color: color)
    result.draw(self, x: left, y: top)
    return result
  }

  /// Puts an image of as many channels into this one; what lies outside is left out, and alpha is copied, not mixed.
  public mutating func draw(_ image: RasterImage, x: Int, y: Int) {
    precondition(
      image.channels == channels, "draw: \(image.channels) channels into \(channels)")
    let (from, to) = (max(x, 0), min(x + image.width, width))
    guard from < to else { return }
    var result = samples
    for row in max(y, 0)..<max(min(y + image.height, height), max(y, 0)) {
      let source = ((row - y) * image.width + from - x) * channels
      let target = (row * width + from) * channels
      let count = (to - from) * channels
      result.replaceSubrange(
        target..<target + count, with: image.samples[source..<source + count])
    }
    samples = result
  }

  /// The image mirrored left to right.
  public func flippedHorizontally() -> RasterImage {
    placed(width, height) { x, y in (width - 1 - x, y) }
  }

  /// The image mirrored top to bottom.
  public func flippedVertically() -> RasterImage {
    placed(width, height) { x, y in (x, height - 1 - y) }
  }

  /// The image as it is meant to be seen, from how it is stored: 1 to 8 as EXIF numbers them.
  func turned(_ orientation: Int) -> RasterImage {
    let (right, bottom) = (width - 1, height - 1)
    switch orientation {
    case 2: return flippedHorizontally()
    case 3: return placed(width, height) { x, y in (right - x, bottom - y) }
    case 4: return flippedVertically()
    case 5: return placed(height, width) { x, y in (y, x) }
    case 6: return placed(height, width) { x, y in (y, bottom - x) }
    case 7: return placed(height, width) { x, y in (right - y, bottom - x) }
    case 8: return placed(height, width) { x, y in (right - y, x) }
    default: return self
    }
  }

  /// An image whose pixels are those at the places that `source` names.
  private func placed(
    _ width: Int, _ height: Int, from source: (_ x: Int, _ y: Int) -> (x: Int, y: Int)
  ) -> RasterImage {
    let count = width * height * channels
    let result = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      samples.withUnsafeBufferPointer { samples in
        var target = 0
        for y in 0..<height {
          for x in 0..<width {
            let place = source(x, y)
            let start = (place.y * self.width + place.x) * channels
            for channel in 0..<channels { buffer[target + channel] = samples[start + channel] }
            target += channels
          }
        }
      }
      filled = count
    }
    return RasterImage(width: width, height: height, channels: channels, samples: result)
  }
}
