import Foundation

/// The integrated loudness of a sound (ITU-R BS.1770-4): K-weighted power in blocks of 400 ms that overlap by three
/// quarters, gated at -70 LUFS and then at 10 LU below the mean of what passed.
///
/// Channels come as left, right, centre, low frequencies (left out), left and right surround (weight 1.41). The filters
/// follow, at any sample rate, the two that the recommendation tabulates for 48 kHz (``WeightingSection``).
public struct LoudnessMeter: Sendable {
  /// The four values that the two sections remember.
  private struct Memory: Sendable {
    var shelf1 = 0.0
    var shelf2 = 0.0
    var pass1 = 0.0
    var pass2 = 0.0
  }

  private let channels: Int
  private let weights: [Double]
  private let shelf: WeightingSection
  private let pass: WeightingSection
  private let sampleRate: Int
  private var memory: [Memory]
  /// The weighted sum of squares of each full tenth of a second, and the frames in it.
  private var tenths: [(energy: Double, frames: Int)] = []
  private var energy = 0.0
  private var energyFrames = 0
  private var frames = 0

  /// Creates a meter of a silent sound.
  public init(sampleRate: Int, channels: Int) {
    self.channels = channels
    self.sampleRate = sampleRate
    weights = Self.weights(channels)
    shelf = .shelf(sampleRate: Double(sampleRate))
    pass = .pass(sampleRate: Double(sampleRate))
    memory = Array(repeating: Memory(), count: channels)
  }

  /// Takes in frames, a frame's samples side by side.
  public mutating func add(_ samples: UnsafeBufferPointer<Float>) {
    let count = samples.count / channels
    var start = 0
    while start < count {
      // Where the length of a tenth is no whole number of frames, its borders are rounded.
      let border = Int((Double(tenths.count + 1) * Double(sampleRate) / 10).rounded())
      let end = min(count, start + border - frames)
      for channel in 0..<channels where weights[channel] > 0 {
        energy += weights[channel] * power(samples, channel, start..<end)
      }
      energyFrames += end - start
      frames += end - start
      if frames == border {
        tenths.append((energy, energyFrames))
        (energy, energyFrames) = (0, 0)
      }
      start = end
    }
  }

  /// Filters some frames of one channel; returns the sum of the squares.
  private mutating func power(
    _ samples: UnsafeBufferPointer<Float>, _ channel: Int, _ range: Range<Int>
  ) -> Double {
    var state = memory[channel]
    let (shelf, pass, channels) = (shelf, pass, channels)
    var sum = 0.0
    var index = range.lowerBound * channels + channel
    for _ in range {
      let x = Double(samples[index])
      index += channels
      // Transposed direct form II.
      let shelved = shelf.b0 * x + state.shelf1
      state.shelf1 = shelf.b1 * x - shelf.a1 * shelved + state.shelf2
      state.shelf2 = shelf.b2 * x - shelf.a2 * shelved
      let y = pass.b0 * shelved + state.pass1
      state.pass1 = pass.b1 * shelved - pass.a1 * y + state.pass2
      state.pass2 = pass.b2 * shelved - pass.a2 * y
      sum += y * y
    }
    memory[channel] = state
    return sum
  }

  /// The loudness in LUFS of all that was added; `nil` where that is silent or shorter than one block.
  public var integrated: Double? {
    guard tenths.count >= 4 else { return nil }
    let blocks = (0...tenths.count - 4).map { first in
      let block = tenths[first..<first + 4]
      return block.reduce(0) { $0 + $1.energy } / Double(block.reduce(0) { $0 + $1.frames })
    }
    let audible = blocks.filter { Self.loudness($0) >= -70 }
    guard !audible.isEmpty else { return nil }
    let gate = Self.loudness(mean(audible)) - 10
    let loud = audible.filter { Self.loudness($0) >= gate }
    return loud.isEmpty ? nil : Self.loudness(mean(loud))
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private static func loudness(_ power: Double) -> Double { -0.691 + 10 * log10(power) }

  private static func weights(_ channels: Int) -> [Double] {
    switch channels {
    case ...3: Array(repeating: 1, count: channels)
    case 4: [1, 1, 1.41, 1.41]
    case 5: [1, 1, 1, 1.41, 1.41]
    default: [1, 1, 1, 0] + Array(repeating: 1.41, count: channels - 4)
    }
  }
}
