import CSndFile
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes a sound as FLAC with nothing in it but samples: the same samples give the same bytes.
final class AudioWriter {
  private var file: OpaquePointer?
  private let descriptor: Int32
  private let channels: Int
  private let name: String

  init(_ url: URL, name: String, sampleRate: Int, channels: Int, bits: Int) throws {
    self.name = name
    self.channels = channels
    descriptor = open(url.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    var info = SF_INFO()
    info.samplerate = Int32(sampleRate)
    info.channels = Int32(channels)
    info.format =
      Int32(SF_FORMAT_FLAC) | Int32(bits == 16 ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24)
    guard descriptor >= 0, let opened = sf_open_fd(descriptor, Int32(SFM_WRITE), &info, 0) else {
      if descriptor >= 0 { _ = close(descriptor) }
      throw MediaFailure.invalid(
        name, "a sound of \(channels) channels at \(sampleRate) Hz cannot be written as FLAC",
        "a writable folder, 8 channels and 655350 Hz at most")
    }
    file = opened
    // Beyond full scale a player clips; so does this, instead of wrapping round.
    _ = sf_command(opened, Int32(SFC_SET_CLIPPING), nil, 1)
  }

  /// Appends `count` frames.
  func write(_ samples: UnsafeBufferPointer<Float>, frames count: Int) throws {
    guard let base = samples.baseAddress,
      Int(sf_writef_float(file, base, sf_count_t(count))) == count
    else {
      throw MediaFailure.invalid(
        name, "its samples cannot be written", "room on the disk")
    }
  }

  /// Writes what is left and closes the file.
  func finish() throws {
    defer { file = nil }
    guard let file, sf_close(file) == 0 else {
      throw MediaFailure.invalid(name, "its samples cannot be written", "room on the disk")
    }
  }

  deinit {
    if let file { _ = sf_close(file) }
    _ = close(descriptor)
  }
}
