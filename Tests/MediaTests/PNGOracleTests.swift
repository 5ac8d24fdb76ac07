import Foundation
import RLHFCore
import TestSupport
import Testing
import Torch

@testable import Media

@Suite(.enabled(if: Oracles.has("png/expected.json"), "no PNG oracles"))
struct PNGOracleTests {
  private let oracle: Oracle
  init() throws { oracle = try Oracle(at: "png/expected") }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: oracle.directory.appendingPathComponent(name)))
  }

  /// Red, green, blue and alpha of what is stored.
  private func colors(_ pixels: PNGPixels) -> [Int] {
    let (values, full) =
      switch pixels.samples {
      case .bytes(let bytes): (bytes.map(Int.init), 255)
      case .words(let words): (words.map(Int.init), 65535)
      }
    return (0..<pixels.width * pixels.height).flatMap { index in
      let pixel = Array(values[(index * pixels.channels)..<((index + 1) * pixels.channels)])
      let color = pixels.channels < 3 ? [pixel[0], pixel[0], pixel[0]] : Array(pixel.prefix(3))
      return color + [pixels.channels.isMultiple(of: 2) ? pixel[pixels.channels - 1] : full]
    }
  }

  @Test func everyFileIsReadExactly() throws {
    #expect(!oracle.json["files"].array.isEmpty)
    for file in oracle.json["files"].array {
      let name = file.name
      let clean = try ImageFile(bytes(name), name: name)
      let pixels = try PNGPixels(clean.bytes, name: name)
      let expected = try oracle.tensor(name)
      #expect([pixels.height, pixels.width, 4] == expected.shape, "\(name)")
      #expect(colors(pixels) == expected.ints(), "\(name)")

      // And with 8 bits, whatever the file has.
      let shown = try RasterImage(decoding: bytes(name), name: name)
      #expect(shown.width == file["width"].int && shown.height == file["height"].int, "\(name)")
      let full = file["depth"].int == 16 ? 65535.0 : 255
      let rounded = expected.ints().map { UInt8((Double($0) * 255 / full).rounded()) }
      #expect(shown.converted(channels: 4).samples == rounded, "\(name)")
    }
  }

  @Test func whatIsNoPNGFileIsRefused() throws {
    #expect(!oracle.json["must_be_refused"].array.isEmpty)
    for file in oracle.json["must_be_refused"].array {
      let (name, why) = (file.name, file["why"].string ?? "")
      let error = thrown { _ = try RasterImage(decoding: try bytes(name), name: name) }
      #expect(error?.message.hasPrefix(name) == true, "\(name): \(why)")
      #expect(error?.code == .invalidData || error?.code == .unsupported, "\(name): \(why)")
    }
  }

  @Test func textIsRead() throws {
    for file in oracle.json["files"].array {
      guard case .object(let expected) = file["text"] else { continue }
      let text = try RasterImage.text(ofPNG: bytes(file.name), name: file.name)
      #expect(text == expected.compactMapValues(\.string))
    }
  }
}
