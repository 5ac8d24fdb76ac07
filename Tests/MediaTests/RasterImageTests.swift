import Foundation
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@testable import Media

struct RasterImageTests {
  private func picture(_ width: Int, _ height: Int, _ channels: Int) -> RasterImage {
    var generator = Seed(3).generator
    let samples = (0..<width * height * channels).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    return RasterImage(width: width, height: height, channels: channels, samples: samples)
  }

  @Test(arguments: [1, 3, 4])
  func pngGivesTheSamePixelsBack(channels: Int) throws {
    let image = picture(17, 5, channels)
    let text = ["prompt": "a red shoe", "seed": "1234", "model": "größer ✓ 靴", "empty": ""]
    let bytes = try image.png(text: text)
    #expect(try RasterImage(decoding: bytes, name: "a.png") == image)
    #expect(try RasterImage.text(ofPNG: bytes, name: "a.png") == text)
    #expect(try image.png(text: text) == bytes)
    #expect(try RasterImage.text(ofPNG: image.png(), name: "a.png").isEmpty)
    // Only what a reader needs.
    var reader = ByteReader(bytes, name: "a.png")
    _ = try reader.take(8)
    var types: [String] = []
    while reader.remaining > 0 { types.append(try PNGChunks.next(&reader).type) }
    #expect(types == ["IHDR", "sRGB", "tEXt", "iTXt", "tEXt", "tEXt", "IDAT", "IEND"])
  }

  @Test func textThatDoesNotFitIsRefused() {
    let image = picture(1, 1, 1)
    for key in ["", " a", "a ", "a  b", "ä", String(repeating: "k", count: 80), "a\n"] {
      let error = thrown { _ = try image.png(text: [key: "x"]) }
      #expect(error?.message.contains("1 to 79 printable ASCII") == true)
    }
    #expect(thrown { _ = try image.png(text: ["a": "x\0y"]) } != nil)
    #expect(thrown { _ = try RasterImage.text(ofPNG: gif(), name: "a") } != nil)
  }

  @Test func textIsReadWhereverItStands() throws {
    let latin = chunk("tEXt", Array("Title".utf8) + [0, 0xe4, 0x62])
    let bytes = Array(try picture(2, 2, 3).png().dropLast(12)) + latin + chunk("IEND", [])
    #expect(try RasterImage.text(ofPNG: bytes, name: "a") == ["Title": "äb"])
  }

  @Test func colorsAreConvertedAsPillowDoes() throws {
    let file = try SafetensorsFile(pictures.appendingPathComponent("pixels.safetensors"))
    let source = image(try file.tensor("convert/source"))
    let rgb = image(try file.tensor("convert/RGB"))
    #expect(source.converted(channels: 3) == rgb)
    #expect(source.converted(channels: 1) == image(try file.tensor("convert/L")))
    #expect(rgb.converted(channels: 4).converted(channels: 3) == rgb)
    let grey = RasterImage(width: 1, height: 1, color: [7])
    #expect(grey.converted(channels: 4).samples == [7, 7, 7, 255])
    #expect(grey.over([1, 2, 3]).samples == [7, 7, 7])
    let half = RasterImage(width: 2, height: 1, channels: 4, samples: [200, 0, 9, 128, 5, 5, 5, 0])
    #expect(half.over().samples == [227, 127, 132, 255, 255, 255])
    #expect(half.over([0, 0, 0]).samples == [100, 0, 5, 0, 0, 0])
  }

  @Test func partsAreCutAndPadded() {
    let image = RasterImage(width: 3, height: 2, channels: 1, samples: [1, 2, 3, 4, 5, 6])
    #expect(image.cropped(x: 1, y: 0, width: 2, height: 2).samples == [2, 3, 5, 6])
    #expect(
      image.padded(left: 1, bottom: 1, color: [9]).samples == [9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9])
    #expect(image.flippedHorizontally().samples == [3, 2, 1, 6, 5, 4])
    #expect(image.flippedVertically().samples == [4, 5, 6, 1, 2, 3])
    #expect(image.centerCropped(width: 1, height: 1).samples == [2])
    #expect(image.centerCropped(width: 2, height: 3).samples == [0, 0, 1, 2, 4, 5])
    var canvas = RasterImage(width: 2, height: 2, color: [0])
    canvas.draw(image, x: -1, y: 1)
    #expect(canvas.samples == [0, 0, 2, 3])
    canvas.draw(image, x: 5, y: 0)
    canvas.draw(image, x: 0, y: -2)
    #expect(canvas.samples == [0, 0, 2, 3])
  }

  private static let tables = [
    pictures.appendingPathComponent("resize.safetensors"),
    Oracles.folder.appendingPathComponent("vision/resize.safetensors"),
  ]

  @Test(arguments: tables)
  func resizingEqualsPillows(table: URL) throws {
    guard FileManager.default.fileExists(atPath: table.path) else { return }
    let file = try SafetensorsFile(table)
    for name in file.names where !name.hasSuffix("source") {
      let parts = name.split(separator: "/")
      let (mode, job) = (parts.count > 1 ? "\(parts[0])/" : "", parts.last ?? "")
      let filter = try #require(ResizeFilter(rawValue: String(job.prefix { $0 != "_" })))
      let expected = image(try file.tensor(name))
      let source = image(try file.tensor("\(mode)source"))
      let found = source.resized(width: expected.width, height: expected.height, filter: filter)
      #expect(largestDifference(found, expected) == 0, "\(table.lastPathComponent) \(name)")
    }
  }

  @Test func shapesAreKept() {
    let image = picture(30, 20, 3)
    #expect(image.resized(shortEdge: 10).width == 15)
    #expect(image.fitted(width: 9, height: 9).height == 6)
    #expect(image.fitted(width: 1, height: 1).width == 1)
    #expect(image.resized(width: 30, height: 20) == image)
  }

  @Test func filtersHavePillowsNumbers() {
    #expect(ResizeFilter(pillow: 3) == .bicubic && ResizeFilter(pillow: 1) == .lanczos)
    #expect((0...5).compactMap(ResizeFilter.init(pillow:)).count == 6)
    #expect(ResizeFilter(pillow: 6) == nil && ResizeFilter(pillow: -1) == nil)
  }
}
