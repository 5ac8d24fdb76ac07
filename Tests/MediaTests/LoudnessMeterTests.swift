import Foundation
import TestSupport
import Testing

@testable import Media

struct LoudnessMeterTests {
  private func loudness(_ samples: [Float], rate: Int, channels: Int = 1) -> Double? {
    var meter = LoudnessMeter(sampleRate: rate, channels: channels)
    samples.withUnsafeBufferPointer { meter.add($0) }
    return meter.integrated
  }

  @Test func filtersAtStandardRateAreTheTabulatedOnes() {
    let shelf = WeightingSection.shelf(sampleRate: 48000)
    let expected = [
      1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585,
    ]
    for (found, value) in zip([shelf.b0, shelf.b1, shelf.b2, shelf.a1, shelf.a2], expected) {
      #expect(abs(found - value) < 1e-8)
    }
    let pass = WeightingSection.pass(sampleRate: 48000)
    #expect(abs(pass.a1 - -1.99004745483398) < 1e-8 && abs(pass.a2 - 0.99007225036621) < 1e-8)
  }

  @Test(arguments: [8000.0, 11025, 16000, 22050, 44100, 96000, 192_000])
  func otherRatesWeightAlike(rate: Double) {
    for hertz in [30.0, 100, 500, 1000, 1700, 2500, 3500, 5000, 7000] where hertz < rate * 0.45 {
      func decibels(_ rate: Double) -> Double {
        10
          * log10(
            WeightingSection.shelf(sampleRate: rate).power(at: hertz / rate)
              * WeightingSection.pass(sampleRate: rate).power(at: hertz / rate))
      }
      #expect(abs(decibels(rate) - decibels(48000)) < 0.06, "\(hertz) Hz at \(rate)")
    }
  }

  @Test(arguments: [
    (997.0, 1.0, -3.0103), (997.0, 0.1, -23.0103), (100.0, 0.1, -24.8349),
    (5000.0, 0.1, -19.6879),
  ])
  func tonesHaveTheirKnownLoudness(hertz: Double, level: Double, expected: Double) throws {
    let found = try #require(
      loudness(sine(hertz, seconds: 4, rate: 48000, level: level), rate: 48000))
    #expect(abs(found - expected) < 0.1)
  }

  @Test func silenceIsGatedOut() throws {
    let tone = sine(997, seconds: 10, rate: 48000, level: 0.1)
    let found = try #require(loudness(tone + Array(repeating: 0, count: 480_000), rate: 48000))
    #expect(abs(found - -23.0759) < 0.1)
  }

  @Test func otherRatesAndMoreChannelsAreRight() throws {
    for rate in [8000, 11025, 44100, 96000] {
      let found = try #require(
        loudness(sine(997, seconds: 2, rate: rate, level: 0.1), rate: rate))
      #expect(abs(found - -23.0103) < 0.05, "\(rate) Hz")
    }
    let mono = sine(997, seconds: 2, rate: 16000, level: 0.1)
    let stereo = mono.flatMap { value -> [Float] in [value, value] }
    #expect(abs(try #require(loudness(stereo, rate: 16000, channels: 2)) - -20) < 0.1)
    // The fourth of six channels does not count, the fifth counts 1.41 times.
    let low = mono.flatMap { value -> [Float] in [0, 0, 0, value, 0, 0] }
    #expect(loudness(low, rate: 16000, channels: 6) == nil)
    let rear = mono.flatMap { value -> [Float] in [0, 0, 0, 0, value, 0] }
    #expect(abs(try #require(loudness(rear, rate: 16000, channels: 6)) - -21.518) < 0.1)
  }

  @Test func silenceAndShortSoundsHaveNone() {
    #expect(loudness(Array(repeating: 0, count: 16000), rate: 16000) == nil)
    #expect(loudness(sine(997, seconds: 0.39, rate: 16000), rate: 16000) == nil)
    #expect(loudness(sine(997, seconds: 0.4, rate: 16000), rate: 16000) != nil)
  }

  @Test func piecesGiveTheSameFigure() throws {
    let tone = sine(440, seconds: 1.3, rate: 11025, level: 0.3)
    var meter = LoudnessMeter(sampleRate: 11025, channels: 1)
    for start in stride(from: 0, to: tone.count, by: 777) {
      Array(tone[start..<min(start + 777, tone.count)]).withUnsafeBufferPointer { meter.add($0) }
    }
    let whole = try #require(loudness(tone, rate: 11025))
    #expect(abs(try #require(meter.integrated) - whole) < 1e-9)
  }

  @Test(.enabled(if: Oracles.has("audio-features/loudness.json")))
  func oraclesAreMet() throws {
    for item in try Oracles.json("audio-features/loudness.json")["cases"].array {
      let file = Oracles.folder.appendingPathComponent("audio-features/\(item.name)")
      let analysis = try AudioFile.analyse(file)
      let found = try #require(analysis.loudness)
      #expect(abs(found - item["integrated_lufs"].double) < 0.1, "\(item.name)")
      let peak = try AudioFile.decode(file).channels.joined().map(abs).max() ?? 0
      #expect(abs(20 * log10(Double(peak)) - item["peak_dbfs"].double) < 0.01)
      #expect((analysis.peak ?? 0) >= Double(peak))
    }
  }
}
