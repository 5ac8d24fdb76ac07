import Foundation
import RLHFCore
import Testing

@testable import Media

struct MediaFolderTests {
  @Test func theSameContentIsThereOnce() throws {
    try withFolder { root in
      let folder = try MediaFolder(root.appendingPathComponent("media"))
      let file = root.appendingPathComponent("model-7-step-100.wav")
      try Data(png(4, 3, extra: chunk("tEXt", [1]))).write(to: file)
      let first = try folder.add(file)
      #expect(!first.isKnown && first.analysis.type == "image/png")
      #expect(first.analysis.width == 4 && first.analysis.height == 3)
      let second = try folder.add(png(4, 3, extra: chunk("tEXt", [2])), name: "other")
      #expect(second.isKnown && second.sha256 == first.sha256)
      let kept = Array(try Data(contentsOf: try folder.url(of: first.sha256)))
      #expect(kept == png(4, 3) && first.sha256 == ContentHash(of: kept).description)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 1)
    }
  }

  @Test func soundsBecomeTheSameFlacWhateverTheyWere() throws {
    try withFolder { root in
      let folder = try MediaFolder(root)
      let samples = sine(440, seconds: 0.6, rate: 16000, level: 0.9).map { Int16($0 * 32767) }
      let note = Array("INFOISFT".utf8) + littleEndianBytes(8, 4) + Array("model-7\0".utf8)
      let list = Array("LIST".utf8) + littleEndianBytes(note.count, 4) + note
      let plain = try folder.add(wave(samples), name: "a.wav")
      let marked = try folder.add(wave(samples, extra: list), name: "b.wav")
      #expect(plain.sha256 == marked.sha256 && plain.analysis == marked.analysis)
      #expect(plain.analysis.type == "audio/flac")
      // The kept file is its own fixed point, and holds every sample exactly.
      let file = try folder.url(of: plain.sha256)
      #expect(try folder.add(file).sha256 == plain.sha256)
      let sound = try AudioFile.decode(file)
      #expect(sound.channels == [samples.map { Float($0) / 32768 }])
      #expect(!String(decoding: try Data(contentsOf: file), as: UTF8.self).contains("model-7"))
      #expect(plain.analysis.bytes == (try Data(contentsOf: file).count))
      #expect(plain.analysis.gain < 0 && plain.analysis.loudness != nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: root.path).count == 1)
    }
  }

  @Test func whatIsRefusedLeavesNothingBehind() throws {
    try withFolder { root in
      let folder = try MediaFolder(root)
      let whole = wave(Array(repeating: 5, count: 100))
      for (content, name) in [
        (Array("<svg/>".utf8), "x.png"), (Array(whole.prefix(20)), "cut.wav"), ([], "empty.wav"),
        (wave([]), "silent.wav"), (Array("fLaC".utf8), "x.flac"), (Array("OggS....".utf8), "x.ogg"),
        (Array("ID3....".utf8), "x.mp3"), (wave([1], rate: 0), "rate.wav"),
        (wave([1], channels: 0), "channels.wav"),
      ] {
        let error = thrown { _ = try folder.add(content, name: name) }
        #expect(error?.message.contains(name) == true, "\(name): \(String(describing: error))")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: root.path).isEmpty)
      for bad in ["", "../secret", String(repeating: "A", count: 64)] {
        #expect(thrown { _ = try folder.url(of: bad) }?.code == .invalidData)
      }
    }
  }

  @Test func loudFloatsAreClippedAndNotWrapped() throws {
    try withFolder { root in
      let folder = try MediaFolder(root)
      let data = [Float(2), -2, 0.25].flatMap { littleEndianBytes(Int($0.bitPattern), 4) }
      let format =
        littleEndianBytes(3, 2) + littleEndianBytes(1, 2) + littleEndianBytes(8000, 4)
        + littleEndianBytes(32000, 4) + littleEndianBytes(4, 2) + littleEndianBytes(32, 2)
      let body =
        Array("WAVEfmt ".utf8) + littleEndianBytes(16, 4) + format + Array("data".utf8)
        + littleEndianBytes(data.count, 4) + data
      let entry = try folder.add(
        Array("RIFF".utf8) + littleEndianBytes(body.count, 4) + body, name: "loud.wav")
      let sound = try AudioFile.decode(try folder.url(of: entry.sha256)).channels[0]
      #expect(abs(sound[0] - 1) < 1e-6 && sound[1] == -1 && sound[2] == 0.25)
      #expect((entry.analysis.peak ?? 0) >= 2 && entry.analysis.gain < -6)
    }
  }

  @Test func analysesAreStoredAsJSON() throws {
    let analysis = MediaAnalysis(
      audio: "audio/flac", bytes: 9, duration: 1.5, loudness: nil, peak: 0, peaks: [0])
    let decoded = try JSONDecoder().decode(
      MediaAnalysis.self, from: try JSONEncoder().encode(analysis))
    #expect(decoded == analysis && decoded.kind.rawValue == "audio")
  }
}
