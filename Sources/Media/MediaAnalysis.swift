import Foundation

/// What a page needs to know of a file before it shows or plays it.
public struct MediaAnalysis: Sendable, Hashable, Codable {
  /// What people perceive.
  public var kind: MediaKind
  /// The MIME type of the file as it is kept.
  public var type: String
  /// The size of the file as it is kept.
  public var bytes: Int
  /// The width of an image in pixels.
  public var width: Int?
  /// The height of an image in pixels.
  public var height: Int?
  /// The length of a sound in seconds.
  public var duration: Double?
  /// The integrated loudness of a sound in LUFS; `nil` where it is silent or shorter than 0.4 seconds.
  public var loudness: Double?
  /// The true peak of a sound; 1 is full scale.
  public var peak: Double?
  /// The outline of a sound, from 0 to 1.
  public var peaks: [Double]?

  /// How many values ``peaks`` has.
  public static let outlineLength = 200
  /// The loudness at which sounds are played, in LUFS.
  public static let sessionLoudness = -23.0

  /// Creates the analysis of an image.
  public init(image: ImageFile) {
    kind = .image
    type = image.format.type
    bytes = image.bytes.count
    width = image.width
    height = image.height
  }

  /// Creates the analysis of a sound.
  public init(
    audio type: String, bytes: Int, duration: Double, loudness: Double?, peak: Double,
    peaks: [Double]
  ) {
    kind = .audio
    self.type = type
    self.bytes = bytes
    self.duration = duration
    self.loudness = loudness
    self.peak = peak
    self.peaks = peaks
  }

  /// The gain in decibels at which a sound is played: down to the session's loudness, never up, so that nothing clips.
  public var gain: Double {
    Self.gain(loudness: loudness, peak: peak)
  }

  /// The gain in decibels from `loudness` to `target` (LUFS): never above 0, nor so high that `peak` leaves full scale.
  public static func gain(
    loudness: Double?, peak: Double?, target: Double = sessionLoudness
  ) -> Double {
    let room = peak.flatMap { $0 > 1 ? -20 * log10($0) : nil } ?? 0
    return min(0, room, loudness.map { target - $0 } ?? 0)
  }
}
