import FeedbackStore
import Foundation
import RLHFCore

#if canImport(Glibc)
  // The structure `stat` belongs to whichever of these modules the compiler meets first.
  import CDispatch
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder of a project in which files lie under the SHA-256 of their content.
///
/// A file is opened by a name of 64 hexadecimal digits, in the folder and nowhere else: no part of the way may be a
/// symbolic link.
struct MediaFiles: Sendable {
  private let path: String

  init(_ project: URL) {
    path = project.appending(path: "media").path
  }

  /// Removes what a killed process left half written; nobody may be adding files.
  func removeLeftovers() {
    AtomicFile.removeLeftovers(in: URL(filePath: path, directoryHint: .isDirectory))
  }

  /// Opens the file of a hash; `nil` where there is none.
  func open(_ hash: String) -> OpenFile? {
    guard FileVault.isName(hash) else { return nil }
    let folder = systemOpen(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { return nil }
    defer { close(folder) }
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    let file = openat(folder, hash, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      return nil
    }
    return OpenFile(descriptor: file, size: Int(status.st_size))
  }
}

private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }

/// A file that is being read; it is closed with the last reference to it.
final class OpenFile: Sendable {
  let size: Int
  private let descriptor: Int32

  init(descriptor: Int32, size: Int) {
    self.descriptor = descriptor
    self.size = size
  }

  deinit { close(descriptor) }

  /// The bytes of `range`; fewer where the file was cut short meanwhile.
  func read(_ range: Range<Int>) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      count = 0
      while count < range.count {
        let got = pread(
          descriptor, buffer.baseAddress?.advanced(by: count), range.count - count,
          off_t(range.lowerBound + count))
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else {
          throw RLHFError(.inputOutput, "a media file could not be read")
        }
        guard got > 0 else { break }
        count += got
      }
    }
  }
}
