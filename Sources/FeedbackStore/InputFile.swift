import Foundation
import RLHFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is open for reading.
final class InputFile {
  let url: URL
  /// The size in bytes; 0 for what has none, such as a pipe.
  let size: Int
  private let descriptor: Int32

  init(_ url: URL) throws {
    self.url = url
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure("open", url) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = Self.failure("open", url)
      _ = close(descriptor)
      throw error
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      _ = close(descriptor)
      throw RLHFError(
        .inputOutput, "\(url.path) is a folder; expected a file. Name the files in it.")
    }
    size = Int(status.st_size)
  }

  deinit { _ = close(descriptor) }

  /// Reads up to the size of `buffer` and returns how many bytes came; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count >= 0 { return count }
      if errno != EINTR { throw Self.failure("read", url) }
    }
  }

  private static func failure(_ action: String, _ url: URL) -> RLHFError {
    let number = errno
    if number == ENOENT || number == ENOTDIR {
      return RLHFError(.notFound, "\(url.path) does not exist; expected a file there.")
    }
    return RLHFError(
      .inputOutput, "cannot \(action) \(url.path): \(String(cString: strerror(number))).")
  }
}
