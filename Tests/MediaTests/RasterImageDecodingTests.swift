import Foundation
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@testable import Media

struct RasterImageDecodingTests {
  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: pictures.appendingPathComponent(name)))
  }

  @Test(arguments: ["plain.jpg", "progressive.jpg", "grey.jpg", "turned.jpg"])
  func jpegIsRead(name: String) throws {
    let expected = try SafetensorsFile(pictures.appendingPathComponent("pixels.safetensors"))
    let found = try RasterImage(contentsOf: pictures.appendingPathComponent(name))
    // Decoders may round differently by one; upsampled colours by a few.
    #expect(largestDifference(found, image(try expected.tensor(name))) <= 3)
  }

  @Test func jpegOfPrintersIsRefused() throws {
    let error = thrown { _ = try RasterImage(decoding: try bytes("cmyk.jpg"), name: "cmyk.jpg") }
    #expect(error?.message.contains("CMYK") == true)
  }

  @Test(arguments: ["plain.jpg", "progressive.jpg"])
  func jpegCutOffIsRefused(name: String) throws {
    let file = try bytes(name)
    for count in stride(from: 0, to: file.count, by: 7) {
      #expect(thrown { _ = try RasterImage(decoding: Array(file.prefix(count)), name: "a") } != nil)
    }
    // Also where an end was put behind what is left.
    let error = thrown {
      _ = try RasterImage(
        decoding: Array(file.prefix(file.count * 3 / 4)) + [0xff, 0xd9], name: "a")
    }
    #expect(name == "progressive.jpg" || error?.message.contains("JPEG") == true)
  }

  @Test func animationsAndOtherFormatsAreRefused() throws {
    let error = thrown { _ = try RasterImage(decoding: try bytes("animated.png"), name: "a.png") }
    #expect(
      error?.message == "a.png cannot be used: it is animated. To use it, save one of its pictures."
    )
    let other = thrown { _ = try RasterImage(decoding: gif(), name: "a.png") }
    #expect(
      other?.message == "a.png cannot be used: it is image/gif. To use it, save it as PNG or JPEG.")
    let sound = thrown { _ = try RasterImage(decoding: wave([1, 2]), name: "a.png") }
    #expect(sound?.message.contains("it is audio/wav; expected a PNG or JPEG image") == true)
    let missing = thrown {
      _ = try RasterImage(contentsOf: pictures.appendingPathComponent("none.png"))
    }
    #expect(missing?.code == .notFound)
  }

  @Test func littleDataForManyPixelsTakesNoMemory() {
    let error = thrown { _ = try RasterImage(decoding: png(9000, 9000), name: "a.png") }
    #expect(error?.message.contains("3 bytes of pixel data for 9000 by 9000 pixels") == true)
    var limits = MediaLimits()
    limits.pixels = 99
    let large = thrown { _ = try RasterImage(decoding: png(10, 10), name: "a", limits: limits) }
    #expect(large?.message.contains("10 by 10 pixels; at most 99") == true)
  }

  @Test func noBytesCrashTheDecoders() throws {
    var generator = Seed(7).generator
    let files = [
      try bytes("plain.jpg"), try bytes("progressive.jpg"),
      try RasterImage(width: 9, height: 8, color: [1, 2, 3]).png(text: ["seed": "1"]),
    ]
    for file in files {
      for _ in 0..<300 {
        var damaged = file
        for _ in 0..<3 {
          damaged[Int.random(in: 3..<file.count, using: &generator)] = UInt8.random(
            in: 0...255, using: &generator)
        }
        _ = thrown { _ = try RasterImage(decoding: damaged, name: "a") }
        _ = thrown { _ = try JPEGPixels.read(damaged, name: "a") }
        _ = thrown { _ = try PNGPixels(damaged, name: "a").image(.applied) }
        _ = thrown { _ = try RasterImage.text(ofPNG: damaged, name: "a") }
      }
    }
  }

  @Test func gammaIsAppliedOnRequest() throws {
    let plain = try RasterImage(
      width: 3, height: 1, channels: 4, samples: [0, 64, 128, 99, 255, 200, 1, 2, 3, 4, 5, 255]
    )
    .png()
    // Without sRGB, which counts more than gAMA, and with an exponent.
    func file(_ gamma: Int, sRGB: Bool = false) throws -> [UInt8] {
      var reader = ByteReader(plain, name: "a")
      var bytes = Array(try reader.take(8))
      while reader.remaining > 0 {
        let (type, data) = try PNGChunks.next(&reader)
        if type != "sRGB" || sRGB { PNGChunks.append(type, data, to: &bytes) }
        if type == "IHDR" { bytes += chunk("gAMA", bigEndianBytes(gamma, 4)) }
      }
      return bytes
    }
    let stored = try RasterImage(decoding: plain, name: "a")
    for gamma in [100_000, 45_455, 35_000, 0] {
      #expect(try RasterImage(decoding: file(gamma), name: "a") == stored)
    }
    #expect(try RasterImage(decoding: file(45_455), name: "a", gamma: .applied) == stored)
    #expect(
      try RasterImage(decoding: file(100_000, sRGB: true), name: "a", gamma: .applied) == stored)
    // Linear light: 64 / 255 = 0.251 is encoded as 0.5376.
    let linear = try RasterImage(decoding: file(100_000), name: "a", gamma: .applied)
    #expect(linear.samples[0...3] == [0, 137, 188, 99] && linear.samples[11] == 255)
  }

  @Test func pngTurnsAsItSays() throws {
    let stored = RasterImage(width: 3, height: 2, channels: 1, samples: [1, 2, 3, 4, 5, 6])
    let expected: [[UInt8]] = [
      [1, 2, 3, 4, 5, 6], [3, 2, 1, 6, 5, 4], [6, 5, 4, 3, 2, 1], [4, 5, 6, 1, 2, 3],
      [1, 4, 2, 5, 3, 6], [4, 1, 5, 2, 6, 3], [6, 3, 5, 2, 4, 1], [3, 6, 2, 5, 1, 4],
    ]
    for (index, samples) in expected.enumerated() {
      let turned = stored.turned(index + 1)
      #expect(turned.samples == samples && turned.width == (index < 4 ? 3 : 2))
      var bytes = Array(try stored.png().dropLast(12))
      bytes += chunk("eXIf", Orientation.block(index + 1)) + chunk("IEND", [])
      #expect(try RasterImage(decoding: bytes, name: "a") == turned)
    }
  }
}
