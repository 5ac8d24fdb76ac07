/// A file that raters see or hear, as it was found when it was added.
public struct MediaFile: Sendable, Hashable, Codable {
  /// The SHA-256 of the content, 64 hexadecimal digits.
  public var sha256: String
  /// What the file is, as a MIME type.
  public var type: String
  /// The size of the file.
  public var bytes: Int
  /// The width, of a picture, in pixels.
  public var width: Int?
  /// The height, of a picture, in pixels.
  public var height: Int?
  /// How long it lasts, in seconds.
  public var duration: Double?
  /// How loud it is, in LUFS (ITU-R BS.1770).
  public var loudness: Double?
  /// The largest magnitude of a sample, 1 at full scale.
  public var peak: Double?
  /// The magnitudes of a drawing of it, each from 0 to 1.
  public var peaks: [Float]

  /// Creates a description.
  public init(
    sha256: String, type: String, bytes: Int, width: Int? = nil, height: Int? = nil,
    duration: Double? = nil, loudness: Double? = nil, peak: Double? = nil, peaks: [Float] = []
  ) {
    self.sha256 = sha256
    self.type = type
    self.bytes = bytes
    self.width = width
    self.height = height
    self.duration = duration
    self.loudness = loudness
    self.peak = peak
    self.peaks = peaks
  }
}

/// A quality that raters are asked about, with its scale.
public struct StudioCriterion: Sendable, Hashable, Codable {
  /// A short, stable name.
  public var id: String
  /// The name that people read.
  public var title: String
  /// What people are asked.
  public var question: String
  /// The worst rating.
  public var lowest: Double
  /// The best rating.
  public var highest: Double
  /// Where it comes from.
  public var origin: Origin

  /// Where a criterion comes from.
  public enum Origin: String, Sendable, Hashable, Codable, CaseIterable {
    /// The domain brings it.
    case domain
    /// Somebody added it.
    case user
  }

  /// Creates a criterion.
  public init(
    id: String, title: String, question: String, lowest: Double = 1, highest: Double = 7,
    origin: Origin = .user
  ) {
    self.id = id
    self.title = title
    self.question = question
    self.lowest = lowest
    self.highest = highest
    self.origin = origin
  }
}
