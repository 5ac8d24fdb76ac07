import RLHFCore
import Testing

@testable import Media

struct MediaFormatTests {
  @Test(arguments: [
    (png(1, 1), MediaFormat.png), (jpeg(1, 1), .jpeg), (gif(), .gif),
    (webp([("VP8 ", [])]), .webp), (wave([0]), .wav), (Array("fLaC".utf8), .flac),
    (Array("OggS".utf8), .ogg), (Array("ID3".utf8), .mp3), ([0xff, 0xfb, 0x90, 0x00], .mp3),
    (Array("RF64\u{1}\u{1}\u{1}\u{1}WAVE".utf8), .wav), (Array("FORM1234AIFF".utf8), .aiff),
  ])
  func filesAreKnownByTheirFirstBytes(bytes: [UInt8], format: MediaFormat) throws {
    #expect(try MediaFormat(of: bytes, name: "x.html") == format)
    #expect(format.type.hasPrefix(format.kind == .image ? "image/" : "audio/"))
  }

  @Test(arguments: [
    "<svg onload='x'>", "  \n<?xml version='1.0'?><svg/>", "<!DOCTYPE html>", "\u{feff}<html>",
    "<\u{0}s\u{0}v\u{0}g\u{0}",
  ])
  func markupIsRefused(content: String) {
    let error = thrown { _ = try MediaFormat(of: Array(content.utf8), name: "x.png") }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("can carry programs") == true)
  }

  @Test func othersAreRefused() {
    for content in ["RIFF1234AVI ", "GIF88a", "BM", "%PDF-1.7", "\u{7f}ELF", "hello"] {
      let error = thrown { _ = try MediaFormat(of: Array(content.utf8), name: "x.png") }
      #expect(error?.message.contains("no known format") == true, "\(content)")
    }
    // A frame of a reserved version, of layer II, without a bit rate, with a reserved sample rate.
    for bytes: [UInt8] in [[0xff, 0xeb, 0x90, 0], [0xff, 0xfd, 0x90, 0], [0xff, 0xfb, 0, 0]] {
      #expect(thrown { _ = try MediaFormat(of: bytes, name: "x.mp3") } != nil)
    }
    #expect(
      thrown { _ = try MediaFormat(of: [], name: "x.png") }?.message
        == "x.png cannot be used: it is empty; expected an image or a sound. Save the file again or leave it out."
    )
  }

  @Test func endingsAreTheUsualOnes() {
    #expect(MediaFormat.jpeg.fileExtension == "jpg" && MediaFormat.flac.fileExtension == "flac")
  }
}
