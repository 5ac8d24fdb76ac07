import CSndFile
public import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A sound file that is read piece by piece, whatever its length.
///
/// Integers of 8 to 32 bits are scaled to -1 ... 1; floating-point samples are as they are, but must be finite.
public final class AudioReader {
  /// What the file is, by its first bytes.
  public let format: MediaFormat
  /// Frames per second.
  public let sampleRate: Int
  /// Samples per frame.
  public let channels: Int
  /// The bits that a sample needs so that nothing is lost that can be heard: 16 or 24.
  public let bits: Int
  /// How many frames the header promises; `nil` where it does not know.
  public let promisedFrames: Int?
  /// How many frames were read so far.
  public private(set) var frames = 0

  private let name: String
  private let limits: MediaLimits
  private let file: OpaquePointer
  private let descriptor: Int32

  /// Opens a file; throws where it is no sound or is beyond `limits`. `name` stands in messages, the file's own where
  /// none is given.
  public init(_ url: URL, name: String? = nil, limits: MediaLimits = MediaLimits()) throws {
    self.name = name ?? url.lastPathComponent
    self.limits = limits
    format = try MediaInput.format(of: url, name: self.name)
    guard format.kind == .audio else {
      throw MediaFailure.invalid(self.name, "it is \(format.type)", "a sound")
    }
    let size = try MediaInput.size(of: url)
    guard size <= limits.audioBytes else {
      throw MediaFailure.tooLarge(self.name, "\(size) bytes", "\(limits.audioBytes)", "audioBytes")
    }
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    var info = SF_INFO()
    // The library may read as another format than the first bytes say: what it took the file for is checked below.
    let opened = descriptor < 0 ? nil : sf_open_fd(descriptor, Int32(SFM_READ), &info, 0)
    guard let opened else {
      if descriptor >= 0 { _ = close(descriptor) }
      let reason = String(cString: sf_strerror(nil)).trimmingCharacters(in: .whitespacesAndNewlines)
      throw MediaFailure.invalid(
        self.name, "it cannot be decoded (\(reason))", "an undamaged sound file")
    }
    self.file = opened
    self.descriptor = descriptor
    sampleRate = Int(info.samplerate)
    channels = Int(info.channels)
    let coarse =
      [SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_ULAW]
      + [SF_FORMAT_ALAW, SF_FORMAT_VORBIS, SF_FORMAT_OPUS]
    let subtype = Int(info.format) & Int(SF_FORMAT_SUBMASK)
    bits = format == .mp3 || coarse.contains { Int($0) == subtype } ? 16 : 24
    promisedFrames = info.frames > 0 && info.frames < Int64.max / 2 ? Int(info.frames) : nil
    try check()
  }

  deinit {
    _ = sf_close(file)
    _ = close(descriptor)
  }

  private func check() throws {
    guard (4000...655_350).contains(sampleRate) else {
      throw MediaFailure.invalid(
        name, "its sample rate is \(sampleRate) Hz", "a rate from 4000 to 655350 Hz")
    }
    guard (1...min(limits.channels, 8)).contains(channels) else {
      throw MediaFailure.tooLarge(name, "\(channels) channels", "\(limits.channels)", "channels")
    }
    try checkLength(promisedFrames ?? 0)
  }

  private func checkLength(_ frames: Int) throws {
    let seconds = Double(frames) / Double(sampleRate)
    guard seconds <= limits.seconds else {
      throw MediaFailure.tooLarge(
        name, "\(Int(seconds)) seconds or more", "\(Int(limits.seconds))", "seconds")
    }
  }

  /// Reads up to `buffer.count / channels` frames, a frame's samples side by side; returns how many, 0 at the end.
  public func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    let count = Int(sf_readf_float(file, base, sf_count_t(buffer.count / channels)))
    guard count > 0 else {
      try finish()
      return 0
    }
    if let bad = (0..<count * channels).first(where: { !buffer[$0].isFinite }) {
      throw MediaFailure.invalid(
        name, "sample \(frames + bad / channels) is not a finite number", "finite samples")
    }
    frames += count
    try checkLength(frames)
    return count
  }

  private func finish() throws {
    guard frames > 0 else {
      throw MediaFailure.invalid(name, "it has no samples", "at least one")
    }
    // A WAVE header may promise more than a recorder came to write; a FLAC file that ends early is damaged.
    if format == .flac, let promisedFrames, frames < promisedFrames {
      throw MediaFailure.invalid(
        name, "it ends after \(frames) of \(promisedFrames) frames", "an undamaged FLAC file")
    }
  }
}
