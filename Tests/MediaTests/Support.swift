import Foundation
import RLHFCore
import TestSupport
import Torch

@testable import Media

/// Runs `body` with an empty folder that is removed afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// The error that `body` throws.
func thrown(_ body: () throws -> Void) -> RLHFError? {
  do {
    try body()
    return nil
  } catch {
    return error as? RLHFError
  }
}

/// A WAVE file of 16-bit samples, with further chunks before the samples if wanted.
func wave(_ samples: [Int16], channels: Int = 1, rate: Int = 16000, extra: [UInt8] = []) -> [UInt8]
{
  let data = samples.flatMap { littleEndianBytes(Int($0), 2) }
  let format =
    littleEndianBytes(1, 2) + littleEndianBytes(channels, 2) + littleEndianBytes(rate, 4)
    + littleEndianBytes(rate * channels * 2, 4) + littleEndianBytes(channels * 2, 2)
    + littleEndianBytes(16, 2)
  let body =
    Array("WAVEfmt ".utf8) + littleEndianBytes(16, 4) + format + extra + Array("data".utf8)
    + littleEndianBytes(data.count, 4) + data
  return Array("RIFF".utf8) + littleEndianBytes(body.count, 4) + body
}

/// Samples of a sine.
func sine(_ hertz: Double, seconds: Double, rate: Int, level: Double = 1, phase: Double = 0)
  -> [Float]
{
  (0..<Int(seconds * Double(rate))).map {
    Float(level * sin(2 * .pi * hertz * Double($0) / Double(rate) + phase))
  }
}

/// A chunk of a PNG file with its checksum.
func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
  let body = Array(type.utf8) + data
  return bigEndianBytes(data.count, 4) + body
    + bigEndianBytes(Int(PNGChunks.cyclicRedundancy(body[...])), 4)
}

/// A PNG file of the given size, whose pixels nobody decodes.
func png(_ width: Int, _ height: Int, extra: [UInt8] = [], tail: [UInt8] = []) -> [UInt8] {
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    + chunk("IHDR", bigEndianBytes(width, 4) + bigEndianBytes(height, 4) + [8, 2, 0, 0, 0]) + extra
    + chunk("IDAT", [1, 2, 3]) + chunk("IEND", []) + tail
}

/// A segment of a JPEG file.
func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
  [0xff, marker] + bigEndianBytes(data.count + 2, 2) + data
}

/// A JPEG file of the given size, whose pixels nobody decodes.
func jpeg(_ width: Int, _ height: Int, extra: [UInt8] = [], tail: [UInt8] = []) -> [UInt8] {
  [0xff, 0xd8] + segment(0xe0, Array("JFIF".utf8) + [0, 1, 2, 1, 0, 72, 0, 72, 0, 0]) + extra
    + segment(0xc0, [8] + bigEndianBytes(height, 2) + bigEndianBytes(width, 2) + [1, 1, 0x11, 0])
    + segment(0xda, [1, 1, 0, 0, 63, 0]) + [1, 2, 0xff, 0, 0xff, 0xd3, 3, 4] + [0xff, 0xd9] + tail
}

/// A GIF file of 3 by 2 pixels.
func gif(extra: [UInt8] = []) -> [UInt8] {
  Array("GIF89a".utf8) + [3, 0, 2, 0, 0x80, 0, 0] + [0, 0, 0, 255, 255, 255] + extra
    + [0x2c, 0, 0, 0, 0, 3, 0, 2, 0, 0] + [2, 2, 0x44, 0x01, 0] + [0x3b]
}

/// A WebP file of these chunks.
func webp(_ chunks: [(String, [UInt8])]) -> [UInt8] {
  let body = chunks.flatMap { type, data -> [UInt8] in
    Array(type.utf8) + littleEndianBytes(data.count, 4) + data + (data.count % 2 == 1 ? [0] : [])
  }
  return Array("RIFF".utf8) + littleEndianBytes(body.count + 4, 4) + Array("WEBP".utf8) + body
}

extension OracleValue {
  /// The name of a file.
  var name: String { self["file"].string ?? "" }
}

/// The image that a tensor of bytes [H, W, C] holds.
func image(_ tensor: Tensor) -> RasterImage {
  RasterImage(
    width: tensor.shape[1], height: tensor.shape[0], channels: tensor.shape[2],
    samples: tensor.ints().map { UInt8($0) })
}

/// The largest difference between two samples, or 255 where the images differ in shape.
func largestDifference(_ first: RasterImage, _ second: RasterImage) -> Int {
  guard
    (first.width, first.height, first.channels) == (second.width, second.height, second.channels)
  else { return 255 }
  return zip(first.samples, second.samples).map { abs(Int($0) - Int($1)) }.max() ?? 0
}

/// The folder of images that Pillow made, `Tests/Oracles/images.py`.
let pictures = Oracles.package.appendingPathComponent("Tests/Fixtures/images")
