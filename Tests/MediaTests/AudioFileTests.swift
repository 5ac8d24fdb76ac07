import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Media

struct AudioFileTests {
  private static let hasOracle = Oracles.has("wav/expected.json")
  private static let folder = Oracles.folder.appendingPathComponent("wav")

  @Test(.enabled(if: hasOracle)) func everyKindOfFileIsRead() throws {
    for item in try Oracles.json("wav/expected.json")["files"].array {
      let name = item.name
      let sound = try AudioFile.decode(Self.folder.appendingPathComponent(name))
      #expect(sound.sampleRate == item["sample_rate"].int, "\(name)")
      #expect(sound.channels.count == item["channels"].int, "\(name)")
      #expect(sound.channels[0].count == item["frames"].int, "\(name)")
      let analysis = try AudioFile.analyse(Self.folder.appendingPathComponent(name))
      #expect(analysis.kind == .audio && analysis.peaks?.count == 200)
      #expect(analysis.duration == Double(item["frames"].int) / Double(item["sample_rate"].int))
    }
  }

  @Test(.enabled(if: hasOracle)) func badFilesAreRefused() throws {
    for item in try Oracles.json("wav/expected.json")["must_be_refused"].array {
      let file = Self.folder.appendingPathComponent(item.name)
      let error = thrown { _ = try AudioFile.analyse(file) }
      #expect(error?.message.contains(item.name) == true, "\(item.name)")
    }
  }

  @Test func samplesAreScaled() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("a.wav")
      try Data(wave([0, 16384, -32768, 32767], channels: 2)).write(to: file)
      let sound = try AudioFile.decode(file)
      #expect(sound.channels == [[0, -1], [0.5, 32767 / 32768]])
    }
  }

  @Test func limitsHold() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("a.wav")
      try Data(wave(Array(repeating: 1, count: 32000), channels: 2)).write(to: file)
      for (key, limits) in [
        ("seconds", { $0.seconds = 0.5 }), ("channels", { $0.channels = 1 }),
        ("audioBytes", { $0.audioBytes = 1000 }),
      ] as [(String, (inout MediaLimits) -> Void)] {
        var tight = MediaLimits()
        limits(&tight)
        let error = thrown { _ = try AudioFile.analyse(file, limits: tight) }
        #expect(error?.message.contains("raise \(key)") == true, "\(key)")
      }
      #expect(thrown { _ = try AudioFile.analyse(folder) }?.code == .inputOutput)
      #expect(
        thrown { _ = try AudioFile.analyse(folder.appendingPathComponent("b")) }?.code == .notFound)
    }
  }

  @Test func gainsGoDownOnly() {
    #expect(abs(MediaAnalysis.gain(loudness: -14.2, peak: 0.9) - -8.8) < 1e-9)
    #expect(abs(pow(10, MediaAnalysis.gain(loudness: -14.2, peak: 0.9) / 20) - 0.3630781) < 1e-7)
    #expect(MediaAnalysis.gain(loudness: -30, peak: 0.1) == 0)
    #expect(MediaAnalysis.gain(loudness: nil, peak: 0) == 0)
    // A true peak above full scale is brought down to it.
    #expect(abs(MediaAnalysis.gain(loudness: nil, peak: 2) - -6.0206) < 1e-4)
  }

  @Test func outlinesShowTheShapeAndNotTheLevel() {
    for count in [1, 7, 200, 1000, 4096, 4097, 100_000] {
      var (loud, quiet) = (WaveformPeaks(channels: 1), WaveformPeaks(channels: 1))
      let ramp = (0..<count).map { Float($0 + 1) / Float(count) }
      ramp.withUnsafeBufferPointer { loud.add($0) }
      ramp.map { -$0 / 8 }.withUnsafeBufferPointer { quiet.add($0) }
      let outline = loud.outline(200)
      #expect(outline.count == 200 && outline.last == 1 && outline == outline.sorted())
      #expect(outline == quiet.outline(200))
      if count >= 1000 { #expect(abs(outline[99] - 0.5) < 0.01) }
    }
    #expect(WaveformPeaks(channels: 2).outline(3) == [0, 0, 0])
  }
}
