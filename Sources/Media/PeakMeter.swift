import Foundation

/// The largest sample of a sound, and the largest value between samples: its true peak, found at four times the sample
/// rate (ITU-R BS.1770-4, annex 2, with a Kaiser-windowed filter of 12 taps per phase).
public struct PeakMeter: Sendable {
  private static let taps = 12
  private static let center = 5

  /// The weights of 12 neighbours for a quarter, a half and three quarters of the way between the middle two.
  private static let phases: [[Double]] = [0.25, 0.5, 0.75].map { fraction in
    let weights = (0..<taps).map { tap in
      let distance = Double(tap - center) - fraction
      let sinc = sin(.pi * distance) / (.pi * distance)
      let position = distance / 6.5
      return sinc * bessel(5 * (1 - position * position).squareRoot()) / bessel(5)
    }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// The largest sample, 1 is full scale.
  public private(set) var samplePeak = 0.0
  /// The largest value between samples, never below ``samplePeak``.
  public private(set) var truePeak = 0.0
  private let channels: Int
  private var windows: [[Double]]

  /// Creates a meter of a silent sound.
  public init(channels: Int) {
    self.channels = channels
    windows = Array(repeating: Array(repeating: 0, count: Self.taps), count: channels)
  }

  /// Takes in frames, a frame's samples side by side.
  public mutating func add(_ samples: UnsafeBufferPointer<Float>) {
    for channel in 0..<channels {
      var line = windows[channel]
      line.reserveCapacity(Self.taps + samples.count / channels)
      var index = channel
      while index < samples.count {
        line.append(Double(samples[index]))
        index += channels
      }
      line.withUnsafeBufferPointer { measure($0) }
      windows[channel] = Array(line.suffix(Self.taps))
    }
  }

  /// Looks between the samples of `line`, the first 12 of which were looked at before.
  private mutating func measure(_ line: UnsafeBufferPointer<Double>) {
    var (highest, between) = (samplePeak, truePeak)
    for index in Self.taps..<line.count { highest = max(highest, abs(line[index])) }
    between = max(between, highest)
    // A value between samples is hardly ever twice the larger neighbour, so that most places need no filter.
    let candidates = between / 2
    for phase in Self.phases {
      phase.withUnsafeBufferPointer { weights in
        for last in Self.taps..<line.count {
          let first = last - Self.taps + 1
          let middle = first + Self.center
          guard max(abs(line[middle]), abs(line[middle + 1])) >= candidates else { continue }
          var sum = 0.0
          for tap in 0..<Self.taps { sum += weights[tap] * line[first + tap] }
          between = max(between, abs(sum))
        }
      }
    }
    (samplePeak, truePeak) = (highest, between)
  }

  /// The modified Bessel function of the first kind, order 0.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for index in 1...30 {
      term *= x / (2 * Double(index)) * x / (2 * Double(index))
      sum += term
    }
    return sum
  }
}
