import CImageCodecs
import Foundation
import RLHFCore

extension RasterImage {
  /// The image as a PNG file, marked as sRGB, with `text` (prompt, seed, model) and nothing else that tells of its origin.
  ///
  /// Keys have 1 to 79 printable ASCII characters. ASCII goes into tEXt chunks, other text as UTF-8 into iTXt, in the
  /// order of the keys: the same image and text give the same bytes.
  public func png(text: [String: String] = [:]) throws -> [UInt8] {
    let entries = try text.sorted { $0.key < $1.key }.map(PNGText.init)
    defer { for entry in entries { entry.free() } }
    let header = ci_header(
      width: UInt32(width), height: UInt32(height), channels: Int32(channels), bits: 8)
    var message = [CChar](repeating: 0, count: Int(CI_MESSAGE_LENGTH))
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let isWritten = ci_png_write(
      header, samples, entries.map(\.chunk), entries.count, &bytes, &count, &message)
    guard isWritten, let bytes else {
      let reason = String(
        decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw RLHFError(
        .unsupported, "an image of \(width) by \(height) pixels cannot be written: \(reason).")
    }
    defer { Foundation.free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// The text chunks of a PNG file by their keys; of equal keys the first counts.
  public static func text(ofPNG bytes: [UInt8], name: String) throws -> [String: String] {
    let file = try PNGChunks.texts(ByteReader(bytes, name: name))
    return try file.withUnsafeBufferPointer { file in
      var header = ci_header()
      let reader = try CodecMessage.checked(name, .png) {
        ci_png_open(file.baseAddress, file.count, &header, $0)
      }
      defer { ci_png_close(reader) }
      var result: [String: String] = [:]
      var (key, value): (UnsafePointer<CChar>?, UnsafePointer<CChar>?)
      var isLatin = false
      var index: Int32 = 0
      while ci_png_text(reader, index, &key, &value, &isLatin) {
        index += 1
        guard let key, let value else { continue }
        let name = PNGText.string(key, isLatin: true)
        if result[name] == nil { result[name] = PNGText.string(value, isLatin: isLatin) }
      }
      return result
    }
  }
}

/// A text chunk in C's memory.
private struct PNGText {
  let chunk: ci_text

  init(key: String, value: String) throws {
    let isKey =
      (1...79).contains(key.utf8.count) && key.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
      && !key.hasPrefix(" ") && !key.hasSuffix(" ") && !key.contains("  ")
    guard isKey else {
      throw RLHFError(
        .invalidData,
        "\(key.debugDescription) cannot name a text in a PNG file; expected 1 to 79 printable ASCII characters, without spaces around them or two side by side."
      )
    }
    guard !value.utf8.contains(0) else {
      throw RLHFError(
        .invalidData, "the text \(key.debugDescription) has a zero byte; leave it out of PNG files."
      )
    }
    chunk = ci_text(
      key: strdup(key), value: strdup(value), is_latin: value.utf8.allSatisfy { $0 < 0x80 })
  }

  func free() {
    Foundation.free(UnsafeMutablePointer(mutating: chunk.key))
    Foundation.free(UnsafeMutablePointer(mutating: chunk.value))
  }

  static func string(_ text: UnsafePointer<CChar>, isLatin: Bool) -> String {
    let bytes = UnsafeBufferPointer(start: text, count: strlen(text)).map(UInt8.init(bitPattern:))
    guard isLatin else { return String(decoding: bytes, as: UTF8.self) }
    return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}
