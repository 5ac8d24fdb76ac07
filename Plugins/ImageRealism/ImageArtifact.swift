public import Media
public import RLHF

/// An image as its file, PNG or JPEG, so that what raters saw is kept to the bit.
public struct ImageArtifact: Sendable, Hashable {
  /// The file.
  public let file: FileContent

  /// The name of the text chunk of a PNG that says what was asked for.
  static let promptKey = "prompt"

  /// Takes a file as it is; ``image(name:limits:)`` says whether it is an image.
  public init(_ file: FileContent) {
    self.file = file
  }

  /// Takes the bytes of a file as they are.
  public init(bytes: [UInt8]) {
    self.init(
      FileContent(bytes, type: bytes.starts(with: [0xFF, 0xD8]) ? "image/jpeg" : "image/png"))
  }

  /// Writes `image` as a PNG with `text` in its text chunks.
  public init(_ image: RasterImage, text: [String: String] = [:]) throws {
    self.init(bytes: try image.png(text: text))
  }

  /// The pixels: RGB, transparency over white.
  ///
  /// Throws ``RLHFError`` where the bytes are no image, or one that is damaged or too large.
  public func image(
    name: String = "The image", limits: MediaLimits = MediaLimits()
  ) throws -> RasterImage {
    try RasterImage(decoding: file.bytes(), name: name, limits: limits).over([255, 255, 255])
      .converted(channels: 3)
  }

  /// The pixels at `size` by `size`: the middle square, made smaller or larger (bicubic).
  public func square(_ size: Int) throws -> RasterImage {
    let image = try image()
    guard image.width != size || image.height != size else { return image }
    return image.resized(shortEdge: size).centerCropped(width: size, height: size)
  }
}

extension ImageArtifact: Codable {
  /// Reads the file.
  public init(from decoder: any Decoder) throws {
    self.init(try FileContent(from: decoder))
  }

  /// Writes the file.
  public func encode(to encoder: any Swift.Encoder) throws {
    try file.encode(to: encoder)
  }
}
