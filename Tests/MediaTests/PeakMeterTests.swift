import Foundation
import Testing

@testable import Media

struct PeakMeterTests {
  private func meter(_ samples: [Float], channels: Int = 1, piece: Int = 1 << 20) -> PeakMeter {
    var meter = PeakMeter(channels: channels)
    for start in stride(from: 0, to: samples.count, by: piece) {
      Array(samples[start..<min(start + piece, samples.count)]).withUnsafeBufferPointer {
        meter.add($0)
      }
    }
    return meter
  }

  @Test func aPeakBetweenSamplesIsFound() {
    // A quarter of the sample rate, sampled at 45 degrees: every sample is 3 dB below the peak.
    let found = meter(sine(4000, seconds: 0.1, rate: 16000, phase: .pi / 4))
    #expect(abs(found.samplePeak - 0.5.squareRoot()) < 1e-6)
    #expect(abs(20 * log10(found.truePeak)) < 0.2)
  }

  @Test func slowSignalsPeakAtTheirSamples() {
    let found = meter(sine(100, seconds: 0.1, rate: 16000, level: 0.5))
    #expect(abs(found.truePeak - 0.5) < 1e-3 && found.truePeak >= found.samplePeak)
  }

  @Test func piecesAndChannelsAreTakenApart() {
    let left = sine(4000, seconds: 0.02, rate: 16000, phase: .pi / 4)
    let both = left.flatMap { value -> [Float] in [0, value] }
    #expect(meter(both, channels: 2, piece: 14).truePeak == meter(left).truePeak)
    #expect(meter([]).truePeak == 0)
  }
}
