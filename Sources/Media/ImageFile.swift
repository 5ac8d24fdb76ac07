/// An image, freed of all that does not show, and its size, both without decoding a pixel.
///
/// What is kept: the pixels as they were compressed, animation, colour profiles, and the orientation where it is not the
/// usual one. Comments, cameras, programs, prompts, dates, thumbnails and whatever follows the end of the image are left out, since
/// they could tell a rater which model made it.
public struct ImageFile: Sendable, Hashable {
  /// What the file is.
  public let format: MediaFormat
  /// The width in pixels as it is shown, turned if the orientation says so.
  public let width: Int
  /// The height in pixels as it is shown.
  public let height: Int
  /// The file without its metadata.
  public let bytes: [UInt8]
  /// How the stored pixels are to be turned, 1 to 8.
  let orientation: Int
  /// Whether it has several pictures.
  let isAnimated: Bool

  /// Reads an image and leaves its metadata out; `name` stands in messages only.
  public init(_ content: [UInt8], name: String, limits: MediaLimits = MediaLimits()) throws {
    format = try MediaFormat(of: content, name: name)
    guard format.kind == .image else {
      throw MediaFailure.invalid(name, "it is \(format.type)", "an image")
    }
    guard content.count <= limits.imageBytes else {
      throw MediaFailure.tooLarge(
        name, "\(content.count) bytes", "\(limits.imageBytes)", "imageBytes")
    }
    let reader = ByteReader(content, name: name)
    let parsed: ParsedImage
    switch format {
    case .png: parsed = try PNGChunks.read(reader)
    case .jpeg: parsed = try JPEGSegments.read(reader)
    case .gif: parsed = try GIFBlocks.read(reader)
    default: parsed = try WebPChunks.read(reader)
    }
    guard parsed.width > 0, parsed.height > 0 else {
      throw MediaFailure.invalid(
        name, "it is \(parsed.width) by \(parsed.height) pixels", "at least 1 by 1")
    }
    let (pixels, overflow) = parsed.width.multipliedReportingOverflow(by: parsed.height)
    guard !overflow, pixels <= limits.pixels else {
      throw MediaFailure.tooLarge(
        name, "\(parsed.width) by \(parsed.height) pixels", "\(limits.pixels)", "pixels")
    }
    let isTurned = (5...8).contains(parsed.orientation)
    width = isTurned ? parsed.height : parsed.width
    height = isTurned ? parsed.width : parsed.height
    bytes = parsed.bytes
    orientation = parsed.orientation
    isAnimated = parsed.isAnimated
  }
}

/// What the readers of the formats find.
struct ParsedImage {
  var width: Int
  var height: Int
  /// 1 to 8, as cameras number them; 5 to 8 are turned by a quarter.
  var orientation = 1
  /// Whether it has several pictures; told of PNG only.
  var isAnimated = false
  var bytes: [UInt8]
}
