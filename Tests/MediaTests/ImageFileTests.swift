import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Media

struct ImageFileTests {
  private static let secrets = "made by model-7"
  private static let secret = Array(secrets.utf8)

  private func holdsSecret(_ bytes: [UInt8]) -> Bool {
    String(decoding: bytes, as: Unicode.ASCII.self).contains(Self.secrets)
  }

  /// An EXIF block, big-endian, with a program's name and an orientation.
  private func exif(_ orientation: Int) -> [UInt8] {
    let name = Self.secret + [0]
    return [0x4d, 0x4d, 0, 42] + bigEndianBytes(8, 4) + bigEndianBytes(2, 2)
      + bigEndianBytes(0x0131, 2) + bigEndianBytes(2, 2) + bigEndianBytes(name.count, 4)
      + bigEndianBytes(38, 4) + bigEndianBytes(0x0112, 2) + bigEndianBytes(3, 2)
      + bigEndianBytes(1, 4) + bigEndianBytes(orientation, 2) + [0, 0] + bigEndianBytes(0, 4) + name
  }

  @Test func pngLosesWhatDoesNotShow() throws {
    let profile = chunk("iCCP", Self.secret + [0, 0, 9, 9])
    let shown = chunk("gAMA", [0, 0, 0xb1, 0x8f]) + profile
    let hidden =
      chunk("tEXt", Array("Software\0".utf8) + Self.secret) + chunk("zTXt", Self.secret)
      + chunk("iTXt", Self.secret) + chunk("tIME", [7, 0xe8, 1, 2, 3, 4, 5])
      + chunk("caBX", Self.secret) + chunk("eXIf", exif(1)) + chunk("prVt", Self.secret)
    let image = try ImageFile(
      png(640, 480, extra: shown + hidden, tail: Self.secret), name: "a.png")
    #expect(image.format == .png && image.width == 640 && image.height == 480)
    #expect(!holdsSecret(image.bytes))
    #expect(
      image.bytes
        == png(
          640, 480,
          extra: chunk("gAMA", [0, 0, 0xb1, 0x8f])
            + chunk("iCCP", Array("profile".utf8) + [0, 0, 9, 9])))
    // What is clean stays as it is, byte for byte.
    #expect(try ImageFile(image.bytes, name: "a.png").bytes == image.bytes)
  }

  @Test func pngKeepsItsOrientation() throws {
    let image = try ImageFile(png(640, 480, extra: chunk("eXIf", exif(6))), name: "a.png")
    #expect(image.width == 480 && image.height == 640 && !holdsSecret(image.bytes))
    let again = try ImageFile(image.bytes, name: "a.png")
    #expect(again.width == 480 && again.bytes == image.bytes)
  }

  @Test func jpegLosesWhatDoesNotShow() throws {
    let profile = segment(0xe2, Array("ICC_PROFILE".utf8) + [0, 1, 1, 5, 5])
    let hidden =
      segment(0xfe, Self.secret) + segment(0xe1, Array("http://ns.adobe.com/xap/1.0/".utf8))
      + segment(0xed, Array("Photoshop 3.0".utf8)) + segment(0xe2, Array("MPF".utf8) + [0])
      + segment(0xe1, Array("Exif".utf8) + [0, 0] + exif(1))
    let image = try ImageFile(
      jpeg(320, 200, extra: hidden + profile, tail: Self.secret), name: "a.jpg")
    #expect(image.format == .jpeg && image.width == 320 && image.height == 200)
    let found = String(decoding: image.bytes, as: Unicode.ASCII.self)
    for word in [Self.secrets, "adobe", "Photoshop", "MPF", "Exif"] {
      #expect(!found.contains(word))
    }
    #expect(found.contains("ICC_PROFILE") && found.contains("JFIF"))
    #expect(try ImageFile(image.bytes, name: "a.jpg").bytes == image.bytes)
  }

  @Test(arguments: 1...8)
  func jpegKeepsItsOrientation(orientation: Int) throws {
    let block = segment(0xe1, Array("Exif".utf8) + [0, 0] + exif(orientation))
    let image = try ImageFile(jpeg(320, 200, extra: block), name: "a.jpg")
    #expect(!holdsSecret(image.bytes))
    #expect(image.width == (orientation < 5 ? 320 : 200))
    let again = try ImageFile(image.bytes, name: "a.jpg")
    #expect(again.width == image.width && again.bytes == image.bytes)
    #expect(Orientation.read(Orientation.block(orientation)) == orientation)
  }

  @Test func gifLosesItsComments() throws {
    let loops = [0x21, 0xff, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
    let delay: [UInt8] = [0x21, 0xf9, 4, 0, 10, 0, 0, 0]
    let comment = [0x21, 0xfe, UInt8(Self.secret.count)] + Self.secret + [0]
    let other = [0x21, 0xff, 11] + Array("XMP DataXMP".utf8) + [1, 9, 0]
    let image = try ImageFile(
      gif(extra: loops + comment + other + delay) + Self.secret, name: "a.gif")
    #expect(image.width == 3 && image.height == 2)
    #expect(image.bytes == gif(extra: loops + delay))
  }

  @Test func webpLosesItsMetadata() throws {
    let lossy: [UInt8] = [0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]
    #expect(try ImageFile(webp([("VP8 ", lossy)]), name: "a.webp").width == 320)
    let lossless: [UInt8] = [0x2f] + littleEndianBytes(99 | 49 << 14, 4)
    let small = try ImageFile(webp([("VP8L", lossless)]), name: "a.webp")
    #expect(small.width == 100 && small.height == 50)
    let header: [UInt8] =
      [0x2c, 0, 0, 0] + littleEndianBytes(319, 3) + littleEndianBytes(239, 3)
    let image = try ImageFile(
      webp([
        ("VP8X", header), ("ICCP", [1, 2, 3]), ("VP8 ", lossy), ("EXIF", Self.secret),
        ("XMP ", Self.secret),
      ]) + Self.secret, name: "a.webp")
    let clean = webp([("VP8X", [0x20] + header[1...]), ("ICCP", [1, 2, 3]), ("VP8 ", lossy)])
    #expect(image.bytes == clean && image.width == 320 && image.height == 240)
  }

  @Test func everyTruncationIsRefusedOrComplete() {
    let block = segment(0xe1, Array("Exif".utf8) + [0, 0] + exif(6))
    let lossy: [UInt8] = [0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]
    let files = [
      png(640, 480, extra: chunk("eXIf", exif(6))), jpeg(320, 200, extra: block), gif(),
      webp([("VP8 ", lossy)]),
    ]
    for file in files {
      for count in 0..<file.count {
        #expect(thrown { _ = try ImageFile(Array(file.prefix(count)), name: "a") } != nil)
      }
    }
  }

  @Test func noBytesCrashTheReaders() {
    var generator = Seed(5).generator
    let files = [
      png(64, 48, extra: chunk("eXIf", exif(6))), gif(),
      jpeg(32, 20, extra: segment(0xe1, Array("Exif".utf8) + [0, 0] + exif(6))),
      webp([("VP8 ", [0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00])]),
    ]
    for file in files {
      for _ in 0..<400 {
        var damaged = file
        for _ in 0..<4 {
          damaged[Int.random(in: 8..<file.count, using: &generator)] = UInt8.random(
            in: 0...255, using: &generator)
        }
        _ = thrown { _ = try ImageFile(damaged, name: "a") }
      }
    }
  }

  @Test func absurdSizesAreRefused() {
    for (width, height) in [(0, 1), (1, 0), (50_000, 50_000), (0xffff_ffff, 0xffff_ffff)] {
      #expect(thrown { _ = try ImageFile(png(width, height), name: "a.png") } != nil)
    }
    #expect(thrown { _ = try ImageFile(jpeg(65535, 65535), name: "a.jpg") } != nil)
    var limits = MediaLimits()
    limits.imageBytes = 50
    let error = thrown { _ = try ImageFile(png(9, 9), name: "a.png", limits: limits) }
    #expect(error?.message.contains("imageBytes") == true)
    // A chunk that claims two gigabytes.
    let huge = Array(png(9, 9).prefix(33)) + bigEndianBytes(0x7fff_ffff, 4) + Array("IDAT".utf8)
    #expect(thrown { _ = try ImageFile(huge, name: "a.png") }?.code == .invalidData)
  }

  @Test(.enabled(if: Oracles.has("png/expected.json")))
  func sizesOfTheOraclesAreRead() throws {
    let oracle = try Oracles.json("png/expected.json")
    let folder = Oracles.folder.appendingPathComponent("png")
    for file in oracle["files"].array {
      let content = Array(try Data(contentsOf: folder.appendingPathComponent(file.name)))
      let image = try ImageFile(content, name: file.name)
      #expect(image.width == file["width"].int && image.height == file["height"].int)
      #expect(try ImageFile(image.bytes, name: "again").bytes == image.bytes)
    }
    for name in [
      "bad_bit_depth", "bad_colour_type", "bad_crc", "bad_empty", "bad_header_crc",
      "bad_huge_dimensions", "bad_no_idat", "bad_not_png", "bad_signature", "bad_text",
      "bad_truncated_10", "bad_truncated_50", "bad_truncated_90", "bad_zero_width",
    ] {
      let content = Array(
        try Data(contentsOf: folder.appendingPathComponent("\(name).png")))
      let format = try? MediaFormat(of: content, name: name)
      #expect(
        format != .png || thrown { _ = try ImageFile(content, name: name) } != nil, "\(name)")
    }
  }
}
