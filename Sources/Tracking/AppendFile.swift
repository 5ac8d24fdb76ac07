import Foundation
import RLHFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's `open`, which the type's own function of that name hides.
private func openFile(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
  open(path, flags, mode)
}

/// A file that grows at its end, one whole record at a time.
///
/// A record that could not be written entirely (a full disk) is taken back, so that the file stays well formed.
struct AppendFile: ~Copyable {
  let url: URL
  /// The length of the file in bytes.
  private(set) var count: Int
  private let descriptor: Int32

  /// Opens `url`, creating the file where there is none.
  static func open(_ url: URL) throws -> AppendFile {
    let descriptor = openFile(url.path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("open", url) }
    let count = lseek(descriptor, 0, SEEK_END)
    guard count >= 0 else {
      let error = failure("open", url)
      _ = close(descriptor)
      throw error
    }
    return AppendFile(url: url, count: Int(count), descriptor: descriptor)
  }

  private init(url: URL, count: Int, descriptor: Int32) {
    self.url = url
    self.count = count
    self.descriptor = descriptor
  }

  deinit { _ = close(descriptor) }

  /// Appends all of `bytes`, or nothing.
  mutating func append(_ bytes: some Collection<UInt8>) throws {
    let record = Array(bytes)
    var written = 0
    while written < record.count {
      let result = record.withUnsafeBytes {
        write(descriptor, $0.baseAddress?.advanced(by: written), record.count - written)
      }
      if result < 0 {
        if errno == EINTR { continue }
        let error = Self.failure("write", url)
        _ = ftruncate(descriptor, off_t(count))
        throw error
      }
      written += result
    }
    count += written
  }

  /// Cuts the file to its first `length` bytes.
  mutating func truncate(to length: Int) throws {
    guard length != count else { return }
    guard ftruncate(descriptor, off_t(length)) == 0 else { throw Self.failure("cut", url) }
    count = length
  }

  /// Returns when everything appended is on the disk.
  func synchronize() throws {
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw Self.failure("write", url) }
  }

  /// The bytes of `range`, which lies inside the file.
  func read(_ range: Range<Int>) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var filled = 0
    while filled < range.count {
      let result = bytes.withUnsafeMutableBytes {
        pread(
          descriptor, $0.baseAddress?.advanced(by: filled), range.count - filled,
          off_t(range.lowerBound + filled))
      }
      if result < 0 {
        if errno == EINTR { continue }
        throw Self.failure("read", url)
      }
      if result == 0 { break }
      filled += result
    }
    return Array(bytes.prefix(filled))
  }

  /// Cuts what follows the last line break: half a line that a killed process left.
  mutating func cutHalfLine() throws {
    var end = count
    while end > 0 {
      let start = max(0, end - 65_536)
      let bytes = try read(start..<end)
      if let newline = bytes.lastIndex(of: 0x0a) { return try truncate(to: start + newline + 1) }
      end = start
    }
    try truncate(to: 0)
  }

  static func failure(_ verb: String, _ url: URL) -> RLHFError {
    let code = errno
    let advice =
      switch code {
      case ENOSPC, EDQUOT, EFBIG: "; free some space and resume the run"
      case ENOENT, ENOTDIR: "; create the folder \(url.deletingLastPathComponent().path) first"
      case EACCES, EPERM, EROFS: "; choose a folder that you may write to"
      default: ""
      }
    return RLHFError(
      .inputOutput, "Cannot \(verb) \(url.path): \(String(cString: strerror(code)))\(advice).")
  }
}
