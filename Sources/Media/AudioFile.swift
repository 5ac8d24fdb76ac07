public import Foundation

/// Sounds from files: measured, freed of metadata, or decoded whole.
public enum AudioFile {
  private static let framesPerPiece = 1 << 14

  /// A sound in memory.
  public struct Samples: Sendable, Hashable {
    /// Frames per second.
    public var sampleRate: Int
    /// The samples of each channel.
    public var channels: [[Float]]
  }

  /// Decodes a file.
  public static func decode(_ url: URL, limits: MediaLimits = MediaLimits()) throws -> Samples {
    let reader = try AudioReader(url, limits: limits)
    var channels = [[Float]](repeating: [], count: reader.channels)
    try pieces(of: reader) { samples in
      for channel in channels.indices {
        for index in stride(from: channel, to: samples.count, by: channels.count) {
          channels[channel].append(samples[index])
        }
      }
    }
    return Samples(sampleRate: reader.sampleRate, channels: channels)
  }

  /// Measures a file without keeping more than a piece of it in memory.
  public static func analyse(
    _ url: URL, limits: MediaLimits = MediaLimits()
  ) throws -> MediaAnalysis {
    let reader = try AudioReader(url, limits: limits)
    return try measure(
      reader, type: reader.format.type, bytes: try MediaInput.size(of: url)
    ) { _ in }
  }

  /// Writes the sound of `url` to `target` as FLAC that holds nothing else, and measures it.
  ///
  /// FLAC holds 16 bits exactly, 24 for finer and floating-point samples; all formats come out the same, so that a rater
  /// cannot tell a model by the format it writes.
  static func rewrite(
    _ url: URL, to target: URL, name: String, limits: MediaLimits
  ) throws -> MediaAnalysis {
    let reader = try AudioReader(url, name: name, limits: limits)
    let writer = try AudioWriter(
      target, name: name, sampleRate: reader.sampleRate, channels: reader.channels,
      bits: reader.bits)
    var analysis = try measure(reader, type: MediaFormat.flac.type, bytes: 0) { samples in
      try writer.write(samples, frames: samples.count / reader.channels)
    }
    try writer.finish()
    analysis.bytes = try MediaInput.size(of: target)
    return analysis
  }

  private static func measure(
    _ reader: AudioReader, type: String, bytes: Int,
    _ body: (UnsafeBufferPointer<Float>) throws -> Void
  ) throws -> MediaAnalysis {
    var loudness = LoudnessMeter(sampleRate: reader.sampleRate, channels: reader.channels)
    var peak = PeakMeter(channels: reader.channels)
    var outline = WaveformPeaks(channels: reader.channels)
    try pieces(of: reader) { samples in
      loudness.add(samples)
      peak.add(samples)
      outline.add(samples)
      try body(samples)
    }
    return MediaAnalysis(
      audio: type, bytes: bytes, duration: Double(reader.frames) / Double(reader.sampleRate),
      loudness: loudness.integrated, peak: peak.truePeak,
      peaks: outline.outline(MediaAnalysis.outlineLength))
  }

  private static func pieces(
    of reader: AudioReader, _ body: (UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    var buffer = [Float](repeating: 0, count: framesPerPiece * reader.channels)
    try buffer.withUnsafeMutableBufferPointer { buffer in
      while true {
        let count = try reader.read(into: buffer)
        guard count > 0 else { return }
        try body(UnsafeBufferPointer(rebasing: buffer[..<(count * reader.channels)]))
      }
    }
  }
}
