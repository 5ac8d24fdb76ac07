public import RLHFCore

/// What is too much for a page that shows or plays it.
public struct MediaLimits: StageOptions, Hashable {
  /// The bytes of an image file.
  public var imageBytes = 64 << 20
  /// The pixels of an image, width times height.
  public var pixels = 100_000_000
  /// The bytes of a sound file.
  public var audioBytes = 512 << 20
  /// The length of a sound in seconds.
  public var seconds = 3600.0
  /// The channels of a sound; 8 at most.
  public var channels = 8

  /// The defaults.
  public init() {}

  /// Reports limits under which nothing could pass.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(imageBytes, "imageBytes")
    check.positive(pixels, "pixels")
    check.positive(audioBytes, "audioBytes")
    check.positive(seconds, "seconds")
    check.require(
      (1...8).contains(channels), "channels", "a whole number from 1 to 8", found: channels)
  }
}
