/// The outline of a sound for drawing: the largest sample of each of a number of equal parts.
///
/// The length need not be known before: parts grow, two become one, when there are too many of them.
struct WaveformPeaks: Sendable {
  private static let most = 4096
  private let channels: Int
  private var frames = 0
  private var framesPerPart = 1
  private var parts: [Float] = []

  init(channels: Int) {
    self.channels = channels
    parts.reserveCapacity(Self.most)
  }

  mutating func add(_ samples: UnsafeBufferPointer<Float>) {
    for frame in 0..<samples.count / channels {
      var highest: Float = 0
      for index in frame * channels..<(frame + 1) * channels {
        highest = max(highest, abs(samples[index]))
      }
      if frames % framesPerPart == 0 {
        if parts.count == Self.most { merge() }
        if frames % framesPerPart == 0 { parts.append(0) }
      }
      parts[parts.count - 1] = max(parts[parts.count - 1], highest)
      frames += 1
    }
  }

  private mutating func merge() {
    parts = stride(from: 0, to: parts.count, by: 2).map { max(parts[$0], parts[$0 + 1]) }
    framesPerPart *= 2
  }

  /// `count` values from 0 to 1; the largest one is 1, so that the outline does not tell how loud the sound is.
  func outline(_ count: Int) -> [Double] {
    guard let top = parts.max(), top > 0 else { return Array(repeating: 0, count: count) }
    let width = Double(frames) / Double(framesPerPart) / Double(count)
    return (0..<count).map { index in
      let first = min(Int(Double(index) * width), parts.count - 1)
      let end = min(max(Int((Double(index + 1) * width).rounded(.up)), first + 1), parts.count)
      let highest = Double((parts[first..<end].max() ?? 0) / top)
      return (highest * 1000).rounded() / 1000
    }
  }
}
